"""Artifacts in folders: a model store by digest, folders of any name, and copies of models.

Whatever comes out is verified anew, with one public key: the disk is not to be believed.
"""

import shutil
from pathlib import Path

from artifacts.digests import hex_part
from artifacts.errors import InvalidArtifact, UnknownArtifact, UnreadableRecord
from artifacts.folder import ModelArtifact, copy_artifact, open_artifact
from artifacts.signatures import ArtifactVerifier, KeySigner, KeyVerifier


class FolderModelStore:
    """A store in a folder: artifacts lie in folders named by their digests."""

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


class PresentKeyVerifier:
    """Verifies with a public key. That the judge has no key is no fault of an artifact's."""

    def __init__(self, public_key: Path) -> None:
        self._public_key = public_key

    def verify(self, folder: Path, signature: Path) -> None:
        """Return if the signature holds; SignatureRefused, or UnreadableRecord without a key."""
        if not self._public_key.is_file():
            raise UnreadableRecord(
                str(self._public_key), ("there is no such public key: set PLINTH_PUBLIC_KEY",)
            )
        KeyVerifier(self._public_key).verify(folder, signature)


class PresentKeySigner:
    """Signs artifacts with a private key, and says what to do where it isn't there."""

    def __init__(self, private_key: Path) -> None:
        self._private_key = private_key

    def sign(self, folder: Path, signature: Path) -> None:
        """Write a signature of the folder; UnreadableRecord without a key."""
        if not self._private_key.is_file():
            what = "there is no such key: set PLINTH_SIGNING_KEY, or make one: training create-keys"
            raise UnreadableRecord(str(self._private_key), (what,))
        KeySigner(self._private_key).sign(folder, signature)


class FolderArtifacts:
    """Artifacts in folders of any name."""

    def __init__(self, public_key: Path) -> None:
        self._verifier = PresentKeyVerifier(public_key)

    def open(self, folder: Path) -> ModelArtifact:
        """Return a verified artifact; InvalidArtifact, SignatureRefused or UnreadableRecord."""
        return open_artifact(folder, self._verifier)


def model_store(root: Path, public_key: Path) -> FolderModelStore:
    """Return the model store in a folder."""
    return FolderModelStore(root, PresentKeyVerifier(public_key))


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
