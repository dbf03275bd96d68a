"""What another service says of its rooms is read strictly: anything else is not known."""

import json
from pathlib import Path

import pytest

from delivery.rooms.tried_walls import TriedRoom
from delivery.rooms.try_rooms import rooms_tried_by

ROOM = {
    "room": "service-staging", "wall": "bubblewrap", "attempts": 9, "breaches": ["read: /key"],
    "missing": "", "failure": "",
}  # fmt: skip


def tried(folder: Path, says: str) -> list[TriedRoom]:
    launcher = folder / "plinth"
    launcher.write_text(f"#!/bin/sh\n{says}\n")
    launcher.chmod(0o755)
    return rooms_tried_by(launcher, ("host", "walls", "staging"), unknown="service-staging")


def test_what_was_tried_is_told_as_it_is(tmp_path: Path) -> None:
    found = tried(tmp_path, f"echo '{json.dumps([ROOM])}'")

    assert found == [TriedRoom("service-staging", "bubblewrap", 9, ("read: /key",))]


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("echo broken >&2; exit 2", "host walls ended with exit code 2: broken"),
        ("echo no JSON", "host walls can't be read"),
        ("echo '[]'", "host walls tried no room"),
        (f"echo '{json.dumps([ROOM | {'attempts': 'many'}])}'", "host walls can't be read"),
        (f"echo '{json.dumps([ROOM | {'stands': True}])}'", "host walls can't be read"),
        ("echo '{}'", "host walls can't be read"),
    ],
)
def test_what_can_not_be_read_is_not_known(tmp_path: Path, says: str, told: str) -> None:
    (found,) = tried(tmp_path, says)

    assert (found.room, found.state, found.breaches) == ("service-staging", "unknown", ())
    assert found.failure.startswith(told)


def test_without_a_launcher_nothing_is_known(tmp_path: Path) -> None:
    (found,) = rooms_tried_by(tmp_path / "gone", ("box", "walls"), unknown="box")

    assert (found.room, found.state) == ("box", "unknown")
