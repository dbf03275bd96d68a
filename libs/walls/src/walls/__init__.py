"""Rooms: a command runs where it can reach only what is listed, and `probe` tries the wall."""

from walls.bubblewrap import Bubblewrap
from walls.finding import find_wall
from walls.room import ProbeFailed, Room, UnusableRoom, Unwalled, Wall, WallsError
from walls.trying import Breach, Probe, TriedRoom, probe, processes_inside, try_room
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
