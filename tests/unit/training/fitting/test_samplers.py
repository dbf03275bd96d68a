"""What every sampler must do, held against Optuna's and against the double; then Optuna alone."""

from collections.abc import Callable

import optuna
import pytest
from pydantic import TypeAdapter
from support.training_doubles import DrawingSampler

from training.fitting.tpe_sampler import TpeSampler
from training.params import AnySpace, Discriminant, Linear, Trees
from training.work.study import Trial, trial_seed

SPACES: tuple[AnySpace, ...] = TypeAdapter(tuple[AnySpace, ...]).validate_python(
    [
        {"kind": "discriminant", "shrinkage": {"low": 0.1, "high": 0.9}},
        {"kind": "linear", "strength": {"low": 1, "high": 1e4, "log": True}},
        {
            "kind": "extra_trees",
            "trees": 20,
            "max_leaves": {"low": 16, "high": 256, "log": True},
            "min_leaf_photos": {"low": 1, "high": 9},
            "max_features": {"low": 0.01, "high": 0.2},
        },
    ]
)
either = pytest.mark.parametrize("make", [TpeSampler, DrawingSampler])


def of_shrinkage(shrinkage: float) -> Trial:
    family = Discriminant(kind="discriminant", shrinkage=shrinkage)
    return Trial(family=family, metrics={"accuracy": 0.6 - abs(shrinkage - 0.3)})


KNOWN = tuple(of_shrinkage(n / 10) for n in range(1, 10))


@either
@pytest.mark.parametrize("trials", [(), KNOWN])
def test_what_is_proposed_lies_in_a_space(
    make: Callable[[], TpeSampler], trials: tuple[Trial, ...]
) -> None:
    sampler: TpeSampler = make()
    found = [sampler.propose(SPACES, trials, trial_seed(7, n)) for n in range(40)]
    assert all(any(space.holds(family) for space in SPACES) for family in found)
    assert len(set(found)) > 10


@either
@pytest.mark.parametrize("trials", [(), KNOWN])
def test_equal_arguments_propose_an_equal_family(
    make: Callable[[], TpeSampler], trials: tuple[Trial, ...]
) -> None:
    one: TpeSampler = make()
    other: TpeSampler = make()
    one.propose(SPACES, KNOWN[:4], 99)
    assert one.propose(SPACES, trials, 5) == other.propose(SPACES, trials, 5)


def test_tpe_looks_where_it_went_well() -> None:
    trials = KNOWN
    for number in range(25):
        family = TpeSampler().propose(SPACES[:1], trials, trial_seed(7, number))
        assert isinstance(family, Discriminant)
        trials = (*trials, of_shrinkage(family.shrinkage))
    found = [trial.score for trial in trials[len(KNOWN) :]]
    assert max(found) > 0.58
    assert sum(found) / len(found) > sum(trial.score for trial in KNOWN) / len(KNOWN) + 0.05


def test_settings_have_three_digits() -> None:
    for seed in range(30):
        family = TpeSampler().propose(SPACES[1:2], (), seed)
        assert isinstance(family, Linear)
        assert float(f"{family.strength:.3g}") == family.strength


def test_a_trial_outside_of_the_spaces_tells_tpe_nothing() -> None:
    outside = (
        Trial(family=Discriminant(kind="discriminant", shrinkage=1), metrics={"accuracy": 0.9}),
        Trial(
            family=Trees(
                kind="random_forest",
                trees=20,
                max_leaves=32,
                min_leaf_photos=1,
                max_features="sqrt",
            ),
            metrics={"accuracy": 0.9},
        ),
    )
    with_them = [TpeSampler().propose(SPACES, (*KNOWN, *outside), seed) for seed in range(5)]
    assert with_them == [TpeSampler().propose(SPACES, KNOWN, seed) for seed in range(5)]


def test_optuna_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    optuna.logging.set_verbosity(optuna.logging.INFO)
    TpeSampler().propose(SPACES, KNOWN, 1)
    assert capfd.readouterr() == ("", "")
