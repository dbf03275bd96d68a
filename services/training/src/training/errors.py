"""What can go wrong in training.

TrainingError              a breakdown: something could not be done (exit code 2)
|-- NoPhotos               a folder holds no photo to import
|-- UnforeseenFile         a file that was read led to an error that nobody foresaw
|-- BadSettings            environment variables are missing or wrong
|-- BadTable               the table beside the photos can't be read at all
|-- BadParams              params.yaml is unreadable, or asks for what isn't there
|-- PhotosMissing          photos that a manifest names are nowhere to be had
|-- NoManifest             there is no photo manifest to train by
|-- UnusableDataset        the dataset can't be trained on: too few photos, missing bytes
|-- UnknownModel           no model of that name is defined
|-- MissingIdentity        a run without commit or digests, which the tracker doesn't record
|-- MissingStageOutput     a stage's input is not there: the stage before it has not run
|-- UnusableWeights        published weights that features are made by are not what they should be
|-- SchemaChanged          the model was trained by another feature schema than the code's
|-- UnsolvableKernel       a kernel machine's penalty is too small for its photos
|-- UnfaithfulExport       the exported model answers otherwise than the trained one
|-- RegistryUnavailable    the model registry doesn't answer
|-- PipelineFailed         a stage of the pipeline ended with an error
|-- CannotReproduce        a model can't be built again here: code, data or environment is lacking
|-- ClusterUnavailable     the Dask cluster can't be reached, was lost, or has no worker
|-- ClusterDiffers         a worker has other code or versions, or rounds otherwise
`-- BadCertificates        the files for a tls:// cluster are not all there
"""

from pathlib import Path
from typing import Self

_SHOWN = 20


class TrainingError(Exception):
    """Base of every error of this package."""


class NoPhotos(TrainingError):
    """There is nothing to import."""

    def __init__(self, folder: Path, ignored: int = 0) -> None:
        self.folder = folder
        rest = f" ({ignored} files in it can't be meant as photos)" if ignored else ""
        super().__init__(
            f"{folder} holds no photos{rest}: expected one folder a style, such as "
            f"{folder}/gothic/cathedral.jpg"
        )


class NoFolder(NoPhotos):
    """What was named to be imported is no folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        what = "is a file (unpack an archive first)" if folder.exists() else "isn't there"
        where = "name the folder in which one folder a style lies, as of"
        self.args = (f"{folder} {what}: {where} FOLDER/gothic/cathedral.jpg",)


class DatasetAmongPhotos(TrainingError):
    """The dataset would be written into the folder that is imported."""

    def __init__(self, dataset: Path, photos: Path) -> None:
        self.dataset = dataset
        self.photos = photos
        super().__init__(
            f"the dataset {dataset} would lie within the photos {photos}, and the next import "
            "would take it for photos: name a folder outside of them (--dataset, WORK of make "
            "train)"
        )


class UnforeseenFile(TrainingError):
    """A file of the user led to an error that nobody foresaw."""

    def __init__(self, path: str, cause: str) -> None:
        self.path = path
        self.cause = cause
        super().__init__(
            f"{path} led to an error that nobody foresaw: {cause}. Take this file out and run the "
            "same again, and report it with the file if you may"
        )

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        """Travel between processes by what it was made of."""
        return type(self), (self.path, self.cause)


class BadSettings(TrainingError):
    """PLINTH_ variables are missing or wrong; `problems` names each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("the settings are not complete: " + "; ".join(problems))


class BadTable(TrainingError):
    """The table of years, groups and slices has no usable form."""

    def __init__(self, table: Path, reason: str) -> None:
        self.table = table
        self.reason = reason
        super().__init__(f"the table {table} can't be used: {reason}")


class BadParams(TrainingError):
    """The parameters of the pipeline don't fit."""

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        self.source = source
        self.problems = problems
        super().__init__(f"{source} is not usable: " + "; ".join(problems))


class UnusableDataset(TrainingError):
    """The dataset failed validation; `problems` names everything at once."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__(
            "\n- ".join(("the dataset can't be trained on:", *problems))
            + "\nNothing was trained. Add photos of more buildings, or leave a style out; `prepare`"
            " in params.yaml says how many are asked for"
        )


class PhotosMissing(TrainingError):
    """Photos that the manifest names are missing or changed; `problems` names each."""

    def __init__(self, where: str, problems: tuple[str, ...]) -> None:
        self.problems = problems
        shown = "; ".join(problems[:_SHOWN])
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        super().__init__(
            f"{where} lacks {len(problems)} photos that the manifest names: {shown}{more}. Push "
            "them from a checkout that has them (`training push-photos`)"
        )


class NoManifest(TrainingError):
    """A dataset without a photo manifest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} has no photo manifest: import photos (`training import-photos`) and commit "
            "its manifest.csv"
        )


class UnknownModel(TrainingError):
    """Training has no definition of a model."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        super().__init__(f"no model {name!r} is defined; there is {', '.join(known)}")


class MissingIdentity(TrainingError):
    """A run can't say what it was made of, so it is not recorded."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("the run is refused, it can't be traced: " + "; ".join(problems))


class MissingStageOutput(TrainingError):
    """A stage was run before the one that it builds on."""

    def __init__(self, path: Path, stage: str) -> None:
        self.path = path
        self.stage = stage
        super().__init__(f"{path} is not there: run the stage {stage!r} first")


class UnusableWeights(TrainingError):
    """Weights that someone else trained can't be brought to ONNX."""

    def __init__(self, source: str, reason: str) -> None:
        self.source = source
        self.reason = reason
        super().__init__(
            f"the weights {source} can't be used: {reason}. Build the environment anew "
            "(`make clean`, then `make setup`), or train without them (features.embedding: none in "
            "params.yaml)"
        )


class SchemaChanged(TrainingError):
    """The trained heads want vectors that this code doesn't make."""

    def __init__(self, trained: str, current: str) -> None:
        self.trained = trained
        self.current = current
        super().__init__(
            f"the model was trained with feature schema {trained}, the code makes {current}: "
            "run the stages featurize and train again"
        )


class UnfaithfulExport(TrainingError):
    """ONNX and the trained model disagree, so nothing is packaged."""

    def __init__(self, head: str, photos: tuple[str, ...], total: int) -> None:
        self.head = head
        self.photos = photos
        super().__init__(
            f"head {head} answers otherwise in ONNX than as trained on {len(photos)} of {total} "
            f"photos, the first being {photos[0]}"
        )


class UnsolvableKernel(TrainingError):
    """The matrix of photos by photos is singular to rounding."""

    def __init__(self, photos: int, penalty: float) -> None:
        self.photos = photos
        self.penalty = penalty
        super().__init__(
            f"family kernel: with a ridge of {penalty:g} the likenesses of {photos} photos are no "
            "positive definite matrix, since some photos are equal. Fix: raise the ridge of "
            "`kind: kernel` in params.yaml (0.1 is usual)"
        )

    def __reduce__(self) -> tuple[type[Self], tuple[int, float]]:
        """Return what makes it again: it is raised in the processes of a search."""
        return type(self), (self.photos, self.penalty)


class RegistryUnavailable(TrainingError):
    """MLflow can't be reached or refuses."""

    def __init__(self, uri: str, reason: str) -> None:
        self.uri = uri
        self.reason = reason
        super().__init__(f"the registry at {uri} is unavailable: {reason}")


class PipelineFailed(TrainingError):
    """A stage ended with an error; its own message was printed before."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"the pipeline stopped: a stage failed (DVC exit code {code}), see above")


class WorkFolderBusy(TrainingError):
    """Another training works in the folder; nothing was changed."""

    def __init__(self, work: Path, holder: str) -> None:
        self.work = work
        self.holder = holder
        super().__init__(
            f"another training works in {work}: process {holder or 'unknown'}, or what it started. "
            "Nothing was changed. Wait for it, end it, or give this one a folder of its own "
            "(make train WORK=FOLDER OUT=FOLDER)"
        )


class CannotReproduce(TrainingError):
    """Building a model again could not be tried; `reason` says why and what to do."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the model can't be built again: {reason}")


class ClusterUnavailable(TrainingError):
    """The Dask cluster did not do the work; nothing that depends on it was written."""

    def __init__(self, address: str, reason: str) -> None:
        self.address = address
        self.reason = reason
        super().__init__(
            f"the Dask cluster at {address} is unavailable: {reason}. Nothing was kept of the work "
            "that was under way: run the same again when it is back, or without a cluster"
        )

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        """Travel between processes by what it was made of."""
        return type(self), (self.address, self.reason)


class ClusterDiffers(TrainingError):
    """Results would hang on which worker computes them; `problems` names each that differs."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        shown = " | ".join(problems[:_SHOWN])
        super().__init__(
            f"{len(problems)} workers of the Dask cluster differ from this process: {shown}. Start "
            "them by this checkout's `training start-workers`, on processors of this kind"
        )

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[str, ...]]]:
        """Travel between processes by what it was made of."""
        return type(self), (self.problems,)


class BadCertificates(TrainingError):
    """A cluster over TLS can't be spoken to."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"{reason}: set PLINTH_DASK_AUTHORITY, PLINTH_DASK_CERTIFICATE and PLINTH_DASK_KEY"
        )
