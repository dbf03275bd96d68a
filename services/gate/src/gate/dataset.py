"""A dataset's folder: manifest.csv, and the photos in photos/ or in a photo store elsewhere."""

from pathlib import Path

from artifacts.photo_store import FolderPhotoStore
from artifacts.records.photos import PhotoManifest


class FolderDataset:
    """A photo manifest and its photos in a folder.

    The manifest is read once: all of a judgement is over the same one, whatever the disk does.
    """

    def __init__(self, root: Path, photos: Path | None = None) -> None:
        """Name the folder, and the photo store where that isn't the folder's own."""
        self.root = root
        self.store = photos or root / "photos"
        self._photos = FolderPhotoStore(self.store)
        self._manifest: PhotoManifest | None = None

    def manifest(self) -> PhotoManifest:
        """Return the photo manifest; UnreadableRecord where it can't be read."""
        if self._manifest is None:
            self._manifest = PhotoManifest.read(self.root / "manifest.csv")
        return self._manifest

    def photo(self, digest: str) -> bytes:
        """Return a photo's bytes; UnreadableRecord where they are missing or changed."""
        return self._photos.get(digest)
