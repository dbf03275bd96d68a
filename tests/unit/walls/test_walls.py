"""Walls hold against real processes, as root and as an ordinary user; the probe sees where not."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.users import IS_ROOT, SETPRIV

from walls import (
    Breach,
    OtherUser,
    ProbeFailed,
    Room,
    UnusableRoom,
    Unwalled,
    Wall,
    find_wall,
    probe,
    processes_inside,
)

BWRAP = shutil.which("bwrap")
bubblewrap = pytest.mark.skipif(find_wall().name != "bubblewrap", reason="no bubblewrap here")
as_root = pytest.mark.skipif(not IS_ROOT, reason="not root here")
SYSTEM_PYTHON = "/usr/bin/python3"


def run(wall: Wall, room: Room, *argv: str, **more: object) -> subprocess.CompletedProcess[str]:
    """Run a command inside a room."""
    with wall.opened(room):
        command = wall.command(room, argv)
        return subprocess.run(command, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload, no-any-return]


@bubblewrap
def test_a_room_reads_what_is_listed_and_writes_its_own_folder(
    wall: Wall, room: Room, place: Path
) -> None:
    done = run(wall, room, "/bin/sh", "-c", f"cp {place}/checkout/src/code.py {place}/work/copy")

    assert done.returncode == 0, done.stderr
    assert (place / "work/copy").read_text() == "code"


@bubblewrap
@pytest.mark.parametrize(
    "attack",
    [
        "cat {place}/checkout/keys/gate",
        "ls {place}/checkout/keys | grep .",
        "touch {place}/checkout/keys/mine",
        "chmod 0700 {place}/checkout/keys",
        "echo x >> {place}/checkout/src/code.py",
        "touch {place}/checkout/src/sitecustomize.py",
        "mv {place}/checkout/keys {place}/checkout/other",
        "ls {place}/other",
        "cat /etc/shadow",
        "umount {place}/checkout/keys",
        "mount -t tmpfs none {place}/work",
    ],
)
def test_what_is_not_listed_is_out_of_reach(
    attack: str, wall: Wall, room: Room, place: Path
) -> None:
    (place / "other").mkdir()

    assert run(wall, room, "/bin/sh", "-c", attack.format(place=place)).returncode != 0
    assert (place / "checkout/keys/gate").read_text() == "the gate's key"


@bubblewrap
def test_a_link_into_a_hidden_folder_leads_nowhere(wall: Wall, room: Room, place: Path) -> None:
    (place / "work/link").symlink_to(place / "checkout/keys")
    (place / "alias").symlink_to(place / "checkout")
    aliased = Room("test", (place / "alias",), (place / "work",), hidden=room.hidden)

    assert run(wall, room, "/bin/cat", f"{place}/work/link/gate").returncode != 0
    assert run(wall, aliased, "/bin/cat", f"{place}/alias/keys/gate").returncode != 0


@bubblewrap
def test_a_hidden_file_reads_as_nothing(wall: Wall, room: Room, place: Path) -> None:
    key = place / "checkout/keys/gate"
    one = Room("test", room.reads, (), hidden=(key,))

    assert run(wall, one, "/bin/cat", str(key)).stdout == ""


@bubblewrap
def test_a_folder_inside_a_hidden_one_may_be_lent(wall: Wall, place: Path) -> None:
    state = place / "state"
    (state / "vectors").mkdir(parents=True)
    (state / "key").write_text("key")
    room = Room("test", (place,), (state / "vectors",), hidden=(state,))

    done = run(wall, room, "/bin/sh", "-c", f"touch {state}/vectors/new && ! cat {state}/key")

    assert done.returncode == 0, done.stderr
    assert (state / "vectors/new").exists()


@bubblewrap
def test_only_the_rooms_variables_are_inside(
    wall: Wall, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLINTH_FORGE_TOKEN", "secret")
    given = Room("test", room.reads, room.writes, environment={"PLINTH_ROOT": "/x"})

    lines = run(wall, given, "/usr/bin/env").stdout.splitlines()

    names = {line.partition("=")[0] for line in lines}
    assert names == {"PATH", "LANG", "HOME", "PLINTH_ROOT", "PWD"}


@bubblewrap
def test_a_virtual_environments_python_runs(wall: Wall, room: Room) -> None:
    done = run(wall, room, sys.executable, "-I", "-c", "import ssl, sqlite3; print('runs')")

    assert done.stdout == "runs\n", done.stderr


@bubblewrap
def test_descriptors_that_are_passed_arrive(wall: Wall, room: Room, place: Path) -> None:
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        says = f"import os, time; os.write({lock.fileno()}, b'held\\n'); time.sleep(600)"
        words = wall.command(room, [sys.executable, "-I", "-c", says])
        running = subprocess.Popen(words, pass_fds=[lock.fileno()])
    try:
        until(lambda: (place / "lock").read_text() == "held\n")
        with (place / "lock").open() as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        end(running)


@bubblewrap
def test_a_signal_reaches_the_command_through_its_number(
    wall: Wall, room: Room, place: Path
) -> None:
    waits = f"""
import pathlib, signal
work = pathlib.Path({str(place / "work")!r})
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
(work / "up").touch()
signal.sigwait([signal.SIGTERM])
(work / "ended").touch()
"""
    running = subprocess.Popen(wall.command(room, [sys.executable, "-I", "-c", waits]))
    until((place / "work/up").exists)

    os.kill(processes_inside(running.pid)[-1], signal.SIGTERM)

    assert running.wait(10) == 0
    assert (place / "work/ended").exists()


@bubblewrap
@pytest.mark.parametrize("ends", [True, False])
def test_a_command_ends_with_its_caller_only_if_asked(ends: bool, wall: Wall, place: Path) -> None:
    room = Room("test", (), (place / "work",), ends_with_caller=ends)
    words = wall.command(room, ["/bin/sleep", "600"])
    starts = f"import subprocess, sys, time; subprocess.Popen({words!r}); time.sleep(600)"
    caller = subprocess.Popen([sys.executable, "-I", "-c", starts])
    until(lambda: len(processes_inside(caller.pid)) == 3)
    inside = processes_inside(caller.pid)

    caller.kill()
    caller.wait()

    if ends:
        until(lambda: not any(map(is_there, inside)))
    else:
        time.sleep(0.3)
        assert is_there(inside[-1])
        os.kill(inside[-1], signal.SIGKILL)


@bubblewrap
def test_the_probe_finds_no_breach_in_bubblewrap(wall: Wall, room: Room) -> None:
    tried = probe(wall, room)

    assert tried.breaches == ()
    assert tried.attempts == 14


def test_the_probe_finds_every_breach_where_there_is_no_wall(room: Room, place: Path) -> None:
    tried = probe(Unwalled("none was built"), room)

    keys = place / "checkout" / "keys"
    assert {
        Breach("listed", str(keys)),
        Breach("read", str(keys / "gate")),
        Breach("written", str(keys)),
        Breach("written", str(place / "checkout")),
    } <= set(tried.breaches)
    assert {"connected", "variables read", "killed"} <= {found.what for found in tried.breaches}
    assert not (keys / ".walls-probe").exists()


def test_the_probe_sees_a_variable_that_nobody_gave(room: Room) -> None:
    class Leaking(Unwalled):
        def command(self, room: Room, argv: Sequence[str]) -> list[str]:
            del room
            return ["/usr/bin/env", "TOKEN=secret", *argv]

    breaches = probe(Leaking("it leaks"), room).breaches

    assert Breach("variable inherited", "TOKEN") in breaches


def test_a_probe_that_can_not_run_is_no_answer(room: Room) -> None:
    with pytest.raises(ProbeFailed, match="test"):
        probe(Unwalled("none"), room, python="/bin/false")
    with pytest.raises(ProbeFailed, match="test"):
        probe(Unwalled("none"), room, python="/nowhere/python")


@bubblewrap
def test_a_network_is_there_only_if_given(wall: Wall, room: Room) -> None:
    given = Room("test", room.reads, room.writes, network=True, hidden=room.hidden)
    links = ("/bin/sh", "-c", "wc -l < /proc/net/dev")

    assert int(run(wall, room, *links).stdout) == 3
    assert int(run(wall, given, *links).stdout) >= 3
    assert probe(wall, given).breaches == ()


@bubblewrap
@pytest.mark.parametrize(
    ("reads", "hidden", "reason"),
    [
        (("nowhere",), (), "does not exist"),
        (("checkout",), ("checkout",), "both listed and `hidden`"),
        (("checkout",), ("checkout/later",), "does not exist yet"),
    ],
)
def test_a_room_that_can_not_be_kept_is_refused(
    reads: tuple[str, ...], hidden: tuple[str, ...], reason: str, wall: Wall, place: Path
) -> None:
    room = Room(
        "test", tuple(place / name for name in reads), (), hidden=tuple(place / n for n in hidden)
    )

    with pytest.raises(UnusableRoom, match=reason):
        wall.command(room, ["/bin/true"])


@as_root
def test_another_user_reaches_nothing_closed_and_gives_its_folder_back(open_place: Path) -> None:
    keys, work = open_place / "checkout/keys", open_place / "work"
    room = Room("test", (open_place / "checkout",), (work,), hidden=(keys,))
    wall = OtherUser(Path(str(SETPRIV)))

    done = run(wall, room, "/bin/sh", "-c", f"echo mine > {work}/new; cat {keys}/gate")

    assert "Permission denied" in done.stderr
    assert (work / "new").read_text() == "mine\n"
    assert (work.stat().st_uid, (work / "new").stat().st_uid) == (os.geteuid(), os.geteuid())
    tried = probe(wall, room, python=SYSTEM_PYTHON)
    # It hides no network, and no abstract sockets.
    assert {found.what for found in tried.breaches} == {"connected"}


@as_root
def test_another_user_is_refused_what_is_open_to_all(open_place: Path) -> None:
    keys = open_place / "checkout/keys"
    keys.chmod(0o755)
    wall = OtherUser(Path(str(SETPRIV)))

    with pytest.raises(UnusableRoom, match=r"can read .*keys of `hidden`; run: chmod 0700"):
        wall.command(Room("test", (), (), hidden=(keys,)), ["/bin/true"])


@as_root
def test_another_user_is_refused_what_it_can_not_read(open_place: Path) -> None:
    wall = OtherUser(Path(str(SETPRIV)))

    with pytest.raises(UnusableRoom, match="can't read"):
        wall.command(Room("test", (open_place / "checkout/keys",), ()), ["/bin/true"])


@as_root
def test_links_out_of_a_lent_folder_are_not_given_away(open_place: Path) -> None:
    gate = open_place / "checkout/keys/gate"
    (open_place / "work/link").symlink_to(gate)
    room = Room("test", (), (open_place / "work",))

    with OtherUser(Path(str(SETPRIV))).opened(room):
        assert gate.stat().st_uid == os.geteuid()


def until(holds: "object", seconds: float = 10) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < ends
        time.sleep(0.02)


def is_there(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def end(running: "subprocess.Popen[bytes]") -> None:
    """End what this test started, from the inside."""
    for pid in reversed(processes_inside(running.pid)):
        os.kill(pid, signal.SIGKILL)
    running.wait()
