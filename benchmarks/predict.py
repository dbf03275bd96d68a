"""One prediction inside the service beside its extraction alone; a forest by two runtimes."""

import statistics
from collections.abc import Callable
from functools import partial
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory
from time import time_ns
from typing import Any

import numpy as np
from skl2onnx import to_onnx
from sklearn.ensemble import ExtraTreesClassifier

from benchmarks.measure import (
    Verdict,
    at_most,
    cores,
    percentile,
    pinned,
    pooled,
    seconds_of,
    seconds_of_each,
)
from benchmarks.model import find_model
from benchmarks.photos import make_photos
from features.runtime import onnxruntime
from inference.adapters.identity import TimedIdentity
from inference.use_cases.open_model import ProvenModel
from inference.use_cases.predict_photo import predict_photo

ROUNDS = 10
PHOTOS = 48
LIMIT_MILLISECONDS = 10
TREES, MAX_LEAVES = 300, 256
FOREST_PHOTOS, LABELS, ROWS, SEED = 1500, 25, 60, 7


def run() -> list[Verdict]:
    """Measure both."""
    with TemporaryDirectory() as temporary, pinned(cores()[-1]):
        found = find_model(Path(temporary))
        print(f"  {found}")
        verdict = _beside_extraction(found.model)
        _forest(found.model.scorer.extractor.schema.width)
    return [verdict]


def _beside_extraction(model: ProvenModel) -> Verdict:
    photos = make_photos(PHOTOS)
    print(f"  {photos}; one core")
    identity = TimedIdentity(time_ns, token_bytes)

    def predict(photo: bytes) -> object:
        return predict_photo(model, photo, identity())

    sides = {
        "predict": partial(seconds_of_each, predict, photos.data),
        "extract": partial(seconds_of_each, model.scorer.extractor.extract, photos.data),
    }
    pooled(1, sides)  # What a service does once only is not in the figures.
    seconds = pooled(ROUNDS, sides)
    print(_row("a prediction", seconds["predict"]))
    print(_row("its extraction alone", seconds["extract"]))
    middle = statistics.median(seconds["predict"])
    share = statistics.median(seconds["extract"]) / middle
    print(f"  extraction is {share:.0%} of a prediction (medians)")
    return at_most("median of a prediction", middle * 1000, LIMIT_MILLISECONDS, " ms")


def _forest(width: int) -> None:
    rng = np.random.default_rng(SEED)
    vectors = rng.random((FOREST_PHOTOS, width), dtype=np.float32)
    forest = ExtraTreesClassifier(TREES, max_leaf_nodes=MAX_LEAVES, random_state=SEED, n_jobs=1)
    forest.fit(vectors, rng.integers(0, LABELS, FOREST_PHOTOS))
    rows = [vectors[i : i + 1] for i in range(ROWS)]
    runtimes = {"sklearn": forest.predict_proba, "onnx": _session(forest, vectors[:1])}
    sides = {name: partial(_seconds_of_rows, work, rows) for name, work in runtimes.items()}
    seconds = pooled(ROUNDS, sides)
    print(_row(f"{TREES} trees, a row by scikit-learn", seconds["sklearn"]))
    print(_row(f"{TREES} trees, a row by ONNX Runtime", seconds["onnx"]))
    times = statistics.median(seconds["sklearn"]) / statistics.median(seconds["onnx"])
    print(f"  scikit-learn over ONNX Runtime: {times:.0f} times the seconds (medians)")


def _session(forest: Any, example: np.ndarray) -> Callable[[np.ndarray], object]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = to_onnx(forest, example, options={id(forest): {"zipmap": False}})
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    output, given = session.get_outputs()[-1].name, session.get_inputs()[0].name
    return lambda vector: session.run([output], {given: vector})


def _seconds_of_rows(work: Callable[[np.ndarray], object], rows: list[np.ndarray]) -> list[float]:
    return [seconds_of(partial(work, vector)) for vector in rows]


def _row(name: str, seconds: list[float]) -> str:
    middle, late = statistics.median(seconds) * 1000, percentile(seconds, 0.95) * 1000
    return f"  {name:34} median {middle:8.4g} ms, p95 {late:8.4g} ms ({len(seconds)} of them)"
