"""`box walls` on a real box: the room of a branch's workflow is entered, and what it finds told."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.box_rehearsal import Checkout, rehearsal

from walls import find_wall

BUBBLEWRAP = find_wall().name == "bubblewrap"


def given(folder: Path, *options: str) -> tuple[str, ...]:
    """Options of a box whose variables name a key, and a folder that it shares with branches."""
    (folder / "keys").mkdir(mode=0o700)
    (folder / "keys/gate").write_text("the gate's key")
    (folder / "shared").mkdir()
    (folder / "shared/lock").write_text("packages")
    variables = folder / "environment"
    variables.write_text(f"PLINTH_GATE_KEY={folder}/keys/gate\nPLINTH_LOCKS={folder}/shared\n")
    return ("--environment", str(variables), "--share", "PLINTH_LOCKS", *options)


def tried(box: Checkout) -> dict[str, Any]:
    done = box.box("walls")
    (room,) = json.loads(done.stdout)
    return dict(room)


def without_bubblewrap(box: Checkout, folder: Path) -> None:
    """Let commands of the box find every program that they need, but for bwrap and setpriv."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("git", "sh", "env", "ps", "python3"):
        (tools / name).symlink_to(str(shutil.which(name)))
    box.env["PATH"] = str(tools)


@pytest.mark.skipif(not BUBBLEWRAP, reason="without bubblewrap there is no wall to try")
def test_a_branchs_workflow_reaches_no_key_and_nothing_of_the_box(tmp_path: Path) -> None:
    with rehearsal(tmp_path, {}, *given(tmp_path)) as box:
        room = tried(box)

    assert (room["room"], room["wall"], room["missing"], room["failure"]) == (
        "box", "bubblewrap", "", "",
    )  # fmt: skip
    assert room["breaches"] == []
    assert room["attempts"] > 20


def test_without_a_wall_it_names_the_key_that_was_read_and_that_no_branch_runs(
    tmp_path: Path,
) -> None:
    with rehearsal(tmp_path, {}, *given(tmp_path)) as box:
        without_bubblewrap(box, tmp_path)
        room = tried(box)

    assert room["wall"] == "none"
    assert room["missing"].startswith("bubblewrap: bwrap is not on PATH")
    assert room["missing"].endswith("so no branch's workflow is run")
    assert f"read: {tmp_path}/keys/gate" in room["breaches"]


def test_a_box_that_accepts_the_missing_wall_tells_the_same_breaches(tmp_path: Path) -> None:
    accepted = ("--accept-missing-wall", "a test of a laptop without bubblewrap")
    with rehearsal(tmp_path, {}, *given(tmp_path, *accepted)) as box:
        without_bubblewrap(box, tmp_path)
        room = tried(box)

    assert "so no branch's workflow is run" not in room["missing"]
    assert f"read: {tmp_path}/keys/gate" in room["breaches"]
