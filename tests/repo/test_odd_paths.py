"""The front door in odd places: a checkout under a path with a space, ~ that no shell expanded."""

import shutil
import subprocess
from pathlib import Path

import pytest

READS = ("bin",)

CLEAN = ("env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "-u", "MFLAGS")
HOME = "/home/some one"
PATH_TARGETS = {
    "train": ("PHOTOS", "WORK", "OUT"),
    "gate": ("CANDIDATE", "DATASET", "REPRODUCTION"),
    "pin-holdout": ("DATASET",),
    "report": ("CANDIDATE", "CARD", "DATASET", "GATE_REPORT", "EVIDENCE"),
    "explain-policy": ("POLICY_PAGE",),
    "data-report": ("PHOTOS", "PAGE"),
    "reproduce": ("MODEL", "DATASET"),
    "parity": ("PHOTOS", "MODEL"),
    "serve": ("MODEL",),
    "predict": ("PHOTOS", "OUT", "MODEL"),
    "images": ("PAYLOAD",),
    "box": ("BOX",),
    "box-destroy": ("BOX",),
    "demo": ("PHOTOS",),
}
"""Every target that takes paths, with the variables that hold them."""


@pytest.fixture
def spaced(root: Path, tmp_path: Path) -> Path:
    """A checkout under a path with a space, with what `make gate` leaves."""
    checkout = tmp_path / "my  own" / "plinth (1)"
    (checkout / "build").mkdir(parents=True)
    shutil.copytree(root / "bin", checkout / "bin", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "Makefile", checkout)
    for name in ("gate-report", "evidence"):
        (checkout / f"build/{name}.json").write_text("{}")
    return checkout


def recipe(checkout: Path, *words: str, shell: str = "") -> str:
    """What make would run, or why it would not; with `shell` the words are typed into that one."""
    command = ["make", "-n", *words]
    if shell:
        command = [shell, "-c", " ".join(command)]
    clean = [*CLEAN, "PLINTH_STATE=/srv/state", f"PWD={checkout}", f"HOME={HOME}"]
    done = subprocess.run(
        [*clean, *command], cwd=checkout, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_a_report_keeps_the_gates_report_and_evidence_below_a_path_with_a_space(
    spaced: Path,
) -> None:
    told = recipe(spaced, "report", "CANDIDATE=c")

    assert f'--gate-report "{spaced}/build/gate-report.json"' in told
    assert f'--evidence "{spaced}/build/evidence.json"' in told


def test_a_report_of_a_candidate_that_was_not_judged_names_no_report(spaced: Path) -> None:
    shutil.rmtree(spaced / "build")

    assert "--gate-report" not in recipe(spaced, "report", "CANDIDATE=c")


@pytest.mark.parametrize(("target", "variables"), PATH_TARGETS.items())
def test_every_target_hands_on_each_path_as_one_word(
    target: str, variables: tuple[str, ...], spaced: Path
) -> None:
    told = recipe(spaced, target, *(f"{name}=~/it's  {name}" for name in variables))

    missing = [name for name in variables if f'"{HOME}/it\'s  {name}"' not in told]
    assert missing == []
    unquoted = told.replace(f'"{spaced}', "").replace(f":{spaced}", "")
    assert str(spaced) not in unquoted, unquoted


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_a_tilde_is_the_home_folder_whichever_shell_left_it_there(shell: str, spaced: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    told = recipe(spaced, "data-report", "PHOTOS=~/buildings", "PAGE=~/x.html", shell=shell)

    assert f'data-report "{HOME}/buildings" --out "{HOME}/x.html"' in told


def test_a_tilde_in_the_environment_is_the_home_folder_too(spaced: Path) -> None:
    clean = [*CLEAN, "PHOTOS=~/b", f"HOME={HOME}", f"PWD={spaced}"]
    done = subprocess.run(
        [*clean, "make", "-n", "train"], cwd=spaced, capture_output=True, text=True, check=False
    )

    assert f'--photos "{HOME}/b"' in done.stdout


@pytest.mark.parametrize("folder", ["it costs 5$$", 'a "b"', "a`b`", "a\\b"])
def test_a_path_that_the_shell_would_read_is_refused_by_name(folder: str, spaced: Path) -> None:
    told = recipe(spaced, "train", f"PHOTOS={folder}")

    assert "PHOTOS is" in told
    assert "Rename the folder, or call bin/plinth" in told
    assert "run-pipeline" not in told


def test_the_home_of_somebody_else_is_refused_by_name(spaced: Path) -> None:
    assert "PHOTOS is '~bob/b': only ~/ is known" in recipe(spaced, "train", "PHOTOS=~bob/b")


def test_a_checkout_whose_path_the_shell_would_read_says_so(spaced: Path) -> None:
    moved = spaced.rename(spaced.parent / "5$ plinth")

    assert "this checkout's path has a $" in recipe(moved, "help")


def test_a_training_says_what_to_type_next(spaced: Path) -> None:
    told = recipe(spaced, "train", "PHOTOS=p", "OUT=~/it's  here")

    assert f"Next: make serve MODEL='{HOME}/it's  here'" in told
    assert "make gate CANDIDATE=" in told


def test_a_target_shows_what_its_command_says_and_not_how_it_is_called(root: Path) -> None:
    text = (root / "Makefile").read_text(encoding="utf-8")

    shown = [line for line in text.splitlines() if line.startswith("\t$(IN_CALLER)")]
    assert shown == []
