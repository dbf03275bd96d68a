"""What a training of a commit starts from, by digest: read from the commit.

Training's code needs no approval. If it said itself what it starts from, it could name the same
inputs anew each time, and have the gate asked until luck promotes.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from artifacts.digests import digest_bytes, digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.inputs import TrainingInputs
from artifacts.records.photos import PhotoManifest
from artifacts.records.record import parse_yaml

MANIFEST: Final = "data/manifest.csv"
PARAMS: Final = "params.yaml"
_PIPELINE, _LOCK = "dvc.yaml", "requirements/training.txt"
_INTAKE: Final = "import_photos"
"""How photos were taken in shows in the manifest, and changes no training."""
_CODE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "feature_code": ("libs/features/src/",),
        "training_code": (
            "services/training/src/",
            "libs/scoring/src/",
            "libs/artifacts/src/",
        ),
    }
)
PATHS: Final = (
    *(MANIFEST, PARAMS, _PIPELINE, _LOCK),
    *(folder.rstrip("/") for folders in _CODE.values() for folder in folders),
)
"""Files and folders of a commit that a training starts from."""


def inputs_of(files: Mapping[str, bytes]) -> TrainingInputs:
    """Return the inputs that files of a commit make, by path; UnreadableRecord names what lacks."""
    if missing := [path for path in (MANIFEST, PARAMS, _PIPELINE, _LOCK) if path not in files]:
        raise UnreadableRecord("the commit", tuple(f"there is no {path}" for path in missing))
    params = parse_yaml(files[PARAMS].decode(errors="replace"), PARAMS)
    if not isinstance(params, dict):
        raise UnreadableRecord(PARAMS, ("it holds no mapping of parameters",))
    try:
        return TrainingInputs(
            model=params.get("model", ""),
            photo_manifest=PhotoManifest.parse_csv(files[MANIFEST], MANIFEST).digest,
            params=digest_json({k: v for k, v in params.items() if k != _INTAKE}),
            pipeline=digest_bytes(files[_PIPELINE]),
            environment=digest_bytes(files[_LOCK]),
            **{name: _code_digest(files, folders) for name, folders in _CODE.items()},
        )
    except ValueError as exc:
        raise UnreadableRecord(PARAMS, (str(exc),)) from exc


def _code_digest(files: Mapping[str, bytes], folders: tuple[str, ...]) -> str:
    """Return one digest of (path, digest) pairs: bytes can't move from one file to the next."""
    return digest_json(
        {path: digest_bytes(data) for path, data in files.items() if path.startswith(folders)}
    )
