"""The commands that a retraining calls: what they print, leave and end with."""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from support.photo_files import jpeg

from artifacts.digests import digest_bytes
from artifacts.records.photos import PhotoManifest, PhotoRow
from training.cli import main
from training.errors import NoManifest
from training.pipeline.dvc_pipeline import DvcPipeline
from training.work.work_setup import bring_manifest

ROOT = Path(__file__).parents[3]
PATHS = {
    "ROOT": "root",
    "MODEL_STORE": "models",
    "SIGNING_KEY": "keys/key.pem",
    "PUBLIC_KEY": "keys/key.pub.pem",
    "GATE_SIGNERS": "keys/gate.signers",
    "REPRODUCTION_KEY": "keys/reproduction",
    "REPRODUCTION_SIGNERS": "keys/reproduction.signers",
    "VECTOR_CACHE": "vectors",
    "TRACKING_ARTIFACTS": "mlruns",
    "ENVIRONMENT_LOCK": "root/requirements/training.txt",
    "PHOTOS": "shared",
}
PHOTO = jpeg(1)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one photo and its manifest; nothing is shared yet."""
    for name, path in PATHS.items():
        monkeypatch.setenv(f"PLINTH_{name}", str(tmp_path / path))
    monkeypatch.setenv("PLINTH_TRACKING_URI", "sqlite:////proc/nowhere/mlflow.db")
    monkeypatch.setenv("PLINTH_JOBS", "1")
    made = tmp_path / "root"
    for path in ("params.yaml", "dvc.yaml", "requirements/training.txt"):
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_bytes((ROOT / path).read_bytes())
    photo = made / "data/photos"
    digest = digest_bytes(PHOTO)
    row = PhotoRow(
        photo=digest,
        split="train",
        group="one",
        style="gothic",
        year=1200,
        source="made up",
        licence="CC0-1.0",
    )
    PhotoManifest(rows=(row,)).write(made / "data/manifest.csv")
    place = photo / digest[7:9] / digest[7:]
    place.parent.mkdir(parents=True)
    place.write_bytes(PHOTO)
    monkeypatch.chdir(made)
    return made


def training(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> tuple[int, str, str]:
    """Run a command in this process; return its exit code and what it said."""
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "argv", ["training", *map(str, words)])
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main()
    code = ended.value.code
    assert isinstance(code, int)
    return code, out.getvalue(), err.getvalue()


def test_photos_are_pushed_and_fetched_by_command(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed = training(monkeypatch, "push-photos")
    for photo in (root / "data/photos").rglob("*"):
        if photo.is_file():
            photo.unlink()
    fetched = training(monkeypatch, "fetch-photos")

    assert pushed[:2] == (0, "1 photos pushed, 0 were there\n")
    assert fetched[:2] == (0, "1 photos fetched, 0 were there\n")


def test_a_photo_that_nobody_pushed_breaks_a_retraining_and_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    where = ("--work", tmp_path / "work", "--out", tmp_path / "candidate")

    code, _, said = training(monkeypatch, "retrain", *where)

    assert root.exists()
    assert code == 2
    assert digest_bytes(PHOTO) in said
    assert not (tmp_path / "candidate").exists()


def test_a_manifest_comes_into_the_work_folder_and_has_to_be_there(tmp_path: Path) -> None:
    work, dataset = tmp_path / "work", tmp_path / "data"
    with pytest.raises(NoManifest):
        bring_manifest(dataset, work)
    dataset.mkdir()
    (dataset / "manifest.csv").write_text("photo\n")

    bring_manifest(dataset, work)
    bring_manifest(work / "data", work)  # a checkout may be its own work folder

    assert (work / "data/manifest.csv").read_text() == "photo\n"


def test_work_folders_may_share_what_the_pipeline_remembers(tmp_path: Path) -> None:
    cache, work = tmp_path / "cache", tmp_path / "work"

    DvcPipeline(work, "", cache).start()

    assert f"dir = {cache}" in (work / ".dvc/config.local").read_text()
