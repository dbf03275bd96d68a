"""What training's steps are tried with: work that is recorded, and small datasets."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from support.photo_files import jpeg

from artifacts.photo_store import FolderPhotoStore
from training.dataset.training_set import TrainingSet
from training.params import AnySpace, Family, IntSpan, Params
from training.work.runs import Run
from training.work.study import Trial

Input = TypeVar("Input")
Output = TypeVar("Output")

DIGEST = "sha256:" + "0" * 64


class Serial:
    """Parallel, one after the other; `worked` holds the inputs by the name of the work."""

    def __init__(self) -> None:
        self.worked: dict[str, list[object]] = {}

    def map(
        self, function: Callable[[Input], Output], inputs: Sequence[Input], what: str
    ) -> list[Output]:
        return list(self.stream(function, inputs, what))

    def stream(
        self, function: Callable[[Input], Output], inputs: Sequence[Input], what: str
    ) -> Iterator[Output]:
        self.worked.setdefault(what, []).extend(inputs)
        return map(function, inputs)

    def map_photos(
        self,
        function: Callable[[bytes], Output],
        photos: Sequence[str],
        store: FolderPhotoStore,
        what: str,
    ) -> list[Output]:
        return self.map(lambda photo: function(store.get(photo)), photos, what)

    def watched(self, inputs: Sequence[Input], what: str) -> Iterator[Input]:
        self.worked.setdefault(what, []).extend(inputs)
        yield from inputs

    def fit(self, work: Callable[[], Output]) -> Output:
        return work()


class MemoryCache:
    """A vector cache in memory."""

    def __init__(self) -> None:
        self.vectors: dict[str, NDArray[np.float32]] = {}

    def get(self, photos: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        return {photo: self.vectors[photo] for photo in photos if photo in self.vectors}

    def put(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        self.vectors.update(vectors)

    def clear(self) -> None:
        self.vectors.clear()


class DrawingSampler:
    """A sampler that learns nothing: it draws a space, and settings within its spans."""

    def propose(self, spaces: Sequence[AnySpace], trials: Sequence[Trial], seed: int) -> Family:
        random = np.random.default_rng([seed, len(trials)])
        space = spaces[random.integers(len(spaces))]
        return space.family(
            {
                name: int(random.integers(span.low, span.high + 1))
                if isinstance(span, IntSpan)
                else float(random.uniform(span.low, span.high))
                for name, span in space.spans().items()
            }
        )


class MemoryTracker:
    """A tracker that keeps runs by their identity."""

    def __init__(self) -> None:
        self.runs: dict[str, Run] = {}

    def record(self, run: Run) -> str:
        self.runs[run.identity.key] = run
        return run.identity.key


PARAMS: dict[str, object] = {
    "model": "architecture",
    "seed": 7,
    "import_photos": {
        "max_bad_share": 0.5,
        "near_duplicate_bits": 32,
        "validation_share": 0.2,
        "holdout_share": 0.3,
    },
    "prepare": {"min_groups_per_label": 2, "min_labels": 2, "min_photos_with_year": 10},
    # No step but featurize can tell its vectors from others, and they take longer to make.
    "features": {"embedding": "none"},
    "train": {
        "folds": 2,
        "interval_level": 0.8,
        "set_level": 0.8,
        "classification": [
            {"kind": "linear", "strength": 100.0},
            {
                "kind": "extra_trees",
                "trees": 10,
                "max_leaves": 32,
                "min_leaf_photos": 1,
                "max_features": "sqrt",
            },
        ],
        "search": {
            "trials": 3,
            "families": [{"kind": "linear", "strength": {"low": 50, "high": 500, "log": True}}],
        },
        "regression": [{"kind": "linear", "strength": 10.0}],
    },
    "package": {"golden_photos": 3},
}


def small_params(**changes: object) -> Params:
    """Parameters for a handful of photos."""
    return Params.model_validate(PARAMS | changes)


def style_tree(root: Path, styles: Sequence[str], photos: int, first_seed: int = 100) -> Path:
    """A folder-per-style tree with a table of years; every photo shows a building of its own."""
    lines = ["path,year,slice.region"]
    seed = first_seed
    for style in styles:
        (root / style).mkdir(parents=True, exist_ok=True)
        for number in range(photos):
            name = f"{style}/{number}.jpg"
            (root / name).write_bytes(jpeg(seed))
            lines.append(f"{name},{1800 + seed % 150},north")
            seed += 1
    (root / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def a_training_set(
    vectors: NDArray[np.float32],
    labels: NDArray[np.intp] | None = None,
    values: NDArray[np.float64] | None = None,
) -> TrainingSet:
    """Photos of a building each; without labels all have one, without values none is known."""
    count = len(vectors)
    found = np.zeros(count, np.intp) if labels is None else labels.astype(np.intp)
    return TrainingSet(
        vectors=vectors,
        names=tuple(f"style-{n}" for n in range(int(found.max()) + 1)),
        labels=found,
        values=np.full(count, np.nan) if values is None else values,
        groups=np.arange(count),
        runs=(vectors.shape[1],),
    )
