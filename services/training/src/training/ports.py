"""What training needs from outside. Adapters implement these; use cases see nothing else."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from artifacts.folder import ModelArtifact
from artifacts.records.evaluation import Evaluation
from artifacts.records.manifest import Data, Metric
from artifacts.records.photos import PhotoManifest
from training.packaging.aliases import AliasPoint
from training.params import AnySpace, Family, Params
from training.photos.problems import Problem
from training.photos.sources import Listing, Table
from training.work.runs import Run, VectorsRecord
from training.work.study import Study, Trial
from training.work.trained import TrainedModel

Input = TypeVar("Input")
Output = TypeVar("Output")
Clock = Callable[[], datetime]


class Parallel(Protocol):
    """Runs a function over inputs in parallel, and shows how far it is."""

    def map(
        self, function: Callable[[Input], Output], inputs: Sequence[Input], what: str
    ) -> list[Output]:
        """Return the function's results in the order of the inputs; `what` names the work."""

    def map_photos(
        self,
        function: Callable[[bytes], Output],
        photos: Sequence[str],
        store: "PhotoStore",
        what: str,
    ) -> list[Output]:
        """Return the function's results of photos in a store, in their order.

        Raises artifacts.UnreadableRecord where a photo is missing or changed.
        """

    def watched(self, inputs: Sequence[Input], what: str) -> Iterator[Input]:
        """Yield inputs that the caller works on itself, one after the other."""

    def fit(self, work: Callable[[], Output]) -> Output:
        """Do one piece of work, of which joblib's own parts (a forest's trees) may be elsewhere."""


class PhotoSource(Protocol):
    """Where photos come from."""

    def listing(self) -> Listing:
        """Return all that lies there, sorted by path; NoPhotos where no file may be a photo."""

    def read(self, path: str) -> bytes:
        """Return a file's bytes; OSError where it can't be read."""

    def table(self) -> Table:
        """Return the table of years, groups and slices; BadTable where it is unreadable."""


class Dataset(Protocol):
    """A photo manifest, the photos it names, and a quarantine for what was not taken in."""

    def manifest(self) -> PhotoManifest:
        """Return the manifest, an empty one for a new dataset."""

    def write(self, manifest: PhotoManifest) -> None:
        """Replace the manifest."""

    def quarantine(
        self,
        problems: Sequence[Problem],
        read: Callable[[str], bytes],
        warnings: Sequence[Problem] = (),
        ignored: Sequence[Problem] = (),
    ) -> Path:
        """Keep a copy of every file left out and a table of all findings, and return its path."""

    @property
    def photos(self) -> "PhotoStore":
        """The photos."""


class PhotoStore(Protocol):
    """Photos by digest."""

    def put(self, data: bytes) -> str:
        """Keep a photo and return its digest."""

    def get(self, photo: str) -> bytes:
        """Return a photo's bytes; artifacts.UnreadableRecord where missing or changed."""


class LocalPhotos(PhotoStore, Protocol):
    """Photos in files of a dataset."""

    def path(self, photo: str) -> Path:
        """Return where a photo lies, or would lie."""


class SharedPhotos(Protocol):
    """The photos that all runners of a team share, by digest."""

    def holds(self, photo: str) -> bool:
        """Whether the photo is there, with the bytes that its digest names."""

    def send(self, photo: str, data: bytes) -> None:
        """Keep a photo; artifacts.UnreadableRecord where the bytes are not its own."""

    def bring(self, photo: str, target: Path) -> None:
        """Make the photo lie at `target`; artifacts.UnreadableRecord where missing or changed."""


class VectorCache(Protocol):
    """Vectors of one feature schema, by photo digest."""

    def get(self, photos: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return those vectors (width,) that are cached."""

    def put(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep vectors (width,)."""

    def clear(self) -> None:
        """Forget every vector of this schema."""


class Work(Protocol):
    """What the stages of the pipeline read and leave for each other."""

    def params(self) -> Params:
        """Return the parameters; BadParams names all that is wrong with them."""

    def manifest(self) -> PhotoManifest:
        """Return the photo manifest; UnreadableRecord."""

    @property
    def photos(self) -> PhotoStore:
        """The photos."""

    def write_data(self, data: Data) -> None:
        """Leave what prepare found."""

    def data(self) -> Data:
        """Return what prepare found; MissingStageOutput."""

    def write_vectors(self, vectors: NDArray[np.float32], made: VectorsRecord) -> None:
        """Leave the vectors (n, width) of all photos, in the manifest's order."""

    def vectors(self, made: VectorsRecord) -> NDArray[np.float32]:
        """Return the vectors; MissingStageOutput where they are of other photos or features."""

    def study(self, key: str) -> Study:
        """Return the study of a key, an empty one where there is none."""

    def write_study(self, study: Study) -> None:
        """Keep a study, whole or not at all, for a search that is stopped and taken up again."""

    def write_model(self, trained: TrainedModel, files: Mapping[str, bytes]) -> None:
        """Leave the trained heads."""

    def trained(self) -> TrainedModel:
        """Return what is known of the trained heads; MissingStageOutput."""

    def model(self) -> tuple[TrainedModel, dict[str, bytes]]:
        """Return the trained heads and their files; MissingStageOutput."""

    def write_evaluation(self, evaluation: Evaluation, metrics: Sequence[Metric]) -> None:
        """Leave the outcomes on the validation split."""

    def metrics(self) -> tuple[Metric, ...]:
        """Return all metrics measured so far; MissingStageOutput."""

    @property
    def candidate(self) -> Path:
        """Where the artifact is put."""


class Sampler(Protocol):
    """Draws families from spaces, by what is known of those tried before."""

    def propose(self, spaces: Sequence[AnySpace], trials: Sequence[Trial], seed: int) -> Family:
        """Return a family that lies in one of the spaces; equal arguments give an equal one."""


class Exporter(Protocol):
    """Turns a trained estimator into ONNX."""

    def export(self, estimator: object, width: int) -> bytes:
        """Return the ONNX model of an estimator over vectors of a width."""


class Tracker(Protocol):
    """Keeps runs."""

    def record(self, run: Run) -> str:
        """Keep a run, or add to the run of the same identity, and return its id."""


class Rebuilder(Protocol):
    """Trains by the code of an earlier commit. Whatever it can't do is a CannotReproduce."""

    def check_out(self, commit: str) -> None:
        """Bring a commit's files."""

    @property
    def environment(self) -> str:
        """The digest of the commit's environment lock."""

    @property
    def params(self) -> Path:
        """The commit's own params.yaml."""

    def provide_environment(self) -> None:
        """Make the commit's code and its environment ready to run."""

    def params_digest(self, path: Path) -> str:
        """Return the digest of a parameters' file as the commit's code reads it."""

    def train(self, dataset: Path, params: Path) -> ModelArtifact:
        """Run the commit's stages over the dataset in a folder, and return what they packaged."""


class ModelStore(Protocol):
    """Artifacts by digest."""

    def get(self, digest: str) -> ModelArtifact:
        """Open the verified artifact of a digest; UnknownArtifact where none is kept."""

    def folder(self, digest: str) -> Path:
        """Return where an artifact of this digest lies, or would lie."""


class ModelRegistry(Protocol):
    """Versions of models."""

    def register(self, artifact: ModelArtifact, location: Path, gate_report: str) -> int:
        """Return the version of an artifact, a new one if it has none yet."""


class Pipeline(Protocol):
    """Runs the stages that are out of date, in order."""

    def track(self, folder: Path) -> None:
        """Put a folder of data under version control."""

    def reproduce(self) -> None:
        """Run what is out of date; PipelineFailed where a stage fails."""


class AliasRegistry(Protocol):
    """Aliases of model versions. They follow git, and only a deploy moves them."""

    def aliases(self, model: str) -> tuple[AliasPoint, ...]:
        """Return where each alias of a model points; RegistryUnavailable."""

    def point_alias(self, model: str, alias: str, version: int | None) -> None:
        """Point an alias at a version, or remove it; RegistryUnavailable."""
