"""What can go wrong in this package.

WallsError
|-- UnusableRoom   a room names what can't be given to it, or can't be kept from it
`-- ProbeFailed    the probe could not be run inside the room, so nothing is known
"""


class WallsError(Exception):
    """Base of every error of this package."""


class UnusableRoom(WallsError):
    """A room can't be built as it is described."""

    def __init__(self, room: str, reason: str) -> None:
        self.room = room
        self.reason = reason
        super().__init__(f"the room {room!r} can't be entered: {reason}")


class ProbeFailed(WallsError):
    """The probe of a room did not answer: whether its wall stands is unknown."""

    def __init__(self, room: str, reason: str) -> None:
        self.room = room
        self.reason = reason
        super().__init__(f"the wall of the room {room!r} could not be tried: {reason}")
