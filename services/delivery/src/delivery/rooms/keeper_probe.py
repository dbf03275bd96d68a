"""Tries the keeper from the user of those who ask it: what must fail for them, and does it?"""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, get_args

from artifacts.errors import KeeperFailed
from artifacts.keeper import ask_keeper
from artifacts.records.keeper import KeeperAbout, KeeperRequest, KeyName
from artifacts.statements import Namespace
from delivery.rooms.tried_walls import TriedRoom

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
    foreign = tuple(_foreign(about))
    breaches = (
        *(f"read: {path}" for path in keys if _reads(path)),
        *(f"written: {path}" for path in files if _writes(path)),
        *(f"written: {path}" for path in (*folders, socket.parent) if _creates(path)),
        *(f"signed: {key} in {name}" for key, name in foreign if _signs(socket, key, name)),
    )
    attempts = len(keys) + len(files) + len(folders) + 1 + len(foreign)
    return TriedRoom(ROOM, _WALL, attempts, breaches)


def _foreign(about: KeeperAbout) -> Iterator[tuple[KeyName, Namespace]]:
    for key in about.keys:
        for namespace in get_args(Namespace):
            if namespace not in about.namespaces.get(key, ()) or namespace == "plinth-audit":
                yield key, namespace


def _reads(path: Path) -> bool:
    with suppress(OSError), path.open("rb"):
        return True
    return False


def _writes(path: Path) -> bool:
    with suppress(OSError), path.open("r+b"):
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
