"""Which walls stand around the code that nobody approves: tried, room by room."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from delivery.bootstrap.retraining import make_rooms
from delivery.domain.text import plain
from delivery.domain.walls import TriedRoom
from delivery.errors import TrainingFailed
from delivery.settings import Settings
from walls import ProbeFailed, Room, UnusableRoom, find_wall, probe

_LINE: Final = 2000


def try_walls(settings: Settings) -> tuple[TriedRoom, ...]:
    """Enter each room of training and try there what must fail: reads, writes and connections."""
    rooms = make_rooms(settings)
    with TemporaryDirectory(prefix="plinth-walls-") as name:
        places = {word: Path(name) / word for word in ("work", "exchange", "candidate", "seen")}
        for place in places.values():
            place.mkdir()

        def described() -> Iterator[Room]:
            yield rooms.looking()
            yield rooms.training(places["work"], places["exchange"], places["seen"])
            yield rooms.reproduction(places["candidate"], places["seen"], places["exchange"])
            yield rooms.registry(exchange=places["exchange"])

        tried: list[TriedRoom] = []
        try:
            for room in described():
                wall = rooms.standing(room)
                found = probe(wall, room, python=rooms.python)
                breaches = tuple(map(str, found.breaches))
                tried.append(
                    TriedRoom(room.name, wall.name, found.attempts, breaches, wall.missing)
                )
        except (ProbeFailed, UnusableRoom, TrainingFailed) as exc:
            tried.append(TriedRoom("next room", find_wall().name, 0, (), "", str(exc)))
        return tuple(tried)


def wall_line(settings: Settings) -> str:
    """Return one line about the wall that training's code really gets here."""
    rooms = make_rooms(settings)
    wall = find_wall()
    if wall.name == "user":  # it stands around a room only where that user can be given the room
        wall = rooms.standing(rooms.looking())
    if wall.missing:
        return f"walls: none, code that nobody approves can reach every key here: {wall.missing}"
    line = f"walls: {wall.name} (`delivery walls` tries each room)"
    if shown := rooms.shown_photos():
        places = ", ".join(str(path) for path in shown)
        line += f"; training can read the holdout's photos in {places} (fix: chmod 0700 {shown[0]})"
    return plain(line, _LINE)
