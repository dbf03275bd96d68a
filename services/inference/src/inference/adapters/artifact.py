"""A model artifact in a folder, verified with a public key."""

from pathlib import Path

from artifacts.errors import InvalidArtifact, SignatureRefused, UnreadableRecord
from artifacts.folder import ModelArtifact, open_artifact
from artifacts.signatures import ArtifactVerifier
from inference.errors import ArtifactRefused, ModelUnreadable


class FolderModelSource:
    """Opens the artifact of a folder, if its signature and every digest hold."""

    def __init__(self, folder: Path, public_key: Path, verifier: ArtifactVerifier) -> None:
        self._folder = folder
        self._public_key = public_key
        self._verifier = verifier

    def open(self) -> ModelArtifact:
        """Return the verified artifact; ModelUnreadable or ArtifactRefused."""
        # Without a key nothing was refused: nothing could be judged.
        if not self._public_key.is_file():
            raise ModelUnreadable(f"there is no public key {self._public_key}")
        try:
            return open_artifact(self._folder, self._verifier)
        except (SignatureRefused, InvalidArtifact) as exc:
            raise ArtifactRefused(str(exc)) from exc
        except (UnreadableRecord, OSError) as exc:
            raise ModelUnreadable(str(exc)) from exc
