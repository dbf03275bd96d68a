"""From a folder of photos to a candidate: import, then whatever stage is out of date."""

import shutil
from pathlib import Path

from artifacts.digests import digest_bytes, digest_file, digest_json
from artifacts.records.record import Record
from training.ports import Pipeline


class Inputs(Record):
    """Digests of what the stages depend on and DVC doesn't see: code, schema and environment."""

    feature_schema: str
    feature_code: str
    training_code: str
    environment: str


def source_digest(*folders: Path) -> str:
    """Return the digest of all Python sources below some folders, by relative path."""
    files = sorted((f, p) for f in folders for p in f.rglob("*.py"))
    return digest_json([[p.relative_to(f).as_posix(), digest_file(p)] for f, p in files])


def set_up(root: Path, work: Path, params: Path, inputs: Inputs) -> None:
    """Bring dvc.yaml, params.yaml and the digests of the code into a work folder."""
    (work / "build").mkdir(parents=True, exist_ok=True)
    _copy(root / "dvc.yaml", work / "dvc.yaml")
    _copy(params, work / "params.yaml")
    path = work / "build" / "inputs.json"
    if not path.exists() or digest_bytes(path.read_bytes()) != digest_bytes(
        inputs.to_json().encode()
    ):
        inputs.write(path)


def run_stages(pipeline: Pipeline, photos: Path) -> None:
    """Track the photos and run every stage that is out of date; PipelineFailed."""
    pipeline.track(photos)
    pipeline.reproduce()


def _copy(source: Path, target: Path) -> None:
    if source.resolve() != target.resolve():
        shutil.copyfile(source, target)
