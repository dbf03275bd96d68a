"""A tiny artifact, opened once."""

from pathlib import Path

import pytest
from support.tiny_artifact import build_tiny_artifact, public_key_of

from artifacts.signatures import KeyVerifier
from features import MEMORY_LIMIT_BYTES
from inference.adapters.artifact import FolderModelSource
from inference.domain.decoding_memory import DecodingMemory
from inference.use_cases.open_model import ProvenModel, open_model


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The private key that signs every tiny artifact."""
    return tmp_path_factory.mktemp("keys") / "model-signing.pem"


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory, key: Path) -> Path:
    """A signed artifact; tests that change one copy it first."""
    return build_tiny_artifact(tmp_path_factory.mktemp("models") / "tiny", key)


@pytest.fixture(scope="session")
def public_key(key: Path, artifact: Path) -> Path:
    """The public key that verifies it."""
    assert artifact.is_dir()
    return public_key_of(key)


@pytest.fixture(scope="session")
def model(artifact: Path, public_key: Path) -> ProvenModel:
    """The artifact, opened and proven."""
    return open_model(
        FolderModelSource(artifact, public_key, KeyVerifier(public_key)),
        DecodingMemory(MEMORY_LIMIT_BYTES),
    )
