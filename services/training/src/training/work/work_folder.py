"""The files between the stages of the pipeline, below one folder (see dvc.yaml)."""

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artifacts.digests import hex_part
from artifacts.errors import UnreadableRecord
from artifacts.locks import lock_file, take
from artifacts.records.evaluation import Evaluation
from artifacts.records.manifest import Data, Metric, head_files
from artifacts.records.photos import PhotoManifest
from training.errors import MissingStageOutput, WorkFolderBusy
from training.models import model_definition
from training.models.definition import ModelDefinition
from training.params import Params
from training.params_file import read_params
from training.photos.dataset_folder import DatasetFolder
from training.work.runs import TrainedModel, VectorsRecord
from training.work.study import Study

_DOUBTFUL = ("file", "photo", "style", "suggested", "probability", "probability_of_suggested")


class WorkFolder:
    """The pipeline's files: data/ and params.yaml come in, build/ comes out."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._build = root / "build"
        self._params = root / "params.yaml"
        self.dataset = DatasetFolder(root / "data")
        self.photos = self.dataset.photos
        self.candidate = self._build / "candidate"

    def params(self) -> Params:
        """Return the parameters; BadParams names all that is wrong with them."""
        return read_params(self._params)

    def definition(self) -> ModelDefinition:
        """Return the model that the parameters name; BadParams, UnknownModel."""
        params = self.params()
        return model_definition(params.model, params.features.embedding)

    def manifest(self) -> PhotoManifest:
        """Return the photo manifest; UnreadableRecord."""
        return self.dataset.manifest()

    def write_data(self, data: Data) -> None:
        """Leave what prepare found."""
        data.write(self._build / "prepared" / "data.json")

    def data(self) -> Data:
        """Return what prepare found; MissingStageOutput."""
        return Data.read(self._there(self._build / "prepared" / "data.json", "prepare"))

    def write_vectors(self, vectors: NDArray[np.float32], made: VectorsRecord) -> None:
        """Leave the vectors (n, width) of the photos that training may see, in their order."""
        folder = self._build / "vectors"
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "vectors.npy", vectors, allow_pickle=False)
        made.write(folder / "made_of.json")

    def vectors(self, made: VectorsRecord) -> NDArray[np.float32]:
        """Return the vectors; MissingStageOutput where they are of other photos or features."""
        record = self._there(self._build / "vectors" / "made_of.json", "featurize")
        if VectorsRecord.read(record) != made:
            raise MissingStageOutput(record, "featurize")
        matrix: NDArray[np.float32] = np.load(
            record.with_name("vectors.npy"), mmap_mode="r", allow_pickle=False
        )
        return matrix

    def study(self, key: str) -> Study:
        """Return the study of a key, an empty one where there is none or it can't be read."""
        try:
            found = Study.read(self._study(key))
        except UnreadableRecord:
            return Study(key=key)
        return found if found.key == key else Study(key=key)

    def write_study(self, study: Study) -> None:
        """Keep a study, whole or not at all, where no stage of DVC's removes it."""
        study.write(self._study(study.key))

    def write_model(self, trained: TrainedModel, files: Mapping[str, bytes]) -> None:
        """Leave the trained heads."""
        folder = self._build / "model"
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        trained.write(folder / "trained.json")

    @property
    def doubtful_labels(self) -> Path:
        """The table of training photos whose label to look at; it is there once `train` ran."""
        return self._build / "model" / "doubtful_labels.csv"

    def write_doubtful_labels(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Leave the table of photos whose label to look at, the worst first."""
        self.doubtful_labels.parent.mkdir(parents=True, exist_ok=True)
        with self.doubtful_labels.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, _DOUBTFUL)
            writer.writeheader()
            writer.writerows(rows)

    def trained(self) -> TrainedModel:
        """Return what is known of the trained heads; MissingStageOutput."""
        return TrainedModel.read(self._there(self._build / "model" / "trained.json", "train"))

    def model(self) -> tuple[TrainedModel, dict[str, bytes]]:
        """Return the trained heads and their files; MissingStageOutput."""
        trained, folder = self.trained(), self._build / "model"
        return trained, {name: (folder / name).read_bytes() for name in head_files(trained.heads)}

    def write_evaluation(self, evaluation: Evaluation, metrics: Sequence[Metric]) -> None:
        """Leave the outcomes on the validation split, and all metrics (for `dvc metrics show`)."""
        folder = self._build / "evaluation"
        evaluation.write(folder / "validation.json")
        by_split: dict[str, dict[str, float]] = {}
        for metric in metrics:
            by_split.setdefault(metric.over, {})[metric.name] = metric.value
        text = json.dumps(by_split, indent=2, sort_keys=True)
        (folder / "metrics.json").write_text(text + "\n", encoding="utf-8")

    def metrics(self) -> tuple[Metric, ...]:
        """Return all metrics measured so far; MissingStageOutput."""
        path = self._there(self._build / "evaluation" / "metrics.json", "evaluate")
        by_split = json.loads(path.read_text(encoding="utf-8"))
        return tuple(
            Metric.model_validate({"name": name, "value": value, "over": over})
            for over, found in by_split.items()
            for name, value in found.items()
        )

    def _study(self, key: str) -> Path:
        return self._build / "search" / f"{hex_part(key)}.json"

    def _there(self, path: Path, stage: str) -> Path:
        if not path.exists():
            raise MissingStageOutput(path, stage)
        return path


@contextmanager
def alone_in(work: Path) -> Iterator[int]:
    """Hold a work folder, and yield the descriptor that holds it; WorkFolderBusy.

    The system lets go of it when the last process with the descriptor ends, however it ends: a
    killed training leaves nothing to clear away. A process that gets it by `pass_fds` holds it too.
    """
    with lock_file(work / "build" / "lock") as descriptor:
        if not take(descriptor):
            holder = os.pread(descriptor, 32, 0).decode("ascii", errors="replace").strip()
            raise WorkFolderBusy(work, holder)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        yield descriptor
