"""Reproduce: a model built again from the commit and the data that its manifest names.

What training says about the two is for people. The gate believes delivery alone, which has a model
rebuilt in a room that holds nothing but the original's manifest, and compares the bytes.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np

from artifacts.folder import ModelArtifact
from artifacts.photo_store import FolderPhotoStore
from artifacts.records.manifest import ModelManifest
from artifacts.records.photos import PhotoRow
from artifacts.records.reproduction import Reproduction
from scoring import Scorer
from training.cluster.parallel import JoblibParallel
from training.dataset.featurize import make_vector
from training.dataset.prepare import photo_problem
from training.dataset.training_set import seen
from training.errors import CannotReproduce
from training.photos.dataset_folder import DatasetFolder
from training.reproducing.commit_rebuilder import CommitRebuilder
from training.reproducing.reproduction import (
    AnswerDifferences,
    answer_differences,
    manifest_differences,
    verdict,
)


def reproduce(
    original: ModelArtifact,
    folder: Path,
    dataset: DatasetFolder,
    params: Path | None,
    rebuilder: CommitRebuilder,
    parallel: JoblibParallel,
    clock: Callable[[], datetime],
) -> Reproduction:
    """Build a model again by its own commit's code, and say how far the two are one.

    `folder` is the dataset's. `params` is the file that the model was trained by, where that isn't
    the one of the commit.
    Raises CannotReproduce, before anything is trained, where it can't be tried.
    """
    manifest = original.manifest
    rebuilt = rebuild(manifest, folder, dataset, params, rebuilder, parallel)
    rows = dataset.manifest().of_split("validation")
    found = manifest_differences(manifest, rebuilt.manifest)
    answers = None
    if found.products and not found.inputs:
        answers = _compare(original, rebuilt, rows, dataset.photos, parallel)
    outcome, differences = verdict(manifest, rebuilt.manifest, found, answers)
    return Reproduction(
        model=manifest.name,
        original=original.digest,
        rebuilt=rebuilt.digest,
        outcome=outcome,
        differences=differences,
        commit=manifest.code.commit,
        environment=manifest.environment,
        photo_manifest=manifest.data.photo_manifest,
        photos_compared=answers.photos if answers else 0,
        made_at=clock(),
    )


def rebuild(
    manifest: ModelManifest,
    folder: Path,
    dataset: DatasetFolder,
    params: Path | None,
    rebuilder: CommitRebuilder,
    parallel: JoblibParallel,
) -> ModelArtifact:
    """Build the model of a manifest again, by its own commit's code.

    Raises CannotReproduce, before anything is trained, where it can't be tried.
    """
    _require_data(manifest, folder, dataset, parallel)
    _require_code(manifest, rebuilder)
    chosen = params or rebuilder.params
    _require_params(manifest, rebuilder, chosen, given=params is not None)
    return rebuilder.train(folder, chosen)


def _require_data(
    manifest: ModelManifest, folder: Path, dataset: DatasetFolder, parallel: JoblibParallel
) -> None:
    photos = dataset.manifest()
    if photos.digest != manifest.data.photo_manifest:
        raise CannotReproduce(
            f"the photo manifest of {folder} is {photos.digest}, the model was trained on "
            f"{manifest.data.photo_manifest}: bring that dataset, or check out the commit of "
            "manifest.csv that has this digest and fetch its photos (`dvc pull`)"
        )
    rows = seen(photos)
    check = partial(photo_problem, store=dataset.photos)
    checked = parallel.map(check, [row.photo for row in rows], "checking photos")
    if problems := [problem for problem in checked if problem is not None]:
        raise CannotReproduce(
            f"{len(problems)} of {len(rows)} photos are missing or changed in {folder}, the "
            f"first: {problems[0]}. Fetch them again (`dvc pull`)"
        )


def _require_code(manifest: ModelManifest, rebuilder: CommitRebuilder) -> None:
    if manifest.code.dirty:
        raise CannotReproduce(
            f"the model was trained from uncommitted files beside commit {manifest.code.commit}, "
            "which nobody has: commit, and train it again"
        )
    rebuilder.check_out(manifest.code.commit)
    if rebuilder.environment != manifest.environment:
        raise CannotReproduce(
            f"the environment lock of commit {manifest.code.commit} is {rebuilder.environment}, "
            f"the model was trained in {manifest.environment}: train it again with the "
            "environment that is committed"
        )
    rebuilder.provide_environment()


def _require_params(
    manifest: ModelManifest, rebuilder: CommitRebuilder, chosen: Path, *, given: bool
) -> None:
    found = rebuilder.params_digest(chosen)
    if found == manifest.params:
        return
    if given:
        raise CannotReproduce(
            f"{chosen} has the digest {found}, the model was trained by {manifest.params}: name "
            "the file that it was trained by"
        )
    raise CannotReproduce(
        f"the model was trained by other parameters ({manifest.params}) than those committed "
        f"with its code ({found}): name the file that it was trained by with --params"
    )


def _compare(
    original: ModelArtifact,
    rebuilt: ModelArtifact,
    rows: Sequence[PhotoRow],
    photos: FolderPhotoStore,
    parallel: JoblibParallel,
) -> AnswerDifferences:
    """Ask both about the validation split. The holdout is the gate's: training never scores it."""
    scorers = Scorer.of(original), Scorer.of(rebuilt)
    names = [row.photo for row in rows]
    make = partial(make_vector, store=photos, extractor=scorers[0].extractor)
    made = parallel.map(make, names, "featurizing photos")
    vectors = np.stack(made) if made else np.empty((0, scorers[0].extractor.schema.width))
    before, after = (scorer.answers(vectors.astype(np.float32)) for scorer in scorers)
    return answer_differences(names, before, after)
