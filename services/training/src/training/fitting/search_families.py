"""Compare classifiers: the families that params.yaml lists, and then those that a search finds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from training.cluster.parallel import JoblibParallel
from training.dataset.training_set import TrainingSet
from training.fitting.selection import (
    Calibration,
    Fold,
    calibrate,
    label_tasks,
    out_of_fold,
    run_task,
)
from training.fitting.tpe_sampler import TpeSampler
from training.params import Family, TrainParams
from training.work.study import Study, Trial, trial_seed
from training.work.work_folder import WorkFolder

Run = Callable[[Sequence[Family]], Iterable[Trial]]
"""Tries families: a trial of each, in their order, as soon as it has ended."""
Tell = Callable[[int, Trial], None]
"""Hears of every trial as it ends: its number, from 1, and what came of it."""


class Comparison:
    """Cross-validates classifiers on one training set, and remembers how each is calibrated."""

    def __init__(
        self, head: str, data: TrainingSet, params: TrainParams, seed: int, parallel: JoblibParallel
    ) -> None:
        self._head = head
        self._data = data
        self._params = params
        self._seed = seed
        self._parallel = parallel
        self._done: dict[Family, Calibration] = {}

    def run(self, families: Sequence[Family]) -> Iterator[Trial]:
        """Yield a trial of each family as it ends; all are at work at once, over the same folds."""
        data, seed, count = self._data, self._seed, self._params.folds
        todo = list(label_tasks(data, families, count, seed))
        work = partial(run_task, data=data, seed=seed)
        done = self._parallel.stream(work, todo, "cross-validating")
        folds: list[Fold] = []
        for fold in zip(todo, done, strict=True):
            folds.append(fold)
            if len(folds) == count:
                family = fold[0].family
                found = out_of_fold(family, folds)
                self._done[family] = calibrate(self._head, data, found, self._params.set_level)
                folds = []
                yield Trial(family=family, metrics=self._done[family].metrics)

    def calibration(self, family: Family) -> Calibration:
        """Return how a family is calibrated; one that an earlier run tried is tried once more."""
        if family not in self._done:
            list(self.run([family]))
        return self._done[family]


def search_families(
    params: TrainParams,
    seed: int,
    work: WorkFolder,
    key: str,
    sampler: TpeSampler,
    run: Run,
    tell: Tell,
) -> Study:
    """Return the study of a key with as many trials as params ask for.

    The families listed come first, whatever the number of trials. Each trial is kept when it ends
    and follows from those before it alone: a search that was stopped gives the trials that it
    would have given. A family that was tried before is not run again, and counts.
    """
    study = work.study(key)
    wanted = max(params.search.trials, len(params.classification))
    while (number := len(study.trials)) < wanted:
        new: Iterable[Trial]
        if number < len(params.classification):
            new = run(params.classification[number:])
        else:
            spaces = params.search.families
            family = sampler.propose(spaces, study.trials, trial_seed(seed, number))
            known = study.find(family)
            new = [known] if known else run([family])
        for place, trial in enumerate(new, number + 1):
            study = study.with_trials(trial)
            work.write_study(study)
            tell(place, trial)
    return study.first(wanted)
