"""Featurizing on a Dask cluster beside joblib's own processes, and what more machines would cost.

What two cores can show is measured: one and two workers. What lies beyond is a model fitted to it,
and drawn as such.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.optimize import nnls

from artifacts.photo_store import FolderPhotoStore
from benchmarks.cluster import clustered
from benchmarks.measure import ROOT, Verdict, cores, machine, seconds_of
from benchmarks.photos import distinct, make_photos
from benchmarks.scale_model import DASK, JOBLIB, NETWORK_BYTES, SENT_BY_DASK, CostModel, Point
from features import Extractor, architecture_schema
from training.cluster.parallel import JoblibParallel

PICTURES = 48
COUNTS = (500, 1000, 2000)
WORKERS = (1, 2)
SENT = (500, 1000)
WARM = 64
MOST_ROUNDS = 8
BUDGET_SECONDS = 315
OUT = ROOT / "build" / "scaling"

EMPTY = "Dask, vectors of no work"
"""What the client, the scheduler and the way between them cost, with nothing to compute."""
EMPTY_COUNTS = (2, 2, 2, 1000, 1000, 1000, 4000, 4000)


def run() -> list[Verdict]:
    """Measure, fit, and leave numbers and plot in build/scaling."""
    busy, started = machine(), time.monotonic()
    photos = make_photos(PICTURES)
    print(f"  {photos}, repeated with a numbered comment: other bytes, the same pictures")
    with TemporaryDirectory() as name:
        folder = Path(name)
        store = FolderPhotoStore(folder / "photos")
        digests = [store.put(data) for data in distinct(photos.data, max(COUNTS))]
        points, equal = _measure(folder, store, digests, started)
    model = fit(points)
    for line in _lines(points, model, len(photos.data[0])):
        print(line)
    OUT.mkdir(parents=True, exist_ok=True)
    written = [vars(point) for point in points]
    (OUT / "points.json").write_text(json.dumps(written, indent=1), encoding="utf-8")
    from benchmarks.scale_plot import plot  # noqa: PLC0415 - matplotlib takes a second

    plot(points, model, busy, OUT / "scaling.svg")
    return [Verdict("vectors of every way equal, byte for byte", equal)]


def _measure(
    folder: Path, store: FolderPhotoStore, digests: list[str], started: float
) -> tuple[list[Point], bool]:
    points: list[Point] = []
    found: dict[int, set[bytes]] = {}
    # A path from here leads nowhere in the workers' folders.
    with _sides(folder, store, FolderPhotoStore(Path("photos"))) as sides, chdir(folder):
        for side in sides:
            _featurize(side.parallel, digests[:WARM], side.store)
            if side.way == DASK:
                points += [_empty(side, count) for count in EMPTY_COUNTS]
        # All sides in turn for each count: what slows the machine slows all of them alike.
        for _, count, side in product(range(MOST_ROUNDS), COUNTS, sides):
            if count in side.counts and time.monotonic() - started < BUDGET_SECONDS:
                seconds, vectors = _featurize(side.parallel, digests[:count], side.store)
                points.append(Point(side.way, count, side.workers, seconds))
                found.setdefault(count, set()).add(vectors)
    return fastest(points), all(len(vectors) == 1 for vectors in found.values())


def fastest(points: list[Point]) -> list[Point]:
    """Return the fastest run of each kind: other work on the machine only ever slows one down."""
    runs = Counter((p.way, p.photos, p.workers) for p in points)
    best: dict[tuple[str, int, int], Point] = {}
    for point in sorted(points, key=lambda p: -p.seconds):
        key = (point.way, point.photos, point.workers)
        best[key] = replace(point, rounds=runs[key])
    return list(best.values())


@dataclass(frozen=True)
class _Side:
    way: str
    workers: int
    parallel: JoblibParallel
    store: FolderPhotoStore
    counts: tuple[int, ...]


@contextmanager
def _sides(
    folder: Path, seen: FolderPhotoStore, unseen: FolderPhotoStore
) -> Iterator[tuple[_Side, ...]]:
    with ExitStack() as stack:
        sides = []
        for workers in (number for number in WORKERS if number <= len(cores())):
            dask = stack.enter_context(clustered(folder / f"cluster-{workers}", workers))
            sides += [
                _Side(JOBLIB, workers, JoblibParallel(workers), seen, COUNTS),
                _Side(DASK, workers, dask, seen, COUNTS),
                _Side(SENT_BY_DASK, workers, dask, unseen, SENT),
            ]
        yield tuple(sides)


def _featurize(
    parallel: JoblibParallel, digests: list[str], store: FolderPhotoStore
) -> tuple[float, bytes]:
    extract = Extractor(architecture_schema()).extract
    started = time.perf_counter()
    vectors = parallel.map_photos(extract, digests, store, "featurizing")
    seconds = time.perf_counter() - started
    return seconds, hashlib.sha256(np.stack(vectors).tobytes()).digest()


def _empty(side: _Side, count: int) -> Point:
    make = partial(np.full, architecture_schema().width, dtype=np.float32)
    seconds = seconds_of(lambda: side.parallel.map(make, range(count), "returning"))
    return Point(EMPTY, count, side.workers, seconds)


def fit(points: list[Point]) -> CostModel:
    """Fit the cost of Dask to what was measured; no part of it is below zero."""
    used = [point for point in points if point.way != JOBLIB]
    rows = [
        (1, p.photos, p.photos / p.workers * (p.way != EMPTY), p.photos * (p.way == SENT_BY_DASK))
        for p in used
    ]
    # Relative errors: a large run must not drown the small ones.
    scale = np.array([1 / point.seconds for point in used])
    found, _ = nnls(np.array(rows, dtype=float) * scale[:, None], np.ones(len(used)))
    return CostModel(*map(float, found))


def _lines(points: list[Point], model: CostModel, photo_bytes: int) -> list[str]:
    table = {(p.way, p.photos, p.workers): p.seconds for p in points}
    lines = [f"  seconds, measured, the fastest of {_rounds(points)} rounds:"]
    for way in (DASK, JOBLIB, SENT_BY_DASK):
        for workers in WORKERS:
            cells = [f"{table.get((way, n, workers), float('nan')):8.1f}" for n in COUNTS]
            lines.append(f"    {way:20} {workers} workers {' '.join(cells)}  of {COUNTS} photos")
    lines.append(
        f"  model: {model.fixed:.2f} s + n ({model.work * 1e3:.2f} ms / workers + "
        f"{model.serial * 1e3:.3f} ms), and {model.sent * 1e3:.2f} ms a photo that is sent here, "
        f"{photo_bytes / NETWORK_BYTES * 1e3:.2f} ms by a gigabit a second"
    )
    worst = max(
        abs(expected(model, p) / p.seconds - 1) for p in points if p.way in (DASK, SENT_BY_DASK)
    )
    lines.append(f"  the model is at most {worst:.0%} off what was measured")
    for workers in (1, 2, 8, 32):
        seconds = model.seconds(50_000, workers)
        lines.append(f"  EXTRAPOLATED: 50,000 photos on {workers} workers {seconds:7.0f} s")
    return lines


def _rounds(points: list[Point]) -> str:
    counts = [point.rounds for point in points if point.way != EMPTY]
    return f"{min(counts)} to {max(counts)}"


def expected(model: CostModel, point: Point) -> float:
    """Return what the model says of a run that was measured."""
    sent = model.sent if point.way == SENT_BY_DASK else 0.0
    return model.seconds(point.photos, point.workers, sent)
