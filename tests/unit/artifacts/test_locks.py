"""A lock is held by a process or by one that got it from there, and ends with the last of them."""

import subprocess
import sys
from pathlib import Path

import pytest

from artifacts.locks import lock_file, take

HOLD = """
import sys
from pathlib import Path
from artifacts.locks import lock_file, take
with lock_file(Path(sys.argv[1])) as lock:
    print(take(lock, shared=len(sys.argv) > 2), flush=True)
    input()
"""
WAIT = [sys.executable, "-c", "input()"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A lock that nobody has held."""
    return tmp_path / "folder" / "lock"


def holder(path: Path, *words: str) -> subprocess.Popen[str]:
    """Return a process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "True\n"
    return process


def free(path: Path, seconds: float | None = 0.0, *, shared: bool = False) -> bool:
    """Whether the lock could be taken."""
    with lock_file(path) as lock:
        return take(lock, seconds, shared=shared)


def test_a_lock_is_held_by_one_and_free_when_it_was_killed(path: Path) -> None:
    with holder(path) as process:
        assert not free(path)
        assert not free(path, 0.05)
        process.kill()
        assert free(path, None)


def test_a_lock_is_free_after_its_block_however_it_ends(path: Path) -> None:
    with lock_file(path) as lock:
        assert take(lock)
    with pytest.raises(ValueError, match="odd"), lock_file(path):
        raise ValueError("odd")

    assert free(path)


def test_whoever_waits_gets_the_lock_when_its_holder_ends(path: Path) -> None:
    with holder(path) as process:
        process.communicate("\n")
        assert free(path, 5.0)


def test_a_process_holds_the_lock_only_if_it_is_given_the_descriptor(path: Path) -> None:
    with subprocess.Popen(WAIT, stdin=subprocess.PIPE) as stranger:
        with lock_file(path) as lock:
            assert take(lock)
            heir = subprocess.Popen(WAIT, stdin=subprocess.PIPE, pass_fds=[lock])
            follower = subprocess.Popen(WAIT, stdin=subprocess.PIPE, close_fds=False)
        assert not free(path)
        heir.communicate(b"\n")
        assert free(path)
        for process in (stranger, follower):
            process.communicate(b"\n")


def test_those_who_share_a_lock_keep_out_only_who_wants_it_alone(path: Path) -> None:
    with holder(path, "shared") as process:
        assert free(path, shared=True)
        assert not free(path)
        process.communicate("\n")


def test_a_locks_file_is_its_users_alone(path: Path) -> None:
    with lock_file(path):
        assert path.stat().st_mode & 0o777 == 0o600
