"""Stage featurize: a vector for every photo that training may see, made once."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from artifacts.photo_store import FolderPhotoStore
from features import Extractor
from training.cluster.parallel import JoblibParallel
from training.dataset.training_set import seen
from training.dataset.vector_cache import SqliteVectorCache
from training.work.runs import VectorsRecord
from training.work.work_folder import WorkFolder

_CHECKED = 4


@dataclass(frozen=True)
class Featurized:
    """How many photos were featurized, and how many vectors came from the cache.

    `stale` says that the cache disagreed with the code and was dropped.
    """

    made: int
    cached: int
    stale: bool


def featurize(
    work: WorkFolder, extractor: Extractor, cache: SqliteVectorCache, parallel: JoblibParallel
) -> Featurized:
    """Make the vectors that the cache doesn't hold, and leave all in the manifest's order.

    A few cached vectors are made again each time: the cache is keyed by schema, and code or a
    library can change what a schema stands for. If one differs by a bit, all are made again.
    """
    manifest = work.manifest()
    photos = [row.photo for row in seen(manifest)]
    cached = cache.get(photos)
    make = partial(make_vector, store=work.photos, extractor=extractor)
    stale = any(not np.array_equal(make(p), cached[p]) for p in sorted(cached)[:_CHECKED])
    if stale:
        cache.clear()
        cached = {}
    missing = [photo for photo in photos if photo not in cached]
    found = parallel.map_photos(extractor.extract, missing, work.photos, "featurizing photos")
    made = dict(zip(missing, found, strict=True))
    cache.put(made)
    vectors = cached | made
    width = extractor.schema.width
    matrix = np.stack([vectors[p] for p in photos]) if photos else np.empty((0, width), np.float32)
    schema = extractor.schema.digest
    record = VectorsRecord(photo_manifest=manifest.digest, feature_schema=schema)
    work.write_vectors(matrix, record)
    return Featurized(made=len(made), cached=len(cached), stale=stale)


def make_vector(photo: str, store: FolderPhotoStore, extractor: Extractor) -> NDArray[np.float32]:
    """Return the vector (width,) of a stored photo."""
    return extractor.extract(store.get(photo))
