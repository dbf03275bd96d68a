"""Work in parallel by joblib, so that a cluster is a setting and not another code path."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import NoReturn, Self, TypeVar

import joblib
from joblib.externals.loky import get_reusable_executor
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from artifacts.errors import ArtifactError
from artifacts.photo_store import FolderPhotoStore
from artifacts.progress import ProgressLine

Input = TypeVar("Input")
Output = TypeVar("Output")

_BATCHES_A_JOB = 16
_LARGEST_BATCH = 256
"""What is lost with a worker, and done again, is at most a batch for each of its threads."""
_LARGEST_SENT = 64
"""Photos in a batch that carries them: some megabytes."""


class JoblibParallel:
    """joblib with a progress bar on a terminal, and nothing but a line on anything else.

    Here that is this machine's processes; a subclass gives `jobs_running` another place. Native
    libraries have one thread a job everywhere: a matrix product in more of them adds up in
    another order, and its last bits would hang on how many jobs there are.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = effective_jobs(jobs)

    @contextmanager
    def jobs_running(self) -> Iterator[int]:
        """Have joblib use these jobs, and yield how many they are."""
        with joblib.parallel_config(n_jobs=self._jobs):
            yield self._jobs

    def map(
        self, function: Callable[[Input], Output], inputs: Sequence[Input], what: str
    ) -> list[Output]:
        """Return the function's results in the order of the inputs; `what` names the work."""
        return list(self.stream(function, inputs, what))

    def stream(
        self, function: Callable[[Input], Output], inputs: Sequence[Input], what: str
    ) -> Iterator[Output]:
        """Yield the same, each once it and those before it are there."""
        return self._stream(function, inputs, len(inputs), what, _LARGEST_BATCH)

    def map_photos(
        self,
        function: Callable[[bytes], Output],
        photos: Sequence[str],
        store: FolderPhotoStore,
        what: str,
    ) -> list[Output]:
        """Return the function's results of photos that a store holds, in their order.

        Photos are read where the work is done if the store is seen there, with these very bytes,
        and are sent there otherwise. Raises artifacts.UnreadableRecord where there is none here.
        """
        attempt = partial(_attempt, function=function, store=store)
        found = self.map(attempt, photos, what)
        unseen = [at for at, outcome in enumerate(found) if isinstance(outcome, _Unseen)]
        problems: list[Exception] = []
        data = _readable((photos[at] for at in unseen), store, problems)
        sent = list(self._stream(function, data, len(unseen), what, _LARGEST_SENT))
        if problems:
            raise problems[0]
        outcomes = dict(enumerate(found)) | dict(zip(unseen, sent, strict=True))
        return [outcome for outcome in outcomes.values() if not isinstance(outcome, _Unseen)]

    def watched(self, inputs: Sequence[Input], what: str) -> Iterator[Input]:
        """Yield inputs that this process works on one after the other, and show how far it is."""
        with _Bar(len(inputs), what) as bar:
            for one in inputs:
                yield one
                bar.update(1)

    def fit(self, work: Callable[[], Output]) -> Output:
        """Do one piece of work here; what joblib parallelises within it goes to the jobs.

        Processes that an earlier `map` left waiting end first, with the memory that they hold.
        """
        if self._jobs > 1:
            get_reusable_executor().shutdown(wait=True)
        with self.jobs_running():
            return _limited(work)

    def _stream(
        self,
        function: Callable[[Input], Output],
        inputs: Iterable[Input],
        count: int,
        what: str,
        largest: int,
    ) -> Iterator[Output]:
        if not count:
            return
        with self.jobs_running() as jobs, _Bar(count, what) as bar:
            size = min(largest, max(1, count // (jobs * _BATCHES_A_JOB)))
            batches = _batches(inputs, size)
            # One batch is not worth a process.
            running = {"n_jobs": 1} if size >= count else {}
            results = joblib.Parallel(**running, return_as="generator")(
                joblib.delayed(_run)(function, batch) for batch in batches
            )
            for batch in results:
                bar.update(len(batch))
                yield from batch


def effective_jobs(jobs: int) -> int:
    """Return how many jobs a setting is, as joblib counts: -1 is one a core."""
    return int(joblib.effective_n_jobs(jobs))


class _Unseen:
    """Instead of a result: the store is not seen there, or not with these bytes."""


def _attempt(
    photo: str, function: Callable[[bytes], Output], store: FolderPhotoStore
) -> "Output | _Unseen":
    try:
        data = store.get(photo)
    except (ArtifactError, OSError):
        return _Unseen()
    return function(data)


def _readable(
    photos: Iterable[str], store: FolderPhotoStore, problems: list[Exception]
) -> Iterator[bytes]:
    """Yield photos as they are asked for, up to the first that can't be read: a problem.

    joblib asks in threads of its own, where an exception would reach nobody, and work would wait.
    """
    for photo in photos:
        try:
            yield store.get(photo)
        except (ArtifactError, OSError) as exc:
            problems.append(exc)
            return


def _run(function: Callable[[Input], Output], batch: Sequence[Input]) -> list[Output]:
    return _limited(lambda: [function(item) for item in batch])


def _limited(work: Callable[[], Output]) -> Output:
    with threadpool_limits(1):
        return work()


def _batches(inputs: Iterable[Input], size: int) -> Iterator[list[Input]]:
    # One at a time, as they are asked for: photos that are sent must not all be read first.
    rest = iter(inputs)
    while batch := list(islice(rest, size)):
        yield batch


class _Bar:
    """A bar with the time left on a terminal; in a log, a line every ten seconds."""

    def __init__(self, count: int, what: str) -> None:
        self._done, self._count = 0, count
        self._bar: tqdm[NoReturn] = tqdm(
            total=count, desc=what, unit="", file=sys.stderr, disable=None, leave=False
        )
        self._lines = ProgressLine(what, sys.stderr, time.monotonic) if self._bar.disable else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def update(self, count: int) -> None:
        """Count pieces of work that are done."""
        self._done += count
        self._bar.update(count)
        if self._lines:
            self._lines.advance(self._done, self._count)
