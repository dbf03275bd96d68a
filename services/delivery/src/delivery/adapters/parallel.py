"""Work in parallel processes by joblib, so that a cluster is a setting and not another code path.

joblib can unpickle files; nothing but its processes is used here, and they are this program's own.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

Input = TypeVar("Input")
Output = TypeVar("Output")

_BATCHES_A_JOB = 4
"""Few, for each builds what it works with anew; more than one, for batches differ in cost."""


class JoblibParallel:
    """Batches of inputs to as many processes as there are jobs; one job works in this process."""

    def __init__(self, jobs: int) -> None:
        """Keep the number of processes; -1 is one for each core."""
        self._jobs = jobs

    def map_batches(
        self, function: Callable[[Sequence[Input]], list[Output]], inputs: Sequence[Input]
    ) -> list[Output]:
        """Return the function's results, one an input, in order.

        The function gets a part of the inputs at a time and returns as many results.
        """
        if self._jobs == 1 or len(inputs) <= 1:
            return function(inputs) if inputs else []
        import joblib  # noqa: PLC0415 - a fifth of a second that most commands save

        jobs = joblib.effective_n_jobs(self._jobs)
        size = max(1, -(-len(inputs) // (jobs * _BATCHES_A_JOB)))
        batches = [inputs[start : start + size] for start in range(0, len(inputs), size)]
        done = joblib.Parallel(n_jobs=jobs)(joblib.delayed(function)(batch) for batch in batches)
        return [output for batch in done for output in batch]
