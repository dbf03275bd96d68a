"""The photos that training's code may see: those of the committed manifest but for the holdout's.

Training's code needs no approval. A photo of the holdout that it could read, it could learn by
heart, and the gate would measure memory.
"""

import os
import shutil
from pathlib import Path

from artifacts.photo_store import FolderPhotoStore
from artifacts.policies.membership import HOLDOUT
from artifacts.records.photos import PhotoManifest


def lay_out_photos(manifest: Path, store: Path, place: Path) -> Path:
    """Return a photo store at `place`, made anew, of all photos that training may see.

    They are hard links where there can be such, so whoever gets the folder gets it to read. A photo
    that the store lacks is left out: training names it. UnreadableRecord where the manifest is bad.
    """
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    source, target = FolderPhotoStore(store), FolderPhotoStore(place)
    for row in PhotoManifest.read(manifest).rows:
        photo = source.path(row.photo)
        if row.split == HOLDOUT or not photo.is_file():
            continue
        path = target.path(row.photo)
        path.parent.mkdir(exist_ok=True)
        try:
            os.link(photo.resolve(), path)
        except OSError:  # another file system, or one without hard links
            shutil.copyfile(photo, path)
    return place
