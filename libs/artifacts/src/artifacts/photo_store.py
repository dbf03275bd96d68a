"""The photo store: photos in files named by their digests, in folders of a thousand or so."""

from pathlib import Path

from artifacts.digests import digest_bytes, hex_part
from artifacts.errors import UnreadableRecord


class FolderPhotoStore:
    """Photos in a folder; whatever comes out has the digest that was asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, photo: str) -> Path:
        """Return where the photo of this digest lies, or would lie."""
        name = hex_part(photo)
        return self._root / name[:2] / name

    def put(self, data: bytes) -> str:
        """Keep a photo's bytes and return their digest."""
        photo = digest_bytes(data)
        path = self.path(photo)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(path.name + ".draft")
            draft.write_bytes(data)
            draft.replace(path)
        return photo

    def get(self, photo: str) -> bytes:
        """Return a photo's bytes; UnreadableRecord where they are missing or were changed."""
        try:
            data = self.path(photo).read_bytes()
        except OSError as exc:
            raise UnreadableRecord(f"photo {photo}", (str(exc),)) from exc
        if digest_bytes(data) != photo:
            raise UnreadableRecord(f"photo {photo}", ("its bytes have another digest",))
        return data
