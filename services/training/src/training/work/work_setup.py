"""What a work folder needs before the pipeline can run in it."""

import shutil
from pathlib import Path

from artifacts.digests import digest_file
from artifacts.errors import GitFailed
from artifacts.git_process import run_git
from artifacts.records.manifest import Code
from training.errors import MissingIdentity, NoManifest
from training.models.definition import ModelDefinition
from training.photos.dataset_folder import MANIFEST
from training.settings import Settings
from training.source_digest import source_digest
from training.work.runs import Inputs, RunIdentity
from training.work.work_folder import WorkFolder


def code_of(root: Path) -> Code:
    """Return a checkout's commit and whether tracked files differ; MissingIdentity outside git."""
    try:
        commit = _git(root, "rev-parse", "--verify", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    except GitFailed as exc:
        reason = f"{root} is no git checkout with a commit ({exc})"
        raise MissingIdentity((reason,)) from exc
    return Code(commit=commit, dirty=bool(changed))


def inputs_of(settings: Settings, model: ModelDefinition) -> Inputs:
    """Return the digests of the code and the environment."""
    root = settings.root
    training = [root / "services/training/src", root / "libs/scoring/src"]
    return Inputs(
        feature_schema=model.schema().digest,
        feature_code=source_digest(root / "libs/features/src"),
        training_code=source_digest(*training, root / "libs/artifacts/src"),
        environment=digest_file(settings.environment_lock),
    )


def identity_of(settings: Settings, work: WorkFolder) -> RunIdentity:
    """Return what a model trained here and now follows from; MissingIdentity without git."""
    params = work.params()
    return RunIdentity(
        model=params.model,
        code=code_of(settings.root),
        photo_manifest=work.manifest().digest,
        feature_schema=work.definition().schema().digest,
        environment=digest_file(settings.environment_lock),
        params=params.digest,
    )


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


def _git(root: Path, *words: str) -> str:
    answer = run_git(root, *words)
    if answer.code:
        raise GitFailed(root, answer.reason)
    return answer.text.strip()
