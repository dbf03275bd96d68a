"""What a training follows from is read from a commit: these files count, and no others."""

import pytest
from support.retraining_fakes import INPUTS

from artifacts.errors import UnreadableRecord
from artifacts.records.inputs import TrainingInputs
from delivery.retrain.training_claims import PARAMS, PATHS, inputs_of

FILES = {path: text.encode() for path, text in INPUTS.items()} | {
    "libs/features/src/features/hog.py": b"one",
    "services/training/src/training/cli.py": b"two",
}


def differing(**changes: bytes) -> list[str]:
    """Name what other files change of the inputs."""
    before, after = inputs_of(FILES), inputs_of(FILES | changes)
    same = before.digest == after.digest
    found = [
        name
        for name in TrainingInputs.model_fields
        if getattr(before, name) != getattr(after, name)
    ]
    assert same == (not found)
    return found


@pytest.mark.parametrize(
    ("path", "text", "changed"),
    [
        ("dvc.yaml", b"stages: {more: {}}", "pipeline"),
        (PARAMS, b"model: architecture\nseed: 8", "params"),
        ("requirements/training.txt", b"numpy==2", "environment"),
        ("libs/features/src/features/hog.py", b"other", "feature_code"),
        ("libs/features/src/features/new.py", b"", "feature_code"),
        ("services/training/src/training/new.py", b"", "training_code"),
        ("libs/scoring/src/scoring/new.py", b"", "training_code"),
        ("libs/artifacts/src/artifacts/new.py", b"", "training_code"),
    ],
)
def test_each_thing_that_a_model_follows_from_changes_the_inputs(
    path: str, text: bytes, changed: str
) -> None:
    assert differing(**{path: text}) == [changed]


def test_photos_change_the_inputs() -> None:
    columns = INPUTS["data/manifest.csv"].splitlines()[0]
    row = {"photo": "sha256:" + "a" * 64, "split": "train", "group": "one", "style": "gothic"}
    row |= {"year": "1200", "source": "made up", "licence": "CC0-1.0"}
    line = ",".join(row.get(name, "") for name in columns.split(","))

    assert differing(**{"data/manifest.csv": f"{columns}\n{line}\n".encode()}) == ["photo_manifest"]


def test_another_model_is_another_training() -> None:
    assert differing(**{PARAMS: b"model: fraud"}) == ["model", "params"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (PARAMS, b"# a remark\nmodel:   architecture"),
        (PARAMS, b"model: architecture\nimport_photos: {max_bad_share: 0.5}"),
        ("docs/page.md", b"words"),
        ("services/training/README.md", b"words"),
        ("libs/samples/src/samples/facades/draw.py", b"another window"),
    ],
)
def test_what_changes_no_model_changes_no_inputs(path: str, text: bytes) -> None:
    assert differing(**{path: text}) == []


def test_bytes_that_move_from_one_file_to_the_next_are_other_code() -> None:
    moved = {
        "services/training/src/training/cli.py": b"tw",
        "services/training/src/training/cli2.py": b"o",
    }

    assert differing(**moved) == ["training_code"]


@pytest.mark.parametrize("path", sorted(INPUTS))
def test_a_commit_that_nobody_could_train_from_has_no_inputs(path: str) -> None:
    with pytest.raises(UnreadableRecord, match=f"there is no {path}"):
        inputs_of({name: data for name, data in FILES.items() if name != path})


@pytest.mark.parametrize(
    "text", [b"", b"- model", b"model: ../state", b"seed: 7", b"model: architecture\nx: .nan", b"{"]
)
def test_parameters_that_name_no_training_are_a_breakdown(text: bytes) -> None:
    with pytest.raises(UnreadableRecord, match=r"params\.yaml"):
        inputs_of(FILES | {PARAMS: text})


def test_every_file_that_is_looked_at_is_read_from_the_commit() -> None:
    assert all(any(name.startswith(path) for path in PATHS) for name in FILES)
