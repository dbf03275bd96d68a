"""The front door: what `make help` promises, and what a wrong call says."""

import subprocess
from pathlib import Path

import pytest

READS = ("bin",)

TARGETS = {
    "doctor": "",
    "setup": "",
    "clean": "",
    "check": "",
    "lint": "",
    "types": "",
    "test": "[CHANGED=main TESTS=tests/unit]",
    "coverage": "",
    "test-machine": "[CHANGED=main]",
    "test-cloud": "",
    "unit": "[PACKAGE=NAME]",
    "bench": "",
    "isolation": "[PACKAGE=NAME IMPORTS=1]",
    "lock": "",
    "samples": "OUT=DIR [BUILDINGS=30]",
    "train": "PHOTOS=DIR [OUT=build/candidate]",
    "gate": "CANDIDATE=DIR [DATASET=build/work/data]",
    "pin-holdout": "[DATASET=build/work/data]",
    "report": "CANDIDATE=DIR [CARD=build/model-card.html]",
    "explain-policy": "[MODEL_NAME=architecture]",
    "data-report": "PHOTOS=DIR [PAGE=build/data-report.html]",
    "reproduce": "MODEL=DIGEST [DATASET=build/work/data]",
    "gate-mutations": "[ONLY=PATTERN CHANGED=main]",
    "parity": "[PHOTOS=DIR MODEL=DIR LIMIT=200]",
    "serve": "MODEL=DIR [PORT=8000]",
    "predict": "PHOTOS=DIR OUT=FILE.csv [MODEL=build/candidate]",
    "terraform-check": "",
    "images": "PAYLOAD=FILE.json",
    "terraform-tables": "",
    "box": "[BOX=.plinth/box]",
    "box-destroy": "[BOX=.plinth/box]",
    "revert": "PROMOTION=COMMIT",
    "rollback-drill": "",
    "demo": "[PHOTOS=DIR] [FAST=1]",
    "schemas": "",
}
INCOMPLETE = (
    ("train",),
    ("train", "OUT=build/x"),
    ("gate",),
    ("report",),
    ("data-report",),
    ("reproduce",),
    ("serve",),
    ("serve", "PORT=1"),
    ("revert",),
    ("predict",),
    ("predict", "PHOTOS=x"),
    ("predict", "OUT=x.csv"),
    ("samples",),
)


def make(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs make without the variables of the make that may have started these tests."""
    clean = ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "-u", "MFLAGS", f"PWD={cwd}"]
    return subprocess.run(
        [*clean, "make", *words], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_help_lists_every_target_with_its_variables(root: Path) -> None:
    listing = make("help", cwd=root).stdout

    lines = [" ".join(line.split()) for line in listing.splitlines()]
    missing = [
        name
        for name, variables in TARGETS.items()
        if not any(line.startswith(f"make {name} {variables}".rstrip() + " ") for line in lines)
    ]
    assert missing == []


def test_make_alone_shows_the_three_commands_that_come_first(root: Path) -> None:
    said = make(cwd=root).stdout

    shown = [line.split()[:2] for line in said.splitlines() if line.startswith("  make ")]
    assert shown == [["make", "doctor"], ["make", "demo"], ["make", "train"]]
    assert "make help" in said.splitlines()[-1]
    assert len(said.splitlines()) <= 8


@pytest.mark.parametrize("words", INCOMPLETE, ids=" ".join)
def test_a_missing_variable_is_a_usage_error_before_anything_runs(
    words: tuple[str, ...], root: Path
) -> None:
    result = make(*words, cwd=root)

    assert result.returncode == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert f"usage: make {words[0]} {TARGETS[words[0]]}" in result.stderr


def test_relative_paths_are_those_of_the_caller(root: Path, tmp_path: Path) -> None:
    """--dry-run prints the recipe: it must change to the caller's folder first."""
    recipe = make("-C", str(root), "-n", "train", "PHOTOS=my photos", cwd=tmp_path).stdout

    assert f'cd "{tmp_path}" && "{root}/bin/plinth" training' in recipe
    assert '--photos "my photos"' in recipe
    assert f'--out "{root}/build/candidate"' in recipe


def test_every_target_that_needs_an_environment_sets_it_up(root: Path) -> None:
    for name in sorted(set(TARGETS) - {"clean", "doctor"}):
        given = ("PHOTOS=p", "OUT=o", "CANDIDATE=c", "MODEL=m", "PROMOTION=p", "PAYLOAD=p")
        assert "bin/environment dev" in make("-n", name, *given, cwd=root).stdout, name
