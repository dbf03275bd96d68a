"""The photo store that runners share, as a folder of files named by digest."""

import os
import shutil
import tempfile
from pathlib import Path

from artifacts.digests import digest_bytes, digest_file
from artifacts.errors import UnreadableRecord
from artifacts.photo_store import FolderPhotoStore
from training.photos.dataset_folder import PHOTOS
from training.settings import Settings

READ_ONLY = 0o444


class FolderSharedPhotos:
    """A folder that many processes send to and bring from at once; each file appears whole."""

    def __init__(self, root: Path) -> None:
        self._places = FolderPhotoStore(root)

    def holds(self, photo: str) -> bool:
        """Whether the photo is there, with the bytes that its digest names."""
        try:
            return digest_file(self._places.path(photo)) == photo
        except OSError:
            return False

    def send(self, photo: str, data: bytes) -> None:
        """Keep a photo, read-only, in place of whatever lies there; UnreadableRecord if other."""
        if digest_bytes(data) != photo:
            raise UnreadableRecord(f"photo {photo}", ("its bytes have another digest",))
        target = self._places.path(photo)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".draft", delete=False) as file:
            draft = Path(file.name)
            file.write(data)
        draft.chmod(READ_ONLY)
        draft.replace(target)

    def bring(self, photo: str, target: Path) -> None:
        """Make the photo lie at `target`: a hard link, or a copy where there can't be one.

        Raises UnreadableRecord where it is missing or was changed; `target` is then as it was.
        """
        if not self.holds(photo):
            source = self._places.path(photo)
            problem = "its bytes were changed" if source.exists() else "it was never pushed"
            raise UnreadableRecord(f"photo {photo}", (problem,))
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, suffix=".draft") as private:
            draft = Path(private) / target.name
            _link_or_copy(self._places.path(photo), draft)
            draft.replace(target)


def shared_photos(settings: Settings, dataset: Path) -> FolderSharedPhotos:
    """Return the photo store that runners share; without one, the dataset's own photos."""
    return FolderSharedPhotos(settings.photos or dataset / PHOTOS)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, target)
