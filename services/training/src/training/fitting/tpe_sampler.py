"""Optuna's tree-structured Parzen estimator: which family to try next.

Optuna takes most of a second to import, so it is imported where it is used.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from training.params import AnySpace, Family, IntSpan, Span
from training.work.study import Trial

if TYPE_CHECKING:
    import optuna

_AT_RANDOM = 3
"""Trials within the spaces before it models them; those always compared are among them."""
_DIGITS = 3
_KIND = "kind"


class TpeSampler:
    """TPE (Bergstra et al., Algorithms for hyper-parameter optimization, NeurIPS 2011).

    A study of Optuna's is made anew of the trials for every proposal, in memory: the proposal
    follows from the arguments alone. So nothing that Optuna stores has to survive a kill, and a
    search that is resumed proposes what one that ran through would have.
    """

    def propose(self, spaces: Sequence[AnySpace], trials: Sequence[Trial], seed: int) -> Family:
        """Return the family to try next, settings rounded to three digits."""
        import optuna  # noqa: PLC0415

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=_AT_RANDOM)
        study = optuna.create_study(direction="maximize", sampler=sampler)
        study.add_trials([told for trial in trials for told in _told(spaces, trial)])
        asked = study.ask()
        kinds: dict[str, AnySpace] = {space.kind: space for space in spaces}
        space = kinds[asked.suggest_categorical(_KIND, list(kinds))]
        return space.family(
            {name: _suggested(asked, space, name, span) for name, span in space.spans().items()}
        )


def _told(spaces: Sequence[AnySpace], trial: Trial) -> list["optuna.trial.FrozenTrial"]:
    """Return a trial as Optuna knows it: none where it lies outside of the spaces."""
    import optuna  # noqa: PLC0415

    known = [space for space in spaces if space.holds(trial.family)]
    kinds = optuna.distributions.CategoricalDistribution([space.kind for space in spaces])
    return [
        optuna.trial.create_trial(
            params={_KIND: space.kind}
            | {_name(space, name): getattr(trial.family, name) for name in space.spans()},
            distributions={_KIND: kinds}
            | {_name(space, name): _distribution(span) for name, span in space.spans().items()},
            value=trial.score,
        )
        for space in known
    ]


def _suggested(asked: "optuna.Trial", space: AnySpace, name: str, span: Span) -> float:
    if isinstance(span, IntSpan):
        return asked.suggest_int(_name(space, name), span.low, span.high, log=span.log)
    drawn = asked.suggest_float(_name(space, name), span.low, span.high, log=span.log)
    rounded = float(f"{drawn:.{_DIGITS}g}")
    return min(max(rounded, span.low), span.high)


def _distribution(span: Span) -> "optuna.distributions.BaseDistribution":
    import optuna  # noqa: PLC0415

    if isinstance(span, IntSpan):
        return optuna.distributions.IntDistribution(span.low, span.high, log=span.log)
    return optuna.distributions.FloatDistribution(span.low, span.high, log=span.log)


def _name(space: AnySpace, setting: str) -> str:
    return f"{space.kind}.{setting}"
