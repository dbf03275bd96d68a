"""Rooms that other services make: each tries its own, and says as JSON what that showed."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from artifacts.errors import UnreadableRecord
from artifacts.records.record import parse_json
from artifacts.text import plain
from delivery.rooms.tried_walls import TriedRoom

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
