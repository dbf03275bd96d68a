"""One training at a time in a work folder; a killed one leaves nothing to clear away."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from training.errors import WorkFolderBusy
from training.work.work_folder import alone_in

HOLDING = """
import subprocess, sys
from pathlib import Path
from training.work.work_folder import alone_in
with alone_in(Path(sys.argv[1])) as held:
    if sys.argv[2:]:
        subprocess.Popen(["sleep", "60"], pass_fds=(held,), stdout=subprocess.DEVNULL)
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(work: Path, *more: str) -> "subprocess.Popen[str]":
    """Start a process that holds the work folder, and wait until it does."""
    words = [sys.executable, "-c", HOLDING, str(work), *more]
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_is_told_who_works_there(tmp_path: Path) -> None:
    first = holder(tmp_path)

    with pytest.raises(WorkFolderBusy) as refused, alone_in(tmp_path):
        pass

    first.communicate("")
    assert f"process {first.pid}, or what it started" in str(refused.value)
    assert "WORK=FOLDER" in str(refused.value)
    with alone_in(tmp_path):
        pass


def test_a_killed_training_leaves_the_folder_free(tmp_path: Path) -> None:
    first = holder(tmp_path)
    first.kill()
    first.communicate()

    with alone_in(tmp_path):
        assert (tmp_path / "build/lock").is_file()


def test_what_a_killed_training_started_still_holds_the_folder(tmp_path: Path) -> None:
    first = holder(tmp_path, "with a child")
    first.kill()
    first.communicate()

    with pytest.raises(WorkFolderBusy, match="or what it started"), alone_in(tmp_path):
        pass

    os.killpg(first.pid, signal.SIGKILL)


def test_the_folder_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="odd"), alone_in(tmp_path):
        raise ValueError("odd")

    with alone_in(tmp_path):
        pass
