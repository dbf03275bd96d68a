"""A socket outside of a room, the keeper's for one, takes no connection from inside."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.users import IS_ROOT, SETPRIV

from walls import OtherUser, Room, UnusableRoom, Unwalled, find_wall, try_room

bubblewrap = pytest.mark.skipif(find_wall().name != "bubblewrap", reason="no bubblewrap here")
as_root = pytest.mark.skipif(not IS_ROOT, reason="not root here")
PYTHON = "/usr/bin/python3"


@pytest.fixture
def keeper(place: Path) -> Iterator[Path]:
    """A socket that listens, in a folder that the room lists."""
    path = place / "checkout/src/keeper.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(8)
        path.chmod(0o666)
        yield path


def with_hidden(room: Room, path: Path) -> Room:
    """The same room, with one more path that must be out of reach."""
    return replace(room, hidden=(*room.hidden, path))


@bubblewrap
def test_a_socket_elsewhere_is_out_of_reach(room: Room, place: Path) -> None:
    path = place / "keeper.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        tried = try_room(find_wall(), room, python=PYTHON, sockets=[str(path)])

    assert (tried.breaches, tried.failure) == ((), "")


@bubblewrap
@pytest.mark.parametrize("network", [False, True])
def test_a_socket_in_a_listed_folder_is_covered_where_it_is_hidden(
    room: Room, keeper: Path, *, network: bool
) -> None:
    hidden = replace(with_hidden(room, keeper), network=network)

    tried = try_room(find_wall(), hidden, python=PYTHON, sockets=[str(keeper)])

    assert (tried.breaches, tried.failure) == ((), "")


@bubblewrap
def test_a_socket_in_a_listed_folder_that_is_not_hidden_is_a_breach(
    room: Room, keeper: Path
) -> None:
    tried = try_room(find_wall(), room, python=PYTHON, sockets=[str(keeper)])

    assert tried.breaches == (f"connected: {keeper}",)


@bubblewrap
def test_a_socket_that_is_not_there_yet_closes_a_room_that_lists_its_folder(
    room: Room, place: Path
) -> None:
    absent = place / "checkout/src/keeper.sock"

    tried = try_room(find_wall(), with_hidden(room, absent), python=PYTHON)

    assert "keeper.sock of `hidden` does not exist yet" in tried.failure


@as_root
def test_another_user_is_given_no_room_from_which_the_socket_can_be_reached(
    open_place: Path,
) -> None:
    wall, folder = OtherUser(Path(str(SETPRIV))), open_place / "run"
    path, work = folder / "keeper.sock", open_place / "work"
    folder.mkdir(mode=0o755)
    room = Room("test", reads=(open_place / "checkout/src",), writes=(work,), hidden=(path,))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        path.chmod(0o666)
        with pytest.raises(UnusableRoom, match=r"can read .*keeper\.sock of `hidden`"):
            wall.command(room, [PYTHON])
        folder.chmod(0o750)
        tried = try_room(wall, room, python=PYTHON, sockets=[str(path)])

    assert tried.failure == ""
    assert f"connected: {path}" not in tried.breaches


def test_without_a_wall_the_socket_is_reached_and_that_is_said(room: Room, keeper: Path) -> None:
    tried = try_room(Unwalled("a reason"), room, python=PYTHON, sockets=[str(keeper)])

    assert f"connected: {keeper}" in tried.breaches
