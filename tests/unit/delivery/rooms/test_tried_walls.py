"""A room's state is one word, and the worst of them says how the command ends."""

import pytest

from delivery.rooms.tried_walls import TriedRoom, walls_exit, walls_table

STANDS = TriedRoom("training", "bubblewrap", 9, ())
BREACHED = TriedRoom("training", "user", 9, ("connected: 127.0.0.1:1",))
MISSING = TriedRoom("training", "none", 9, ("read: /key",), "bwrap is not on PATH")
UNKNOWN = TriedRoom("training", "bubblewrap", 0, (), "", "it could not be tried")


@pytest.mark.parametrize(
    ("tried", "code"),
    [
        ((STANDS,), 0),
        ((STANDS, BREACHED), 1),
        ((STANDS, MISSING), 1),
        ((BREACHED, UNKNOWN), 1),
        ((MISSING, UNKNOWN), 1),
        ((STANDS, UNKNOWN), 2),
        ((UNKNOWN,), 2),
        ((), 2),
    ],
)
def test_the_worst_room_says_how_it_ends(tried: tuple[TriedRoom, ...], code: int) -> None:
    assert walls_exit(tried) == code


def test_a_table_names_each_room_and_what_succeeded_in_it() -> None:
    lines = walls_table((STANDS, BREACHED, MISSING, UNKNOWN)).splitlines()

    assert [line.split()[0] for line in lines if not line.startswith(" ")] == [
        "stands", "breached", "missing", "unknown",
    ]  # fmt: skip
    assert "9 attempts, none succeeded inside" in lines[0]
    assert "9 attempts, 1 succeeded inside" in lines[1]
    assert "connected: 127.0.0.1:1" in lines[2]
    assert "bwrap is not on PATH" in lines[4]


def test_a_long_list_is_cut_and_a_thing_read_through_many_processes_stands_once() -> None:
    same = tuple(f"read: /proc/{number}/root/key" for number in range(50))
    many = tuple(f"read: /key{number}" for number in range(30))

    lines = walls_table([TriedRoom("box", "user", 90, (*same, *many))]).splitlines()

    assert "90 attempts, 31 succeeded inside" in lines[0]
    assert lines[1].strip() == f"read: /proc/{'*'}/root/key"
    assert (len(lines), lines[-1].strip()) == (22, "and 11 more")
