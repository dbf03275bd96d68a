"""Artifact folders and a model store, both verified with one public key."""

from pathlib import Path

from artifacts.errors import UnreadableRecord
from artifacts.folder import ModelArtifact, open_artifact
from artifacts.signatures import KeySigner, KeyVerifier
from artifacts.store import FolderModelStore


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
