"""One changed constant in the extractor, with the same feature schema, does not stay unseen."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from gate.parity_report import DoorAnswer, ParityPhoto, ParityReport, compare_doors

READS = ("libs/features",)

ROOT = Path(__file__).parents[2]
# bin/plinth takes nothing from PYTHONPATH; its interpreter does when it isn't told to be isolated.
TRAINING, INFERENCE = (
    Path(
        subprocess.run(
            [ROOT / "bin/environment", "--where", name], capture_output=True, text=True, check=True
        ).stdout.strip(),
        "bin/python",
    )
    for name in ("training", "inference")
)
CONSTANT = "np.float32(255 * cell * cell)"
SLIGHTLY, WILDLY = "np.float32(256 * cell * cell)", "np.float32(cell * cell) / np.float32(40)"
SCHEMA = "from features import architecture_schema as a; print(a().digest)"
PROVE = """
import sys
from pathlib import Path
from artifacts.folder import open_artifact
from artifacts.signatures import KeyVerifier
from scoring import Scorer, prove
artifact = open_artifact(Path(sys.argv[1]), KeyVerifier(Path(sys.argv[2])))
print("bit_equal", prove(artifact, Scorer.of(artifact)).bit_equal)
"""


def copy_of_features(folder: Path, constant: str) -> dict[str, str]:
    """Copy the extractor's source with a constant, and return the variable that brings it in."""
    source = shutil.copytree(
        ROOT / "libs/features/src",
        folder / "src",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    block = source / "features/blocks/colour.py"
    text = block.read_text(encoding="utf-8")
    assert text.count(CONSTANT) == 1, "the constant that this test changes has moved"
    block.write_text(text.replace(CONSTANT, constant), encoding="utf-8")
    return {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}


def answers_in(table: Path, photos: list[Path]) -> tuple[DoorAnswer, ...]:
    with table.open(encoding="utf-8", newline="") as file:
        rows = {row["path"]: row for row in csv.DictReader(file)}
    names = ("style", "probability", "year", "vector_digest", "error")
    return tuple(
        DoorAnswer.model_validate(
            {"path": photo, **{name: rows[str(photo)][name] or None for name in names}}
        )
        for photo in photos
    )


@pytest.fixture(scope="module")
def batch(pipeline, tmp_path_factory: pytest.TempPathFactory) -> tuple[DoorAnswer, ...]:
    """What the untouched batch path says of a few photos."""
    photos, out = pipeline.some_photos(3), tmp_path_factory.mktemp("batch") / "answers.csv"
    words = ("inference", "predict", *photos, "--model", pipeline.candidate, "--out", out)
    done = pipeline.place.plinth(*words)
    assert done.code == 0, done.said
    return answers_in(out, photos)


def compared(
    pipeline, batch: tuple[DoorAnswer, ...], more: dict[str, str], out: Path
) -> ParityReport:
    """Score the photos as training does, with an extractor of its own, and compare."""
    photos = pipeline.some_photos(3)
    words = ("-P", "-m", "training", "score-photos", *photos)
    where = ("--model", pipeline.candidate, "--out", out)
    done = pipeline.place.run(TRAINING, *words, *where, more=more)
    assert done.code == 0, done.said
    digest = batch[0].vector_digest or ""
    given = (("batch", batch), ("training", answers_in(out, photos)))
    return compare_doors(digest, tuple(ParityPhoto(path=photo) for photo in photos), given)


def test_a_copy_is_imported_in_place_of_the_installed_package(place, tmp_path: Path) -> None:
    """Otherwise the tests below would show nothing."""
    more = copy_of_features(tmp_path, SLIGHTLY)
    code = "import features; print(features.__file__)"
    for python in (TRAINING, INFERENCE):
        assert place.run(python, "-P", "-c", code, more=more).said.startswith(str(tmp_path))


def test_the_changed_constant_is_no_part_of_the_schema(place, tmp_path: Path) -> None:
    """The digest of the schema can't tell: only vectors can."""
    more = copy_of_features(tmp_path, WILDLY)
    changed = place.run(TRAINING, "-P", "-c", SCHEMA, more=more)
    assert changed.said == place.run(TRAINING, "-P", "-c", SCHEMA).said
    assert changed.said.startswith("sha256:")


def test_an_unchanged_copy_makes_no_difference(pipeline, batch, tmp_path: Path) -> None:
    report = compared(pipeline, batch, copy_of_features(tmp_path, CONSTANT), tmp_path / "a.csv")
    assert report.differences == ()
    assert report.photos == 3


def test_one_changed_constant_is_seen_in_the_vector_of_every_photo(
    pipeline, batch, tmp_path: Path
) -> None:
    report = compared(pipeline, batch, copy_of_features(tmp_path, SLIGHTLY), tmp_path / "a.csv")
    assert not report.equal
    of_vectors = [item for item in report.differences if item.aspect == "vector"]
    assert [str(item.path) for item in of_vectors] == [str(p) for p in pipeline.some_photos(3)]
    assert all(item.answer != item.expected for item in of_vectors)


@pytest.mark.parametrize(("constant", "equal"), [(CONSTANT, True), (SLIGHTLY, False)])
def test_golden_photos_tell_a_change_in_the_last_bits(
    pipeline, tmp_path: Path, constant: str, equal: bool
) -> None:
    more, key = copy_of_features(tmp_path, constant), pipeline.place.folder / "keys"
    words = ("-P", "-c", PROVE, pipeline.candidate, key / "model-signing.pub.pem")
    assert pipeline.place.run(INFERENCE, *words, more=more).said == f"bit_equal {equal}\n"


def test_serving_refuses_a_model_whose_golden_photos_it_answers_otherwise(
    pipeline, tmp_path: Path
) -> None:
    more, out = copy_of_features(tmp_path, WILDLY), tmp_path / "answers.csv"
    words = ("-P", "-m", "inference", "predict", *pipeline.some_photos(1))
    where = ("--model", pipeline.candidate, "--out", out)
    done = pipeline.place.run(INFERENCE, *words, *where, more=more)
    assert done.code == 1, done.said
    assert "golden/" in done.said
    assert not out.exists()
