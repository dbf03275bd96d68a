"""The model store: artifacts in folders named by their digests."""

import shutil
from pathlib import Path

from artifacts.digests import hex_part
from artifacts.errors import InvalidArtifact, UnknownArtifact
from artifacts.folder import ModelArtifact, open_artifact
from artifacts.signatures import ArtifactVerifier


class FolderModelStore:
    """A store in a folder. What comes out is verified anew: the disk is not to be believed."""

    def __init__(self, root: Path, verifier: ArtifactVerifier) -> None:
        self._root = root
        self._verifier = verifier

    def folder(self, digest: str) -> Path:
        """Return where an artifact of this digest lies, or would lie."""
        return self._root / hex_part(digest)

    def put(self, folder: Path) -> ModelArtifact:
        """Verify an artifact and keep a copy of it; what is already kept under its digest stays."""
        artifact = open_artifact(folder, self._verifier)
        place = self.folder(artifact.digest)
        if not place.exists():
            draft = place.with_name(f".{place.name}.draft")
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(folder, draft)
            draft.replace(place)
        return self.get(artifact.digest)

    def get(self, digest: str) -> ModelArtifact:
        """Open the artifact of a digest; UnknownArtifact, InvalidArtifact or SignatureRefused."""
        place = self.folder(digest)
        if not place.is_dir():
            raise UnknownArtifact(digest, self._root)
        artifact = open_artifact(place, self._verifier)
        if artifact.digest != digest:
            raise InvalidArtifact(place, (f"its manifest's digest is {artifact.digest}",))
        return artifact
