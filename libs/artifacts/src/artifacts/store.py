"""The model store: artifacts in folders named by their digests."""

from pathlib import Path

from artifacts.digests import hex_part
from artifacts.errors import InvalidArtifact, UnknownArtifact
from artifacts.folder import ModelArtifact, copy_artifact, open_artifact
from artifacts.signatures import ArtifactVerifier


class FolderModelStore:
    """A store in a folder. What comes out is verified anew: the disk is not to be believed."""

    def __init__(self, root: Path, verifier: ArtifactVerifier) -> None:
        self._root = root
        self._verifier = verifier

    def folder(self, digest: str) -> Path:
        """Return where an artifact of this digest lies, or would lie."""
        return self._root / hex_part(digest)

    def put(self, folder: Path, expected: str | None = None) -> ModelArtifact:
        """Verify an artifact and keep a copy of it; what is already kept under its digest stays.

        Raises as `open_artifact` does, and InvalidArtifact where its digest isn't `expected`.
        """
        digest = expected or open_artifact(folder, self._verifier).digest
        place = self.folder(digest)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            copy_artifact(folder, place, self._verifier, digest)
        return self.get(digest)

    def get(self, digest: str) -> ModelArtifact:
        """Open the artifact of a digest; UnknownArtifact, InvalidArtifact or SignatureRefused."""
        place = self.folder(digest)
        if not place.is_dir():
            raise UnknownArtifact(digest, self._root)
        artifact = open_artifact(place, self._verifier)
        if artifact.digest != digest:
            raise InvalidArtifact(place, (f"its manifest's digest is {artifact.digest}",))
        return artifact
