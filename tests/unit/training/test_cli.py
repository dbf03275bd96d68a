"""Exit codes and last words: 0 done, 1 refused, 2 a breakdown in one paragraph."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from support.photo_files import jpeg
from support.tiny_artifact import build_tiny_artifact, public_key_of
from support.training_doubles import DIGEST, small_params, style_tree

from artifacts.records.gate import GateReport
from artifacts.signatures import KeyVerifier
from artifacts.ssh_keygen import SshSigner, create_statement_key
from artifacts.statements import write_signed
from artifacts.store import FolderModelStore
from training.cli import main
from training.work.work_folder import alone_in

SETTINGS = {
    "PLINTH_ROOT": "root",
    "PLINTH_MODEL_STORE": "models",
    "PLINTH_SIGNING_KEY": "keys/key.pem",
    "PLINTH_PUBLIC_KEY": "keys/key.pub.pem",
    "PLINTH_GATE_SIGNERS": "keys/gate.signers",
    "PLINTH_REPRODUCTION_KEY": "keys/reproduction",
    "PLINTH_REPRODUCTION_SIGNERS": "keys/reproduction.signers",
    "PLINTH_VECTOR_CACHE": "vectors",
    "PLINTH_TRACKING_URI": "sqlite:////proc/nowhere/mlflow.db",
    "PLINTH_TRACKING_ARTIFACTS": "mlruns",
    "PLINTH_ENVIRONMENT_LOCK": "lock.txt",
    "PLINTH_JOBS": "1",
}
DERIVED = ("PLINTH_JOBS", "PLINTH_ENVIRONMENT_LOCK")
"""What has a default, and what follows from PLINTH_ROOT."""


def training(
    folder: Path, *arguments: str | Path, without: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder with that folder's settings, as bin/plinth would.

    In this process: a new one takes seconds to import scikit-learn.
    """
    out, err = io.StringIO(), io.StringIO()
    words = ["training", *map(str, arguments)]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        patch.setattr(sys, "argv", words)
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        patch.delenv(without, raising=False)
        with pytest.raises(SystemExit) as ended:
            main()
    code = ended.value.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def broke_down(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one paragraph of a breakdown."""
    assert done.returncode == 2, done.stdout + done.stderr
    words = done.stderr.strip()
    assert words.startswith("training: ")
    assert "\n\n" not in words
    assert "Traceback" not in done.stdout + done.stderr
    return words


def gate_report(candidate: str, decision: str, outcome: str) -> GateReport:
    rule = {"rule": "accuracy", "outcome": outcome, "limit": "at least 0.25", "reason": "measured"}
    return GateReport.model_validate(
        {
            "model": "architecture",
            "candidate": candidate,
            "champion": None,
            "first_release": True,
            "policy": DIGEST,
            "risk_tiers": DIGEST,
            "evidence": DIGEST,
            "photo_manifest": DIGEST,
            "holdout": DIGEST,
            "rules": [rule | {"value": 0.5, "low": None, "high": None}],
            "decision": decision,
            "decided_at": "2026-11-22T00:00:00Z",
        }
    )


def signed(report: GateReport, folder: Path, path: Path) -> Path:
    """Write a report as the gate of a folder would."""
    return write_signed(report, path, SshSigner(folder / "keys/gate", "plinth-gate-report"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a signed artifact, its keys, a photo and parameters."""
    folder = tmp_path_factory.mktemp("training")
    build_tiny_artifact(folder / "candidate", folder / "keys/key.pem")
    assert public_key_of(folder / "keys/key.pem").is_file()
    gate = (folder / "keys/gate", folder / "keys/gate.signers")
    create_statement_key(*gate, "gate", ("plinth-gate-report",))
    (folder / "photo.jpg").write_bytes(jpeg(1))
    (folder / "params.yaml").write_text(small_params().to_json(), encoding="utf-8")
    return folder


def test_an_import_with_too_many_bad_files_is_refused(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 1)
    for number in range(3):
        (tree / f"gothic/bad{number}.jpg").write_bytes(f"no photo {number}".encode())
    (tmp_path / "params.yaml").write_text(small_params().to_json(), encoding="utf-8")
    done = training(tmp_path, "import-photos", tree)
    assert done.returncode == 1
    assert "refused: 75.0% of the files are bad" in done.stdout
    assert done.stdout.count("3 files: the file is text") == 1
    assert not (tmp_path / "data/manifest.csv").exists()


def test_an_import_of_sound_photos_is_done(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic", "baroque"), 2)
    (tmp_path / "params.yaml").write_text(small_params().to_json(), encoding="utf-8")
    done = training(tmp_path, "import-photos", tree, "--dataset", "dataset")
    assert done.returncode == 0, done.stderr
    assert "4 photos added, 0 known, 0 files left out" in done.stdout
    assert (tmp_path / "dataset/manifest.csv").is_file()


def test_a_data_report_is_written_and_nothing_is_imported(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "photos", ("gothic", "baroque"), 2)
    params = small_params().write(tmp_path / "params.yaml")
    done = training(tmp_path, "data-report", tree, "--params", params, "--out", "new/report.html")
    assert done.returncode == 0, done.stderr
    assert "4 photos would be added, 0 known, 0 files left out" in done.stdout
    assert "<h1>photos</h1>" in (tmp_path / "new/report.html").read_text(encoding="utf-8")
    assert not (tmp_path / "data").exists()


def test_an_empty_folder_is_a_breakdown_that_shows_the_layout(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    where = ("--dataset", tmp_path / "data")
    words = broke_down(training(shared, "import-photos", tmp_path / "in", *where))
    assert "one folder a style" in words


def test_bad_parameters_are_a_breakdown_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("seed: many\n", encoding="utf-8")
    words = broke_down(training(tmp_path, "import-photos", tmp_path))
    assert "params.yaml" in words
    assert "seed" in words


def test_a_stage_without_its_input_is_a_breakdown_that_names_the_stage(shared: Path) -> None:
    assert "run the stage 'train' first" in broke_down(training(shared, "evaluate"))


@pytest.mark.parametrize("name", [name for name in SETTINGS if name not in DERIVED])
def test_a_missing_setting_is_named_by_its_variable(shared: Path, name: str) -> None:
    words = broke_down(training(shared, "create-keys", without=name))
    assert f"{name}: " in words


@pytest.mark.parametrize(
    ("decision", "outcome"),
    [("refused", "failed"), ("undecided", "missing"), ("no_improvement", "passed")],
)
def test_registering_what_the_gate_did_not_allow_is_refused(
    shared: Path, tmp_path: Path, decision: str, outcome: str
) -> None:
    report = signed(gate_report(DIGEST, decision, outcome), shared, tmp_path / "report.json")
    done = training(shared, "register", "candidate", "--gate-report", report)
    assert done.returncode == 1
    assert f"refused: the gate's decision is {decision}" in done.stderr


def test_registering_by_another_candidates_report_is_refused(shared: Path, tmp_path: Path) -> None:
    report = signed(gate_report(DIGEST, "allowed", "passed"), shared, tmp_path / "report.json")
    done = training(shared, "register", "candidate", "--gate-report", report)
    assert done.returncode == 1
    assert f"is about architecture {DIGEST}" in done.stderr


def test_a_training_in_a_folder_where_another_works_changes_nothing(
    shared: Path, tmp_path: Path
) -> None:
    with alone_in(tmp_path / "work"):
        words = ("run-pipeline", "--photos", "p", "--work", tmp_path / "work", "--out", "out")
        told = broke_down(training(shared, *words))

    assert f"another training works in {tmp_path / 'work'}: process {os.getpid()}" in told
    assert [path.name for path in (tmp_path / "work").rglob("*")] == ["build", "lock"]


def test_an_unreachable_registry_is_a_breakdown_that_names_it(shared: Path, tmp_path: Path) -> None:
    verifier = KeyVerifier(public_key_of(shared / "keys/key.pem"))
    kept = FolderModelStore(shared / SETTINGS["PLINTH_MODEL_STORE"], verifier)
    digest = kept.put(shared / "candidate").digest
    report = signed(gate_report(digest, "allowed", "passed"), shared, tmp_path / "report.json")
    words = broke_down(training(shared, "register", "candidate", "--gate-report", report))
    assert SETTINGS["PLINTH_TRACKING_URI"] in words


def test_a_report_that_is_not_there_is_a_breakdown_that_names_it(shared: Path) -> None:
    words = broke_down(training(shared, "register", "candidate", "--gate-report", "gone.json"))
    assert "gone.json is unreadable" in words


def test_registering_by_a_report_that_nobody_signed_is_refused(shared: Path) -> None:
    done = training(shared, "register", "candidate", "--gate-report", "params.yaml")
    assert done.returncode == 1
    assert "params.yaml is refused: there is no signature beside it" in done.stderr


def test_an_unsigned_model_is_a_breakdown_and_no_table_is_written(
    shared: Path, tmp_path: Path
) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model/manifest.json").write_text("{}", encoding="utf-8")
    out = tmp_path / "answers.csv"
    words = broke_down(
        training(shared, "score-photos", "photo.jpg", "--model", tmp_path / "model", "--out", out)
    )
    assert "signature" in words
    assert not out.exists()


def test_a_photo_that_is_not_there_is_a_breakdown_that_names_it(
    shared: Path, tmp_path: Path
) -> None:
    arguments = ("--model", "candidate", "--out", tmp_path / "answers.csv")
    assert "gone.jpg" in broke_down(training(shared, "score-photos", "gone.jpg", *arguments))


def test_an_unknown_command_exits_2(shared: Path) -> None:
    done = training(shared, "brew-coffee")
    assert done.returncode == 2
    assert "No such command" in done.stderr


def test_the_module_is_a_program_that_ends_with_the_commands_exit_code(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "training", "create-keys"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    words = broke_down(done)
    assert "PLINTH_SIGNING_KEY" in words
    assert "PLINTH_TRACKING_URI" in words
