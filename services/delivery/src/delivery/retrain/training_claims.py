"""What training is held to: what it starts from, what it hands over, what a rebuild comes to.

Training's code needs no approval. If it said itself what it starts from, it could name the same
inputs anew each time, and have the gate asked until luck promotes: inputs are read from the commit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from artifacts.digests import digest_bytes, digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.inputs import TrainingInputs
from artifacts.records.manifest import ModelManifest
from artifacts.records.photos import PhotoManifest
from artifacts.records.record import parse_yaml
from artifacts.records.reproduction import Outcome
from artifacts.text import plain

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


RUN_FILES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "params.yaml": "params.yaml",
        "trained.json": "build/model/trained.json",
        "metrics.json": "build/evaluation/metrics.json",
    }
)
"""What MLflow's record of the run is made from, and where each lies in the pipeline's folder."""


@dataclass(frozen=True)
class HandedOver:
    """A candidate's files, without any signature, and the files of its run by name."""

    manifest: ModelManifest
    files: Mapping[str, bytes]
    run: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """The digest of all of it; the manifest lists the model's files by theirs."""
        run = {name: digest_bytes(data) for name, data in self.run.items()}
        return digest_json({"candidate": self.manifest.digest, "run": run})


def not_as_planned(manifest: ModelManifest, planned: TrainingInputs) -> str:
    """Say what a candidate was trained from that nobody planned; empty where all is as planned.

    It is the candidate's own word: the gate measures it anyway. A verdict on another training must
    not be remembered under these inputs.
    """
    claims = {
        "model": (manifest.name, planned.model),
        "photo manifest": (manifest.data.photo_manifest, planned.photo_manifest),
        "environment": (manifest.environment, planned.environment),
    }
    return "; ".join(
        f"its {name} is {claimed}, planned was {wanted}"
        for name, (claimed, wanted) in claims.items()
        if claimed != wanted
    )


_SHOWN: Final = 20
_WIDTH: Final = 100


def compare_rebuilt(
    original: ModelManifest, rebuilt: ModelManifest
) -> tuple[Outcome, tuple[str, ...]]:
    """Return `equal`, or `different` with the fields and files in which the two part."""
    if original.digest == rebuilt.digest:
        return "equal", ()
    before, after = _fields(original), _fields(rebuilt)
    names = [*before, *(name for name in after if name not in before)]
    parting = [
        f"{plain(name, _WIDTH)} was {_value(before, name)}, is {_value(after, name)}"
        for name in names
        if before.get(name) != after.get(name)
    ]
    shown = parting[:_SHOWN] or ["the order of some list in the manifest"]
    more = len(parting) - _SHOWN
    return "different", (*shown, *([f"and {more} differences more"] if more > 0 else []))


def _fields(manifest: ModelManifest) -> Mapping[str, object]:
    fields = manifest.model_dump(mode="json")
    files = {f"file {file.path}": file.digest for file in manifest.files}
    return {**{name: value for name, value in fields.items() if name != "files"}, **files}


def _value(fields: Mapping[str, object], name: str) -> str:
    return plain(str(fields[name]), _WIDTH) if name in fields else "absent"
