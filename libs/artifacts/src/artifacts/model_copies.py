"""Copies of models from a model store's folder, verified where they are put."""

import shutil
from pathlib import Path

from artifacts.digests import hex_part
from artifacts.errors import InvalidArtifact, UnknownArtifact
from artifacts.folder import open_artifact
from artifacts.signatures import KeyVerifier


class StoredModels:
    """A model store's folder, and the key that its artifacts are signed with."""

    def __init__(self, store: Path, public_key: Path) -> None:
        self._store = store
        self._public_key = public_key

    def copy(self, digest: str, folder: Path) -> None:
        """Copy a model's artifact to a folder that isn't there; UnknownArtifact."""
        place = self._store / hex_part(digest)
        if not place.is_dir():
            raise UnknownArtifact(digest, self._store)
        # Links stay links, so that the verification finds them.
        shutil.copytree(place, folder, symlinks=True)

    def verify(self, folder: Path, digest: str) -> None:
        """Return if a folder holds the signed artifact of a digest."""
        artifact = open_artifact(folder, KeyVerifier(self._public_key))
        if artifact.digest != digest:
            raise InvalidArtifact(folder, (f"its manifest's digest is {artifact.digest}",))

    def public_key(self) -> bytes:
        """Return the key's PEM."""
        return self._public_key.read_bytes()
