"""`training import-photos`: exit codes, a dry run, and no traceback whatever a file holds."""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from support.training_doubles import small_params, style_tree

from training.cli import main
from training.photos import inspection
from training.settings import Settings


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of photos, with parameters and settings beside it."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        if name in {"root", "tracking_uri"} or Settings.model_fields[name].is_required():
            monkeypatch.setenv(f"PLINTH_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("PLINTH_JOBS", "1")
    small_params().write(tmp_path / "params.yaml")
    return style_tree(tmp_path / "in", ("gothic", "baroque"), 3)


def training(monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "argv", ["training", *words])
    code = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as exc:
            code = int(exc.code or 0)
    return code, out.getvalue(), err.getvalue()


def test_an_import_that_left_some_out_is_done(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "gothic/bad.jpg").write_bytes(b"no photo")
    code, out, _ = training(monkeypatch, "import-photos", "in")
    assert code == 0
    assert "6 photos added, 0 known, 1 file left out" in out
    assert "Every file and reason: data/quarantine/problems.csv" in out


def test_a_dry_run_leaves_nothing_behind(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = training(monkeypatch, "import-photos", "in", "--dry-run")
    assert code == 0
    assert "Nothing was written" in out
    assert not (tree.parent / "data").exists()


@pytest.mark.parametrize("dataset", ["in", "in/data"])
def test_no_dataset_is_written_into_the_photos(
    dataset: str, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = training(monkeypatch, "import-photos", "in", "--dataset", dataset)
    assert code == 2
    assert f"the dataset {dataset} would lie within the photos in" in err
    assert not (tree / "data").exists()
    assert not (tree / "photos").exists()


def test_a_dry_run_of_what_would_be_refused_is_refused(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        (tree / f"gothic/bad{number}.jpg").write_bytes(b"no photo")
    code, out, _ = training(monkeypatch, "import-photos", "in", "--dry-run")
    assert code == 1
    assert "refused: 76.9% of the files are bad" in out


def test_settings_are_never_blamed_for_what_a_table_holds(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "table.csv").write_text(f"path,source\ngothic/0.jpg,{'x' * 400}\n", encoding="utf-8")
    code, out, err = training(monkeypatch, "import-photos", "in")
    assert (code, err) == (0, "")
    assert "its source has 400 characters, at most 300 may be" in out


def test_settings_that_are_missing_are_named(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLINTH_ROOT")
    code, _, err = training(monkeypatch, "import-photos", str(tree))
    assert code == 2
    assert "the settings are not complete: PLINTH_ROOT: Field required" in err


def test_a_file_that_breaks_what_reads_it_is_named(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(_: bytes) -> None:
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr(inspection, "read_photo", break_down)
    code, _, err = training(monkeypatch, "import-photos", str(tree))
    assert code == 2
    assert "Traceback" not in err
    assert "baroque/0.jpg led to an error that nobody foresaw: RecursionError" in err
    assert "Take this file out and run the same again" in err


def test_whatever_else_nobody_foresaw_is_a_breakdown_and_no_refusal(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python's own exit code for a traceback is 1, which means refused here."""

    def break_down(*_: object) -> None:
        raise KeyError("nobody thought of it")

    monkeypatch.setattr("training.photos.commands.import_into", break_down)
    code, _, err = training(monkeypatch, "import-photos", str(tree))
    assert code == 2
    assert "Traceback" not in err
    assert "an error that nobody foresaw, KeyError: 'nobody thought of it'" in err
    assert "test_import_cli.py" in err


def test_a_full_disk_that_names_no_file_says_where_it_may_be(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("training.photos.commands.import_into", no_room)
    code, _, err = training(monkeypatch, "import-photos", str(tree))
    assert code == 2
    assert "No space left on device: a disk is full, or /dev/shm" in err
    assert "export PLINTH_JOBS=1" in err


def test_a_name_that_the_terminal_can_not_show_breaks_nothing(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "gothic/Łódź.jpg").write_bytes(b"no photo")
    raw = io.BytesIO()
    terminal = io.TextIOWrapper(raw, encoding="latin-1")
    monkeypatch.setattr(sys, "argv", ["training", "import-photos", "in"])
    with redirect_stdout(terminal), pytest.raises(SystemExit) as ended:
        main()
    terminal.flush()
    assert ended.value.code in (0, None)
    assert rb"gothic/\u0141" in raw.getvalue()
