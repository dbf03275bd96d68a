"""Stage prepare: whether the dataset can be trained on, and what it is by digest."""

from functools import partial

from artifacts.errors import UnreadableRecord
from artifacts.photo_store import FolderPhotoStore
from artifacts.records.manifest import Data
from training.cluster.parallel import JoblibParallel
from training.dataset.origins import heads_problems
from training.dataset.training_set import seen
from training.dataset.validation import data_of, dataset_problems
from training.errors import UnusableDataset
from training.models.definition import ModelDefinition
from training.work.work_folder import WorkFolder


def prepare(work: WorkFolder, model: ModelDefinition, parallel: JoblibParallel) -> Data:
    """Check every photo's bytes against its digest and the splits against params.yaml.

    But for the holdout's photos, which needn't be here: of them their rows alone are looked at.
    Raises UnusableDataset with all that is wrong.
    """
    manifest, params = work.manifest(), work.params()
    problems = dataset_problems(manifest, model, params.prepare)
    problems += heads_problems(manifest.of_split("train"), model, params)
    check = partial(photo_problem, store=work.photos)
    photos = [row.photo for row in seen(manifest)]
    missing = parallel.map(check, photos, "checking photos")
    problems += tuple(problem for problem in missing if problem is not None)
    if problems:
        raise UnusableDataset(problems)
    data = data_of(manifest)
    work.write_data(data)
    return data


def photo_problem(photo: str, store: FolderPhotoStore) -> str | None:
    """Say what is wrong with a photo in a store: missing or changed; None if it is there."""
    try:
        store.get(photo)
    except UnreadableRecord as exc:
        return str(exc)
    return None
