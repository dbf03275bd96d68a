"""Model signatures (OpenSSF model-signing), with a key of one's own.

Libraries are imported where they are used: model-signing's import takes most of a second.
"""

import os
from pathlib import Path
from typing import Protocol

from artifacts.errors import SignatureRefused


class ArtifactSigner(Protocol):
    """Signs the folder of an artifact."""

    def sign(self, folder: Path, signature: Path) -> None:
        """Write a signature of everything in the folder but the signature itself."""


class ArtifactVerifier(Protocol):
    """Verifies the signature of an artifact's folder."""

    def verify(self, folder: Path, signature: Path) -> None:
        """Return if the signature holds; raise SignatureRefused if not."""


class KeySigner:
    """Signs with a private key: an unencrypted PEM of a NIST P-256 key."""

    def __init__(self, private_key: Path) -> None:
        self._private_key = private_key

    def sign(self, folder: Path, signature: Path) -> None:
        """Write a signature of everything in the folder but the signature itself."""
        from model_signing import hashing, signing  # noqa: PLC0415

        folder, signature = folder.resolve(), signature.resolve()
        hashes = hashing.Config().set_ignored_paths(paths=[signature], ignore_git_paths=False)
        config = signing.Config().use_elliptic_key_signer(private_key=self._private_key)
        config.set_hashing_config(hashes).sign(folder, signature)


class KeyVerifier:
    """Verifies with a public key (PEM)."""

    def __init__(self, public_key: Path) -> None:
        self._public_key = public_key

    def verify(self, folder: Path, signature: Path) -> None:
        """Return if the signature holds; raise SignatureRefused if not."""
        if not signature.is_file():
            raise SignatureRefused(folder, f"there is no {signature.name}")
        if not self._public_key.is_file():
            raise SignatureRefused(folder, f"the public key {self._public_key} is missing")
        from model_signing import hashing, verifying  # noqa: PLC0415

        # The library takes a relative path to ignore for one inside of the model.
        place, signature = folder.resolve(), signature.resolve()
        hashes = hashing.Config().set_ignored_paths(paths=[signature], ignore_git_paths=False)
        try:
            config = verifying.Config().use_elliptic_key_verifier(public_key=self._public_key)
            config.set_hashing_config(hashes).verify(place, signature)
        except Exception as exc:  # the library raises what it likes: all is refusal
            reason = " ".join(str(exc).split())
            raise SignatureRefused(folder, reason or type(exc).__name__) from exc


def create_key_pair(private_key: Path, public_key: Path) -> None:
    """Create a signing key (P-256) where there is none; an existing file is never touched.

    Raises FileExistsError where only the public half is there: it may be what others trust.
    """
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    if private_key.exists():
        return
    if public_key.exists():
        raise FileExistsError(
            f"{public_key} is there, and its private key {private_key} is not: bring the private "
            "key back, or move the public one away"
        )
    key = ec.generate_private_key(ec.SECP256R1())
    encoded = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    private_key.parent.mkdir(parents=True, exist_ok=True)
    public_key.parent.mkdir(parents=True, exist_ok=True)
    # O_EXCL and the mode at creation: the key is never there for others to read, not for a moment.
    # It comes first: of two processes one fails here, and neither leaves halves of two pairs.
    with os.fdopen(os.open(private_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(encoded)
    with public_key.open("xb") as file:
        file.write(
            key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
