"""Where a head's answers come from: learned from years, from its labels' periods, or nowhere."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artifacts.records.evaluation import RegressionOutcomes
from artifacts.records.manifest import LabelPeriod, Origin, PeriodsHead
from artifacts.records.photos import PhotoRow
from scoring.labels import quantise
from scoring.metrics import head_metrics
from scoring.periods import mass_to_hold, periods_answer
from training.models.definition import ModelDefinition, Period, RegressionTarget
from training.params import Params

_MASS_STEPS = 10_000


def era_origin(rows: Sequence[PhotoRow], model: ModelDefinition, params: Params) -> Origin:
    """Return where the answers of a model's head of numbers come from, by its training photos."""
    choice = params.choice(model.regression.name)
    if choice != "auto":
        return choice
    return "periods" if too_few_years(rows, model, params) else "learned"


def too_few_years(rows: Sequence[PhotoRow], model: ModelDefinition, params: Params) -> str:
    """Say why training photos don't teach a head its numbers, or return "" where they do.

    Cross-validation takes out whole buildings, a fold at a time: it needs one a fold at least.
    """
    head, needed = model.regression.name, params.prepare.min_photos_with_year
    dated = [row for row in rows if row.truth(head) is not None]
    if len(dated) < needed:
        return f"{len(dated)} training photos have a year, at least {needed} are needed"
    buildings, folds = len({row.group for row in dated}), params.train.folds
    if buildings < folds:
        return f"training photos of {buildings} buildings have a year, at least {folds} are needed"
    return ""


def heads_problems(
    rows: Sequence[PhotoRow], model: ModelDefinition, params: Params
) -> tuple[str, ...]:
    """Say what params.yaml asks of heads that the model or its training photos can't give."""
    label, number = model.classification.name, model.regression.name
    problems = [
        f"prepare.heads in params.yaml names the head {name}; {model.name} has {label} and {number}"
        for name in sorted(set(params.prepare.heads) - {label, number})
    ]
    if (choice := params.choice(label)) not in {"auto", "learned"}:
        problems.append(
            f"prepare.heads.{label} in params.yaml is {choice}: {label} is always learned, only "
            f"{number} can come from periods or be off"
        )
    lacking = too_few_years(rows, model, params)
    if params.choice(number) == "learned" and lacking:
        problems.append(
            f"{lacking} since prepare.heads.{number} in params.yaml is learned; give photos a "
            "year, or write auto"
        )
    return tuple(problems)


def origin_line(rows: Sequence[PhotoRow], model: ModelDefinition, params: Params) -> str:
    """Say where the numbers of a model will come from, and why."""
    head, origin = model.regression.name, era_origin(rows, model, params)
    chosen = f"prepare.heads.{head} in params.yaml says so"
    if origin == "off":
        return f"{head}: off, {chosen}"
    if origin == "learned":
        return f"{head}: learned from the photos' years"
    lacking = too_few_years(rows, model, params)
    why = chosen if params.choice(head) == origin else f"{lacking} to learn it"
    return f"{head}: from the {model.classification.name}s' periods; {why}"


@dataclass(frozen=True)
class FromPeriods:
    """A head of periods, and its metrics over the known values; none where none is known."""

    head: PeriodsHead
    metrics: dict[str, float]


def from_periods(
    target: RegressionTarget,
    labels: tuple[str, tuple[str, ...]],
    level: float,
    probabilities: NDArray[np.float64],
    truths: NDArray[np.float64],
) -> FromPeriods:
    """Make a head of periods, and check it by the numbers that are known, however few.

    `labels` are the name and the labels of the head that it follows from; `probabilities` (n, k)
    are that head's of the photos whose number is known, calibrated, by models that haven't seen
    them; `truths` (n,) are those numbers. The interval's mass is raised to the conformal rank
    ceil((n + 1) level) of the masses that would hold each (split conformal prediction, Vovk et al.
    2005), and never lowered. Where there are fewer than that rank, the numbers say how often the
    interval holds them, and change nothing.
    """
    of, names = labels
    known = quantise(probabilities)
    head = PeriodsHead(
        name=target.name,
        of=of,
        unit=target.unit,
        periods=_periods(target.periods, names),
        level=level,
        mass=level,
        known=len(truths),
        held=0,
    )
    masses = sorted(
        mass_to_hold(head, row, truth) for row, truth in zip(known, truths.tolist(), strict=True)
    )
    rank = math.ceil(round((len(masses) + 1) * level, 9))
    if rank <= len(masses):
        # Rounded upwards: at the mass itself, the end of an interval may fall a hair short.
        enough = math.ceil(round(masses[rank - 1] * _MASS_STEPS, 6)) / _MASS_STEPS
        head = head.model_copy(update={"mass": min(1.0, max(level, enough))})
    outcomes = _outcomes(head, known, truths)
    inside = zip(outcomes.lows, outcomes.truths, outcomes.highs, strict=True)
    held = sum(low <= truth <= high for low, truth, high in inside if truth is not None)
    return FromPeriods(head.model_copy(update={"held": held}), head_metrics(outcomes))


def _periods(periods: Mapping[str, Period], names: tuple[str, ...]) -> tuple[LabelPeriod, ...]:
    return tuple(
        LabelPeriod(label=name, first=periods[name].first, last=periods[name].last)
        for name in names
    )


def _outcomes(
    head: PeriodsHead, probabilities: NDArray[np.float64], truths: NDArray[np.float64]
) -> RegressionOutcomes:
    answers = [periods_answer(head, row) for row in probabilities]
    return RegressionOutcomes(
        head=head.name,
        unit=head.unit,
        truths=tuple(truths.tolist()),
        values=tuple(answer.value for answer in answers),
        lows=tuple(answer.low for answer in answers),
        highs=tuple(answer.high for answer in answers),
    )
