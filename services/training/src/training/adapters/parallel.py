"""Work in parallel by joblib, so that a cluster is a setting and not another code path."""

import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

import joblib
from tqdm import tqdm

Input = TypeVar("Input")
Output = TypeVar("Output")

_BATCHES_A_JOB = 16


class JoblibParallel:
    """joblib with a progress bar on a terminal, and nothing but a line on anything else."""

    def __init__(self, jobs: int) -> None:
        self._jobs = joblib.effective_n_jobs(jobs)

    def map(
        self, function: Callable[[Input], Output], inputs: Sequence[Input], what: str
    ) -> list[Output]:
        """Return the function's results in the order of the inputs; `what` names the work."""
        size = max(1, len(inputs) // (self._jobs * _BATCHES_A_JOB))
        batches = [inputs[i : i + size] for i in range(0, len(inputs), size)]
        jobs = 1 if len(batches) == 1 else self._jobs
        results = joblib.Parallel(n_jobs=jobs, return_as="generator")(
            joblib.delayed(_run)(function, batch) for batch in batches
        )
        done: list[Output] = []
        with tqdm(
            total=len(inputs), desc=what, unit="", file=sys.stderr, disable=None, leave=False
        ) as bar:
            for batch in results:
                done += batch
                bar.update(len(batch))
        return done


def _run(function: Callable[[Input], Output], batch: Sequence[Input]) -> list[Output]:
    return [function(item) for item in batch]
