"""The search over a made-up objective, with Optuna and with the double that learns nothing."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from support.training_doubles import DIGEST, PARAMS, DrawingSampler, Serial, small_params
from support.training_doubles import a_training_set as photos

from artifacts.digests import digest_json
from training.fitting.search_families import Comparison, search_families
from training.fitting.tpe_sampler import TpeSampler
from training.params import Family, Linear, TrainParams
from training.work.study import Study, Trial
from training.work.work_folder import WorkFolder

SAMPLERS = [TpeSampler, DrawingSampler]
LISTED = [
    {"kind": "discriminant", "shrinkage": 0.5},
    {"kind": "nearest_neighbours", "neighbours": 9, "levels": 4},
]
SPACES = [
    {"kind": "discriminant", "shrinkage": {"low": 0.1, "high": 0.9}},
    {"kind": "nearest_neighbours", "neighbours": {"low": 3, "high": 25}, "levels": 4},
]


def params(trials: int, spaces: Sequence[dict[str, object]] = SPACES) -> TrainParams:
    train = PARAMS["train"]
    assert isinstance(train, dict)
    search = {"trials": trials, "families": spaces}
    return small_params(train=train | {"classification": LISTED, "search": search}).train


class Trying:
    """Tries families against a made-up truth, and breaks down after so many."""

    def __init__(self, dies_after: int | None = None) -> None:
        self.tried: list[Family] = []
        self._dies_after = dies_after

    def __call__(self, families: Sequence[Family]) -> Iterator[Trial]:
        return map(self._try, families)

    def _try(self, family: Family) -> Trial:
        if len(self.tried) == self._dies_after:
            raise KeyboardInterrupt
        self.tried.append(family)
        if family.kind == "discriminant":
            accuracy = 0.6 - abs(family.shrinkage - 0.7)
        else:
            accuracy = 0.3 + len(family.settings()["levels"]) / 100
        return Trial(family=family, metrics={"accuracy": accuracy})


def explore(
    folder: Path, trials: int, sampler: TpeSampler, run: Trying, key: str = DIGEST, seed: int = 7
) -> Study:
    return search_families(
        params(trials), seed, WorkFolder(folder), key, sampler, run, lambda *_: None
    )


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("dies_after", [0, 1, 2, 3, 6, 9])
def test_a_killed_search_gives_the_trials_of_one_that_ran_through(
    sampler: Callable[[], TpeSampler], dies_after: int, tmp_path: Path
) -> None:
    whole = explore(tmp_path / "whole", 12, sampler(), Trying())
    with pytest.raises(KeyboardInterrupt):
        explore(tmp_path / "killed", 12, sampler(), Trying(dies_after))
    rest = Trying()
    resumed = explore(tmp_path / "killed", 12, sampler(), rest)
    assert resumed == whole
    assert len(whole.trials) == 12
    families = {trial.family for trial in whole.trials}
    assert len(rest.tried) == len(families) - dies_after, "nothing is tried twice"


def test_the_listed_families_come_first_even_where_fewer_trials_are_asked_for(
    tmp_path: Path,
) -> None:
    study = explore(tmp_path, 0, DrawingSampler(), Trying())
    assert tuple(trial.family for trial in study.trials) == params(0).classification


def test_a_finished_search_tries_nothing_more(tmp_path: Path) -> None:
    first = explore(tmp_path, 6, TpeSampler(), Trying())
    assert explore(tmp_path, 6, TpeSampler(), Trying(dies_after=0)) == first


def test_more_trials_go_on_and_fewer_are_the_first_of_them(tmp_path: Path) -> None:
    six = explore(tmp_path, 6, TpeSampler(), Trying())
    nine = explore(tmp_path, 9, TpeSampler(), Trying())
    assert nine.trials[:6] == six.trials
    assert nine == explore(tmp_path / "other", 9, TpeSampler(), Trying())
    assert explore(tmp_path, 6, TpeSampler(), Trying(dies_after=0)) == six


def test_a_study_of_other_inputs_is_never_taken_up(tmp_path: Path) -> None:
    explore(tmp_path, 6, TpeSampler(), Trying())
    anew = Trying()
    explore(tmp_path, 6, TpeSampler(), anew, key=digest_json("other inputs"))
    assert len(anew.tried) >= 5


def test_another_seed_draws_other_families(tmp_path: Path) -> None:
    one = explore(tmp_path / "7", 8, TpeSampler(), Trying(), seed=7)
    other = explore(tmp_path / "8", 8, TpeSampler(), Trying(), seed=8)
    assert one.trials[:2] == other.trials[:2]
    assert one.trials[2:] != other.trials[2:]


def test_a_family_that_is_drawn_again_is_not_tried_again_and_counts(tmp_path: Path) -> None:
    run = Trying()
    narrow = [{"kind": "nearest_neighbours", "neighbours": {"low": 8, "high": 9}, "levels": 4}]
    work = WorkFolder(tmp_path)
    study = search_families(
        params(10, narrow), 7, work, DIGEST, DrawingSampler(), run, lambda *_: None
    )
    assert len(study.trials) == 10
    assert len(run.tried) == len(set(run.tried)) == 3


def test_every_trial_is_told_with_its_number(tmp_path: Path) -> None:
    told: list[tuple[int, Trial]] = []
    study = search_families(
        params(5),
        7,
        WorkFolder(tmp_path),
        DIGEST,
        DrawingSampler(),
        Trying(),
        lambda number, trial: told.append((number, trial)),
    )
    assert told == list(enumerate(study.trials, 1))


def test_a_comparison_runs_every_fold_in_parallel_and_once() -> None:
    random = np.random.default_rng(1)
    labels = np.arange(60) % 3
    vectors = (random.normal(size=(60, 6)) + 4 * np.eye(6)[labels]).astype(np.float32)
    parallel, family = Serial(), Linear(kind="linear", strength=1.0)
    comparison = Comparison("style", photos(vectors, labels), params(3), 7, parallel)
    (trial,) = comparison.run([family])
    assert len(parallel.worked["cross-validating"]) == params(3).folds
    assert trial.metrics == comparison.calibration(family).metrics
    assert trial.score > 0.8
    assert len(parallel.worked["cross-validating"]) == params(3).folds


def test_families_at_work_together_have_the_trials_that_they_have_alone_each_as_it_ends() -> None:
    random = np.random.default_rng(1)
    labels = np.arange(60) % 3
    data = photos((random.normal(size=(60, 6)) + np.eye(6)[labels]).astype(np.float32), labels)
    families = [Linear(kind="linear", strength=strength) for strength in (1.0, 30.0)]
    parallel = Serial()
    comparison = Comparison("style", data, params(3), 7, parallel)
    together = comparison.run(families)
    first = next(together)
    assert comparison.calibration(families[0]).metrics == first.metrics
    assert len(parallel.worked["cross-validating"]) == 2 * params(3).folds
    alone = Comparison("style", data, params(3), 7, Serial())
    assert [first, *together] == [trial for one in families for trial in alone.run([one])]


def test_a_family_that_an_earlier_run_tried_is_calibrated_alike() -> None:
    random = np.random.default_rng(1)
    labels = np.arange(60) % 3
    data = photos((random.normal(size=(60, 6)) + np.eye(6)[labels]).astype(np.float32), labels)
    family = Linear(kind="linear", strength=1.0)
    earlier, later = (Comparison("style", data, params(3), 7, Serial()) for _ in range(2))
    list(earlier.run([family]))
    assert later.calibration(family) == earlier.calibration(family)
