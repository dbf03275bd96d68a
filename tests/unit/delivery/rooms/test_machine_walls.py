"""What deploy and judge say of this machine's walls, and which rooms a deploy hears have none."""

import os
import shutil
from pathlib import Path

import pytest

from delivery.rooms import standing_walls as walls
from delivery.rooms.standing_walls import machine_line, missing_walls
from delivery.rooms.tried_walls import TriedRoom
from delivery.settings import Settings
from walls import Bubblewrap, OtherUser, Unwalled

NONE = Unwalled("bubblewrap: bwrap is not on PATH (fix: apt-get install bubblewrap)")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    paths = ("root", "model_store", "public_key", "gate_key", "gate_signers")
    more = ("reproduction_signers", "evidence", "policies", "releases")
    return Settings(**{name: tmp_path / name for name in (*paths, *more)})


def test_without_a_wall_the_line_says_so_and_each_room_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walls, "find_wall", lambda: NONE)

    assert machine_line(settings) == (
        "walls: none, code that nobody approves can reach every key here: " + NONE.missing
    )
    assert missing_walls(settings) == dict.fromkeys(
        ("training", "registry", "measuring"), NONE.missing
    )


def test_with_bubblewrap_no_room_is_without_a_wall(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walls, "find_wall", lambda: Bubblewrap(Path("/usr/bin/bwrap")))

    assert (
        machine_line(settings) == "walls: bubblewrap (`bin/plinth delivery walls` tries each room)"
    )
    assert missing_walls(settings) == {}


def test_the_line_names_the_keeper_that_holds_keys_and_log(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walls, "find_wall", lambda: Bubblewrap(Path("/usr/bin/bwrap")))
    kept = settings.model_copy(update={"keeper": Path("/run/plinth/keeper.sock")})

    assert machine_line(kept).endswith(
        "; keys and log are with the keeper at /run/plinth/keeper.sock"
    )


def test_an_empty_variable_is_no_keeper(settings: Settings) -> None:
    assert Settings(**settings.model_dump() | {"keeper": ""}).keeper is None


def test_on_aws_the_line_says_that_services_are_containers(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walls, "find_wall", lambda: NONE)
    there = settings.model_copy(update={"target": "aws"})

    assert machine_line(there).endswith("each task on AWS is a container of its own, and no wall "
                                        "of this machine's")  # fmt: skip
    assert set(missing_walls(there)) == {"training", "registry", "measuring"}


def tried(room: str, missing: str = "", failure: str = "") -> TriedRoom:
    return TriedRoom(room, "user", 1, (), missing, failure)


@pytest.mark.parametrize(
    ("rooms", "reason"),
    [
        ([tried("measuring")], None),
        ([tried("measuring", missing="a closed folder")], "a closed folder"),
        ([tried("measuring", failure="it ended with 1")], "it ended with 1"),
        ([tried("measured")], "the gate said nothing of it: see `bin/plinth gate walls`"),
        ([], "the gate said nothing of it: see `bin/plinth gate walls`"),
    ],
)
def test_measuring_has_a_wall_only_where_the_gate_says_so_of_a_room_of_that_name(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, rooms: list[TriedRoom], reason: str | None
) -> None:
    monkeypatch.setattr(walls, "find_wall", lambda: OtherUser(Path("/usr/bin/setpriv")))
    monkeypatch.setattr(walls, "rooms_tried_by", lambda *_, **__: rooms)
    monkeypatch.setattr("delivery.rooms.try_rooms.rooms_here", lambda *_: ())

    assert missing_walls(settings).get("measuring") == reason


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="only root becomes another user"
)
def test_a_room_that_another_user_can_not_be_given_has_no_wall(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here no room of training can be made at all: its variables are not set."""
    user = OtherUser(Path(str(shutil.which("setpriv"))))
    monkeypatch.setattr(walls, "find_wall", lambda: user)

    assert {"training", "registry"} <= set(missing_walls(settings))
