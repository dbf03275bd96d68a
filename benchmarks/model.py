"""The model that is asked: the last candidate of this checkout, or a tiny one."""

from dataclasses import dataclass
from pathlib import Path

from tests.support.tiny_artifact import build_tiny_artifact, public_key_of

from artifacts.signatures import KeyVerifier
from benchmarks.measure import ROOT
from features import MEMORY_LIMIT_BYTES, FeaturesError
from inference.adapters.artifact import FolderModelSource
from inference.domain.decoding_memory import DecodingMemory
from inference.errors import InferenceError
from inference.use_cases.open_model import ProvenModel, open_model

CANDIDATES = (
    (ROOT / "build/demo/candidate", ROOT / "build/demo/keys/model-signing.pub.pem"),
    (ROOT / "build/candidate", ROOT / ".plinth/keys/model-signing.pub.pem"),
)


@dataclass(frozen=True)
class FoundModel:
    """A model that was proven here, its folder and its key."""

    folder: Path
    public_key: Path
    model: ProvenModel
    origin: str

    def __str__(self) -> str:
        heads = ", ".join(f"{head.name} {head.family}" for head in self.model.manifest.heads)
        return f"model: {self.origin} ({heads})"


def find_model(temporary: Path) -> FoundModel:
    """Open the first candidate that this code can serve; otherwise make a tiny one."""
    for folder, key in CANDIDATES:
        if not folder.is_dir():
            continue
        origin = str(folder.relative_to(ROOT))
        try:
            return FoundModel(folder, key, _open(folder, key), origin)
        except (InferenceError, FeaturesError) as exc:
            print(f"  {origin} is passed over: {str(exc)[:160]}")
    key = temporary / "keys/model-signing.pem"
    folder = build_tiny_artifact(temporary / "tiny", key)
    return FoundModel(folder, public_key_of(key), _open(folder, public_key_of(key)), "a tiny one")


def _open(folder: Path, key: Path) -> ProvenModel:
    return open_model(
        FolderModelSource(folder, key, KeyVerifier(key)), DecodingMemory(MEMORY_LIMIT_BYTES)
    )
