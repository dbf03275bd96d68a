"""What a work folder needs before the pipeline can run in it."""

import shutil
from pathlib import Path

from training.errors import NoManifest
from training.photos.dataset_folder import MANIFEST
from training.work.runs import Inputs


def set_up(root: Path, work: Path, params: Path, inputs: Inputs) -> None:
    """Bring dvc.yaml, params.yaml and the digests of the code into a work folder."""
    (work / "build").mkdir(parents=True, exist_ok=True)
    _copy(root / "dvc.yaml", work / "dvc.yaml")
    _copy(params, work / "params.yaml")
    inputs.write(work / "build" / "inputs.json")


def bring_manifest(dataset: Path, work: Path) -> None:
    """Bring a dataset's photo manifest into a work folder; NoManifest."""
    if not (dataset / MANIFEST).is_file():
        raise NoManifest(dataset)
    (work / "data").mkdir(parents=True, exist_ok=True)
    _copy(dataset / MANIFEST, work / "data" / MANIFEST)


def _copy(source: Path, target: Path) -> None:
    # The checkout itself may be the work folder.
    if source.resolve() != target.resolve():
        shutil.copyfile(source, target)
