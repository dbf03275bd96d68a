"""Featurizing a dataset of which 1 % of the photos are new, beside featurizing all of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from artifacts.records.photos import PhotoManifest, PhotoRow
from benchmarks.measure import Verdict, exactly, interleave, ratio, row, seconds_of
from benchmarks.photos import distinct, make_photos
from features import Extractor, architecture_schema
from training.cluster.parallel import JoblibParallel
from training.dataset.featurize import featurize
from training.dataset.vector_cache import SqliteVectorCache
from training.work.work_folder import WorkFolder

ROUNDS = 3
PICTURES = 48
PHOTOS = 800
NEW = PHOTOS // 100

Input = TypeVar("Input")
Output = TypeVar("Output")


class CountedParallel(JoblibParallel):
    """Training's parallel work, with a count of what it was asked to work on."""

    def __init__(self) -> None:
        super().__init__(-1)
        self.asked: list[object] = []

    def map(
        self, function: Callable[[Input], Output], inputs: Sequence[Input], what: str
    ) -> list[Output]:
        """Return the function's results in the order of the inputs."""
        self.asked = list(inputs)
        return super().map(function, inputs, what)


class Dataset:
    """Photos in a folder, and featurizing them."""

    def __init__(self, folder: Path, photos: list[bytes]) -> None:
        self._folder = folder
        self._work = WorkFolder(folder)
        self._extractor = Extractor(architecture_schema())
        self.digests = sorted(map(self._work.photos.put, photos))
        self.new = self.digests[:: PHOTOS // NEW][:NEW]
        self._work.dataset.write(PhotoManifest(rows=tuple(map(_row, self.digests))))
        self.parallel = CountedParallel()
        self.featurized: list[object] = []
        """What the last run with a cache worked on."""

    def all_of_it(self) -> float:
        """Return the seconds that featurizing takes with an empty cache."""
        with self._cache() as cache:
            return self._featurize(cache)

    def new_ones(self) -> float:
        """Return the seconds that it takes with a cache that lacks the new photos."""
        old = dict(zip(self.digests, self.vectors(), strict=True))
        for photo in self.new:
            del old[photo]
        with self._cache() as cache:
            cache.put(old)
            seconds = self._featurize(cache)
        self.featurized = self.parallel.asked
        return seconds

    def vectors(self) -> np.ndarray:
        """Return the vectors that the last run left."""
        matrix: np.ndarray = np.load(self._folder / "build/vectors/vectors.npy")
        return matrix

    def _featurize(self, cache: SqliteVectorCache) -> float:
        return seconds_of(lambda: featurize(self._work, self._extractor, cache, self.parallel))

    @contextmanager
    def _cache(self) -> Iterator[SqliteVectorCache]:
        with TemporaryDirectory() as folder:
            yield SqliteVectorCache(Path(folder), self._extractor.schema.digest)


def run() -> list[Verdict]:
    """Measure both."""
    photos = make_photos(PICTURES)
    print(f"  {photos}; {PHOTOS} of different bytes, {NEW} of them new")
    with TemporaryDirectory() as folder:
        dataset = Dataset(Path(folder), distinct(photos.data, PHOTOS))
        dataset.all_of_it()  # The processes start once a run, and not once a round.
        seconds = interleave(ROUNDS, {"all": dataset.all_of_it, "new": dataset.new_ones})
        with_cache = dataset.vectors()
        dataset.all_of_it()
        different = int((with_cache != dataset.vectors()).any(axis=1).sum())
    print(row(f"featurizing all {PHOTOS}", seconds["all"], "s"))
    print(row(f"featurizing with {NEW} new", seconds["new"], "s"))
    print(f"  all over new: {ratio(seconds['all'], seconds['new']):.1f} times the seconds")
    print("  (four cached vectors are made again each time, to check the cache: not counted)")
    stray = len(set(dataset.featurized) ^ set(dataset.new))
    return [
        exactly("photos featurized of 1 % new", len(dataset.featurized), NEW),
        exactly("of them and the new ones, photos that are only in one", stray, 0),
        exactly("vectors that differ from those made without a cache", different, 0),
    ]


def _row(photo: str) -> PhotoRow:
    return PhotoRow(
        photo=photo,
        split="train",
        group=photo,
        style="gothic",
        year=None,
        source="benchmark",
        licence="none",
    )
