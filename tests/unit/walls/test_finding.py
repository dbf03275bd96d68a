"""The wall that is taken is one that was tried; where there is none, every reason is named."""

import shutil
import subprocess
from pathlib import Path

import pytest
from support.users import IS_ROOT, SETPRIV

from walls import Room, find_wall

BWRAP = shutil.which("bwrap")
as_root = pytest.mark.skipif(not IS_ROOT, reason="not root here")
SYSTEM_PYTHON = "/usr/bin/python3"


@as_root
def test_an_ordinary_user_finds_bubblewrap_or_says_why_not(open_place: Path) -> None:
    source = Path(__file__).parents[3] / "libs/walls/src"
    shutil.copytree(source, open_place / "src")
    words = f"import sys; sys.path.insert(0, {str(open_place / 'src')!r})\n"
    words += "from walls import find_wall; print(find_wall().name, find_wall().missing)"
    start = [str(SETPRIV), "--reuid", "60100", "--regid", "60100", "--clear-groups"]

    def wall_with(path: str) -> str:
        return subprocess.run(
            [*start, SYSTEM_PYTHON, "-I", "-c", words],
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": path},
        ).stdout

    assert wall_with("/nowhere:/sbin-not").startswith("none bubblewrap: bwrap is not on PATH")
    assert "only root can start a command as another user" in wall_with("/nowhere")
    if BWRAP:
        assert wall_with("/usr/bin:/bin") == "bubblewrap \n"


def test_without_programs_there_is_no_wall_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    find_wall.cache_clear()
    monkeypatch.setenv("PATH", "/nowhere")
    try:
        wall = find_wall()
    finally:
        find_wall.cache_clear()

    assert wall.name == "none"
    assert "bubblewrap: bwrap is not on PATH (fix: apt-get install bubblewrap)" in wall.missing
    assert wall.command(Room("t", (), (), environment={"A": "b"}), ["x"])[-2:] == [
        "PATH=/usr/local/bin:/usr/bin:/bin",
        "x",
    ]


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("#!/bin/sh\necho no namespaces here >&2; exit 1\n", "bubblewrap: no namespaces here"),
        ('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n', "key outside"),
        ("#!/bin/sh\nexit 0\n", "nothing could be written inside"),
    ],
)
def test_a_program_that_does_not_hold_is_no_wall(
    program: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bwrap").write_text(program)
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("walls.finding.find_setpriv", lambda: None)
    find_wall.cache_clear()
    try:
        assert says in find_wall().missing
    finally:
        find_wall.cache_clear()
