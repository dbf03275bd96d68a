"""Rooms: a command runs where it can reach only what is listed, and `probe` tries the wall."""

from walls.bubblewrap import Bubblewrap
from walls.errors import ProbeFailed, UnusableRoom, WallsError
from walls.finding import find_wall
from walls.processes import processes_inside
from walls.room import Room, Wall
from walls.trying import Breach, Probe, TriedRoom, probe, try_room
from walls.unwalled import Unwalled
from walls.user import OtherUser

__all__ = [
    "Breach",
    "Bubblewrap",
    "OtherUser",
    "Probe",
    "ProbeFailed",
    "Room",
    "TriedRoom",
    "UnusableRoom",
    "Unwalled",
    "Wall",
    "WallsError",
    "find_wall",
    "probe",
    "processes_inside",
    "try_room",
]
