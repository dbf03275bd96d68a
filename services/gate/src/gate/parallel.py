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

    def __init__(self, jobs: int, tell: Callable[[int], None] = lambda _: None) -> None:
        """Keep the number of processes; -1 is one for each core.

        `tell` hears of work that was done, counted in the weight of its inputs.
        """
        self._jobs = jobs
        self._tell = tell

    def map_batches(
        self,
        function: Callable[[Sequence[Input]], list[Output]],
        inputs: Sequence[Input],
        weight: int = 1,
    ) -> list[Output]:
        """Return the function's results, one an input, in order.

        The function gets a part of the inputs at a time and returns as many results. `weight` is
        how much work one input is.
        """
        if self._jobs == 1 or len(inputs) <= 1:
            found = function(inputs) if inputs else []
            self._tell(weight * len(inputs))
            return found
        import joblib  # noqa: PLC0415 - a fifth of a second that most commands save

        jobs = joblib.effective_n_jobs(self._jobs)
        size = max(1, -(-len(inputs) // (jobs * _BATCHES_A_JOB)))
        batches = [inputs[start : start + size] for start in range(0, len(inputs), size)]
        results = joblib.Parallel(n_jobs=jobs, return_as="generator")(
            joblib.delayed(function)(batch) for batch in batches
        )
        done: list[Output] = []
        for batch in results:
            done += batch
            self._tell(weight * len(batch))
        return done
