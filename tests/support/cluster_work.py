"""Small work for a cluster: photos, stages, and functions that a worker can run."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cloudpickle
from support.training_doubles import PARAMS, DrawingSampler, Serial, small_params

from artifacts.records.manifest import Code
from features import Extractor
from samples.facades import draw_facades, write_facades
from training.cluster.parallel import JoblibParallel
from training.fitting.onnx_exporter import OnnxExporter
from training.fitting.train import train
from training.models import model_definition
from training.photos.import_photos import import_photos
from training.photos.photo_folder import PhotoFolder
from training.work.runs import Inputs, RunIdentity, TrainedModel
from training.work.study import Trial
from training.work.work_folder import WorkFolder

MODEL = model_definition("architecture")
STYLES = ("gothic", "international", "ancient_egyptian")
DIGEST = "sha256:" + "a" * 64
INPUTS = Inputs(
    feature_schema=DIGEST, feature_code=DIGEST, training_code=DIGEST, environment=DIGEST
)
_TREES = {"trees": 24, "max_leaves": 32, "min_leaf_photos": 1, "max_features": "sqrt"}
_FORESTS = {
    "folds": 2,
    "interval_level": 0.8,
    "set_level": 0.8,
    "classification": [
        {"kind": "extra_trees", **_TREES},
        {"kind": "random_forest", **_TREES},
    ],
    "search": {
        "trials": 4,
        "families": [{"kind": "linear", "strength": {"low": 50, "high": 500, "log": True}}],
    },
    "regression": [{"kind": "extra_trees", **_TREES}],
}


@contextmanager
def travelling_by_value() -> Iterator[None]:
    """Send this module's functions by value: workers can't import it."""
    here = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(here)
    try:
        yield
    finally:
        cloudpickle.unregister_pickle_by_value(here)


def process_of(number: int) -> tuple[int, int, str]:
    """Say who is asked; long enough that one worker can't do it all."""
    time.sleep(0.02)
    return number, os.getpid(), str(Path.cwd())


def end_worker_on_seven(number: int) -> int:
    """End the process that it runs in, on one input."""
    if number == 7:
        os._exit(9)
    return number


def slowly(data: bytes, begun: Path, extractor: Extractor) -> object:
    """Make a vector, with time to kill someone."""
    begun.touch()
    time.sleep(0.1)
    return extractor.extract(data)


@contextmanager
def on_file(path: Path, act: Callable[[], object]) -> Iterator[None]:
    """While a block runs, wait for a file and do something once it is there; it must come."""
    left, acted = threading.Event(), threading.Event()

    def watch() -> None:
        while not left.wait(0.01):
            if path.exists():
                act()
                acted.set()
                return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        left.set()
        thread.join()
    assert acted.is_set(), f"{path} never came"


def train_sources(folder: Path) -> Path:
    """Drawn photos of three styles, as a tree."""
    write_facades(draw_facades(24, seed=3, views=(1, 1), styles=STYLES), folder)
    return folder


def import_drawn(root: Path, photos: Path) -> WorkFolder:
    """A work folder with photos, and parameters by which forests are compared."""
    root.mkdir(parents=True)
    params = small_params(train={**PARAMS["train"], **_FORESTS})  # type: ignore[dict-item]
    (root / "params.yaml").write_text(params.to_json(), encoding="utf-8")
    work, source = WorkFolder(root), PhotoFolder(photos)
    import_photos(source, work.dataset, MODEL, params.import_photos, 7, Serial(), exact=False)
    return work


def train_in(
    work: WorkFolder,
    parallel: JoblibParallel,
    tell: Callable[[int, Trial], object] = lambda *_: None,
) -> TrainedModel:
    identity = RunIdentity(
        model="architecture",
        code=Code(commit="c" * 40, dirty=False),
        photo_manifest=work.manifest().digest,
        feature_schema=MODEL.schema().digest,
        environment=DIGEST,
        params=work.params().digest,
    )

    def hear(number: int, trial: Trial) -> None:
        tell(number, trial)

    sampler = DrawingSampler()
    return train(work, MODEL, identity, INPUTS, OnnxExporter(), parallel, sampler, hear)


def vectors_of(work: WorkFolder) -> bytes:
    """The bytes of all vectors of a work folder, in the manifest's order."""
    import numpy as np  # noqa: PLC0415 - not by the workers

    matrix = np.load(work.dataset.root.parent / "build/vectors/vectors.npy")
    return bytes(matrix.tobytes())


def trained_files(work: WorkFolder) -> dict[str, bytes]:
    """All that the train stage left, by name."""
    folder = work.dataset.root.parent / "build/model"
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
