"""An artifact of made-up bytes: this package knows nothing of photos or models."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from artifacts.digests import digest_bytes, digest_json
from artifacts.folder import SIGNATURE, list_files, write_artifact
from artifacts.records.manifest import ModelManifest
from artifacts.signatures import KeySigner, KeyVerifier, create_key_pair

Files = dict[str, bytes]
MakeManifest = Callable[..., ModelManifest]
GOLDEN = b"a photo"
LABELS = ("gothic", "tudor")


@dataclass(frozen=True)
class Keys:
    private: Path
    public: Path

    @property
    def verifier(self) -> KeyVerifier:
        return KeyVerifier(self.public)

    def sign(self, folder: Path) -> Path:
        """Sign a folder as it stands."""
        (folder / SIGNATURE).unlink(missing_ok=True)
        KeySigner(self.private).sign(folder, folder / SIGNATURE)
        return folder


def _answers() -> dict[str, Any]:
    ranking = [{"label": label, "probability": 0.5} for label in LABELS]
    return {
        "style": {"kind": "classification", "ranking": ranking},
        "era": {"kind": "regression", "value": 1900, "low": 1850, "high": 1950},
    }


def _document(files: Files) -> dict[str, Any]:
    era = {
        "kind": "regression",
        "name": "era",
        "family": "linear",
        "file": "heads/era.onnx",
        "unit": "year",
        "scale": {"kind": "linear"},
        "interval": {"level": 0.9, "low_offset": -20, "high_offset": 20},
    }
    style = {
        "kind": "classification",
        "name": "style",
        "family": "linear",
        "file": "heads/style.onnx",
        "labels": LABELS,
        "temperature": 1.5,
        "prediction_set": {"level": 0.9, "threshold": 0.1},
    }
    golden = {
        "photo": digest_bytes(GOLDEN),
        "file": "golden/a.png",
        "vector": digest_json("vector"),
        "answers": _answers(),
    }
    return {
        "name": "architecture",
        "files": [file.model_dump() for file in list_files(files)],
        "feature_schema": digest_json("schema"),
        "data": {"photo_manifest": digest_json("photos"), "splits": []},
        "code": {"commit": "0" * 40, "dirty": False},
        "environment": digest_json("environment"),
        "params": digest_json("params"),
        "heads": [style, era],
        "metrics": [],
        "comparison": [],
        "golden_photos": [golden],
    }


@pytest.fixture
def files() -> Files:
    return {
        "heads/style.onnx": b"a style head",
        "heads/era.onnx": b"an era head",
        "golden/a.png": GOLDEN,
        "feature_schema.json": b"{}",
    }


@pytest.fixture
def document(files: Files) -> dict[str, Any]:
    """A valid manifest, as parsed JSON to spoil."""
    return _document(files)


@pytest.fixture
def make_manifest() -> MakeManifest:
    def make(files: Files, **changes: object) -> ModelManifest:
        return ModelManifest.model_validate(_document(files) | changes)

    return make


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder = tmp_path_factory.mktemp("keys")
    made = Keys(folder / "key.pem", folder / "key.pub.pem")
    create_key_pair(made.private, made.public)
    return made


@pytest.fixture
def signed(tmp_path: Path, keys: Keys, files: Files, make_manifest: MakeManifest) -> Path:
    """A folder with a valid, signed artifact."""
    return keys.sign(write_artifact(tmp_path / "artifact", make_manifest(files), files))
