"""Tries the walls of this machine: delivery's rooms, those of other services, the keeper."""

import os
import secrets
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from artifacts.errors import KeeperFailed, UnreadableRecord
from artifacts.keeper import ask_keeper
from artifacts.policies.tiers import RoomName
from artifacts.records.keeper import KeeperRequest, KeyName
from artifacts.records.record import parse_json
from artifacts.ssh_signatures import Namespace
from artifacts.text import plain
from delivery.errors import TrainingFailed
from delivery.rooms.training_rooms import TrainingRooms, make_training_rooms
from delivery.settings import Settings
from walls import Room, TriedRoom, UnusableRoom, find_wall, try_room

NO_ROOM: Final = (TrainingFailed, UnusableRoom, KeyError, OSError)
"""Why a room can't be made: a variable that is not set is a KeyError."""


@dataclass(frozen=True)
class RoomHere:
    """A room for training's code, under the word that the policy has for it."""

    name: str
    policy: RoomName
    make: Callable[[], Room]
    rooms: TrainingRooms
    sockets: tuple[str, ...]
    """Sockets that it must not reach: the keeper's."""

    def missing(self) -> str:
        """Why it has no wall, or can't be made at all; nothing where a wall stands."""
        try:
            return self.rooms.standing(self.make()).missing
        except NO_ROOM as exc:
            return f"{type(exc).__name__}: {exc}"

    def tried(self) -> TriedRoom:
        """Enter it and attempt what must fail there."""
        try:
            room = self.make()
            wall, python = self.rooms.standing(room), self.rooms.python
        except NO_ROOM as exc:
            why = f"{type(exc).__name__}: {exc}"
            return TriedRoom(self.name, find_wall().name, 0, (), "", why)
        return try_room(wall, room, python=python, sockets=self.sockets)


def rooms_here(settings: Settings, folder: Path) -> Iterator[RoomHere]:
    """Give the rooms that delivery itself makes, over empty folders within `folder`."""
    rooms = make_training_rooms(settings)
    keeper = (str(settings.keeper.absolute()),) if settings.keeper else ()
    work, exchange, seen, keys = (folder / word for word in ("work", "exchange", "seen", "keys"))
    for place in (work, exchange, seen, keys):
        place.mkdir()
    made: tuple[tuple[str, RoomName, Callable[[], Room]], ...] = (
        ("training", "training", lambda: rooms.training(work, exchange, seen, keys)),
        ("reproduction", "training", lambda: rooms.reproduction(seen, exchange)),
        ("registry", "registry", lambda: rooms.registry(exchange=exchange)),
    )
    for name, policy, make in made:
        yield RoomHere(name, policy, make, rooms, keeper)


TIMEOUT_SECONDS: Final = 300
_LAST_WORDS: Final = 600


class _Tried(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    room: str
    wall: str
    attempts: int
    breaches: list[str]
    missing: str
    failure: str


_LIST: Final = TypeAdapter(list[_Tried])


def rooms_tried_by(launcher: Path, words: Sequence[str], *, unknown: str) -> list[TriedRoom]:
    """Run `<launcher> WORDS...` and return what it tried; one room `unknown` where it can't say."""

    def nothing(reason: str) -> list[TriedRoom]:
        return [TriedRoom(unknown, "unknown", 0, (), "", plain(reason, _LAST_WORDS))]

    try:
        done = subprocess.run(  # noqa: S603 - the project's own launcher, no shell
            [str(launcher), *words],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        return nothing(str(exc))
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())[-_LAST_WORDS:]
        return nothing(f"{' '.join(words[:2])} ended with exit code {done.returncode}: {said}")
    try:
        found = _LIST.validate_python(parse_json(done.stdout, "what it says"))
    except (UnreadableRecord, ValidationError) as exc:
        return nothing(f"{' '.join(words[:2])} can't be read: {exc}")
    if not found:
        return nothing(f"{' '.join(words[:2])} tried no room")
    return [
        TriedRoom(
            plain(one.room),
            plain(one.wall),
            one.attempts,
            tuple(one.breaches),
            one.missing,
            one.failure,
        )
        for one in found
    ]


ROOM: Final = "keeper"
_WALL: Final = "user"


def try_keeper(socket: Path, own_keys: Sequence[Path]) -> TriedRoom:
    """Attempt as this user what only the keeper may do, and return what succeeded.

    Keys are read, `own_keys` too: a key that was copied and not moved is still beside the judge.
    The log, its head and their folders are written; each key is asked for foreign namespaces.
    """
    try:
        answer = ask_keeper(socket, KeeperRequest(request="about"))
    except KeeperFailed as exc:
        return TriedRoom(ROOM, _WALL, 0, (), "", str(exc))
    about = answer.about
    if about is None:
        return TriedRoom(ROOM, _WALL, 0, (), "", f"{socket}: {answer.outcome}: {answer.reason}")
    if about.uid == os.geteuid():
        why = f"the keeper at {socket} runs as this user, {about.uid}: run it as another"
        return TriedRoom(ROOM, _WALL, 0, (), why)
    keys = (*map(Path, about.keys.values()), *own_keys)
    files = (Path(about.log), Path(about.head))
    folders = dict.fromkeys(path.parent for path in (*map(Path, about.keys.values()), *files))
    foreign = tuple(
        (key, namespace)
        for key in about.keys
        for namespace in get_args(Namespace)
        if namespace not in about.namespaces.get(key, ()) or namespace == "plinth-audit"
    )
    breaches = (
        *(f"read: {path}" for path in keys if _opens(path, "rb")),
        *(f"written: {path}" for path in files if _opens(path, "r+b")),
        *(f"written: {path}" for path in (*folders, socket.parent) if _creates(path)),
        *(f"signed: {key} in {name}" for key, name in foreign if _signs(socket, key, name)),
    )
    attempts = len(keys) + len(files) + len(folders) + 1 + len(foreign)
    return TriedRoom(ROOM, _WALL, attempts, breaches)


def _opens(path: Path, mode: str) -> bool:
    with suppress(OSError), path.open(mode):
        return True
    return False


def _creates(folder: Path) -> bool:
    trace = folder / f".keeper-probe-{secrets.token_hex(8)}"
    with suppress(OSError):
        trace.touch(exist_ok=False)
        trace.unlink()
        return True
    return False


def _signs(socket: Path, key: KeyName, namespace: Namespace) -> bool:
    asked = KeeperRequest(request="sign", key=key, namespace=namespace, size=1)
    return ask_keeper(socket, asked, b"x").signature is not None
