"""A test file that says what it reads is held to it, since by that it is chosen or left out."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.reading import ROOT, Reading

READING = Reading()
sys.addaudithook(READING)
PAGE, SCRIPT = "docs/verdicts.md", "bin/affected.py"


def read_page() -> None:
    (Path(ROOT) / PAGE).read_text(encoding="utf-8")


def start_script() -> None:
    subprocess.run([sys.executable, f"{ROOT}/{SCRIPT}"], capture_output=True, check=False)


def start_package() -> None:
    subprocess.run([sys.executable, "-m", "walls.nowhere"], capture_output=True, check=False)


@pytest.mark.parametrize(
    ("read", "stray", "may"),
    [
        (read_page, PAGE, "docs"),
        (start_script, SCRIPT, SCRIPT),
        (start_package, "libs/walls/started.py", "libs/walls"),
    ],
)
def test_what_is_read_or_started_beside_what_may_be_is_noted(read, stray: str, may: str) -> None:
    with READING.only(()) as strays:
        read()
    with READING.only((may,)) as none:
        read()

    assert (strays, none) == ({stray}, set())


def test_what_is_imported_or_no_file_of_the_checkout_is_not_noted(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("words")

    with READING.only(()) as strays:
        (tmp_path / "page.md").read_text()
        Path(sys.modules[Reading.__module__].__file__ or "").read_text()
        import wave  # noqa: F401, PLC0415 - a module that nothing here has imported yet

    assert strays == set()
