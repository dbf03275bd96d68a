"""Tries a wall: enters the room and attempts everything that must not succeed there."""

import json
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from walls.room import ProbeFailed, Room, UnusableRoom, Wall
from walls.user import scratch_folder


def processes_inside(pid: int) -> tuple[int, ...]:
    """Return the processes that `pid` started, and those that they started, outermost first.

    Bubblewrap's own two come first (its monitor is `pid`); a signal to them reaches no command.
    """
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it ended meanwhile
        parent = int(text.rpartition(")")[2].split()[1])
        children.setdefault(parent, []).append(int(stat.parent.name))
    found: list[int] = []
    pending = [pid]
    while pending:
        below = sorted(children.get(pending.pop(0), []))
        found += below
        pending += below
    return tuple(found)


_SECONDS: Final = 60
_DYING_SECONDS: Final = 0.5
_INSIDE: Final = Path(__file__).with_name("inside.py")


@dataclass(frozen=True)
class Breach:
    """Something that succeeded inside a room and must not."""

    what: str
    target: str

    def __str__(self) -> str:
        return f"{self.what}: {self.target}"


@dataclass(frozen=True)
class Probe:
    """What trying a room's wall showed."""

    attempts: int
    breaches: tuple[Breach, ...]


@dataclass(frozen=True)
class TriedRoom:
    """What trying a room showed, in words: `failure` says why it could not be tried."""

    room: str
    wall: str
    attempts: int
    breaches: tuple[str, ...]
    missing: str = ""
    failure: str = ""

    @property
    def state(self) -> str:
        """One word: stands, missing, breached, or unknown where it could not be tried."""
        if self.failure:
            return "unknown"
        if self.missing:
            return "missing"
        return "breached" if self.breaches else "stands"


def try_room(
    wall: Wall,
    room: Room,
    *,
    python: str = sys.executable,
    beyond: Sequence[Path] = (),
    sockets: Sequence[str] = (),
) -> TriedRoom:
    """Enter a room, attempt there what must fail, and return what that showed, whatever it is.

    `beyond` are paths that must be out of reach, besides those that the room itself hides, and
    `sockets` (paths) must take no connection from inside.
    """
    try:
        found = probe(wall, room, python=python, beyond=beyond, sockets=sockets)
    except (ProbeFailed, UnusableRoom) as exc:
        return TriedRoom(room.name, wall.name, 0, (), "", str(exc))
    breaches = tuple(map(str, found.breaches))
    return TriedRoom(room.name, wall.name, found.attempts, breaches, wall.missing)


def probe(
    wall: Wall,
    room: Room,
    *,
    python: str = sys.executable,
    sockets: Sequence[str] = (),
    beyond: Sequence[Path] = (),
) -> Probe:
    """Return what a process inside the room could reach although it must not; ProbeFailed.

    It tries to read, list and write every hidden path and every one of `beyond`, to write every
    path of `reads`, to read variables and files through /proc of a process outside, to kill that
    process, and to connect to sockets outside: the probe's own and `sockets` (paths), and where the
    room has no network to abstract sockets (@name) and to a port of this machine's loopback.
    """
    with _outside() as outside:
        ports = [] if room.network else [outside.port]
        hidden = [*map(str, (*room.hidden, *beyond)), str(outside.marked.parent)]
        # A network brings its loopback and its abstract sockets with it.
        reached = [at for at in (*outside.sockets, *sockets) if not (room.network and at[0] == "@")]
        orders: dict[str, object] = {
            "hidden": hidden,
            "reads": [str(path) for path in room.reads],
            "marker": outside.marker,
            "marked": str(outside.marked),
            "sockets": reached,
            "ports": ports,
            "processes": [outside.bystander.pid],
            "shared_processes": wall.name != "bubblewrap",
            "variables": [*room.variables(""), "LC_CTYPE", "PWD"],
        }
        found = _answers(wall, room, python, orders, outside.marker)
        # Who was killed on a busy machine takes a moment to die: a breach must not be missed.
        with suppress(subprocess.TimeoutExpired):
            outside.bystander.wait(_DYING_SECONDS)
        if outside.bystander.poll() is not None:
            found.append(Breach("killed", f"process {outside.bystander.pid} outside"))
    # A path is read, listed and written; a process is read, looked through and killed.
    attempts = 3 * len(hidden) + len(room.reads) + len(reached) + len(ports) + 4
    return Probe(attempts, tuple(found))


def _answers(
    wall: Wall, room: Room, python: str, orders: dict[str, object], marker: str
) -> list[Breach]:
    argv = [python, "-I", "-S", "-c", _INSIDE.read_text(encoding="utf-8")]
    try:
        with wall.opened(room):
            done = subprocess.run(  # noqa: S603 - the probe of this package, no shell
                # A variable of whoever starts a room must not be found in it either.
                ["/usr/bin/env", f"MARKER={marker}", *wall.command(room, argv)],
                input=json.dumps(orders),
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=_SECONDS,
            )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise ProbeFailed(room.name, str(exc)) from exc
    try:
        return [Breach(str(what), str(target)) for what, target in json.loads(done.stdout)]
    except ValueError as exc:
        raise ProbeFailed(room.name, done.stderr.strip()[-300:] or str(exc)) from exc


@dataclass(frozen=True)
class _Outside:
    """What lies outside for a probe to reach: nothing of it is anybody's."""

    marker: str
    marked: Path
    bystander: "subprocess.Popen[bytes]"
    sockets: tuple[str, ...]
    port: int


@contextmanager
def _outside() -> Iterator[_Outside]:
    marker = secrets.token_hex(16)
    with ExitStack() as held:
        scratch = Path(held.enter_context(scratch_folder()))
        private = scratch / "private"
        private.mkdir(mode=0o700)
        (private / "marked").write_text(marker, encoding="utf-8")
        bystander = subprocess.Popen(["/bin/sleep", "600"], env={"MARKER": marker})
        held.callback(bystander.wait)
        held.callback(bystander.kill)
        names = (str(private / "socket"), f"@plinth-walls-{marker}")
        for name in names:
            server = held.enter_context(socket.socket(socket.AF_UNIX))
            server.bind("\0" + name[1:] if name.startswith("@") else name)
            server.listen()
        loopback = held.enter_context(socket.socket(socket.AF_INET))
        loopback.bind(("127.0.0.1", 0))
        loopback.listen()
        port = loopback.getsockname()[1]
        yield _Outside(marker, private / "marked", bystander, names, port)
