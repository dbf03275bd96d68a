"""A dataset's folder: manifest.csv, and the photos in photos/."""

from pathlib import Path

from artifacts.photo_store import FolderPhotoStore
from artifacts.records.photos import PhotoManifest


class FolderDataset:
    """A photo manifest and its photos in a folder.

    The manifest is read once: all of a judgement is over the same one, whatever the disk does.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._photos = FolderPhotoStore(root / "photos")
        self._manifest: PhotoManifest | None = None

    def manifest(self) -> PhotoManifest:
        """Return the photo manifest; UnreadableRecord where it can't be read."""
        if self._manifest is None:
            self._manifest = PhotoManifest.read(self._root / "manifest.csv")
        return self._manifest

    def photo(self, digest: str) -> bytes:
        """Return a photo's bytes; UnreadableRecord where they are missing or changed."""
        return self._photos.get(digest)
