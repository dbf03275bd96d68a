"""The first line of a command names the wall that its code really gets, not the machine's best."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.training_rooms import rooms_of

from gate import rooms as gating
from gate.measuring_room import standing_wall
from gate.settings import Settings
from walls.user import OtherUser

SETPRIV = shutil.which("setpriv")
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or SETPRIV is None, reason="only root becomes another user, by setpriv"
)


@pytest.fixture
def user() -> OtherUser:
    return OtherUser(Path(str(SETPRIV)))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "gate").write_text("a key")
    (tmp_path / "gate").chmod(0o600)
    paths = ("root", "model_store", "public_key", "gate_key", "gate_signers")
    more = ("reproduction_signers", "evidence", "policies", "releases")
    return Settings(**{name: tmp_path / name.removesuffix("_key") for name in (*paths, *more)})


def test_where_another_user_can_not_be_given_the_room_the_gate_says_that_there_is_no_wall(
    user: OtherUser, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gating, "find_wall", lambda: user)
    photos = tmp_path / "photos"
    photos.mkdir(mode=0o700)
    line = gating.measuring_line(settings, photos)
    assert line.startswith("measuring: no wall keeps models from this machine's keys: user: ")
    assert f"can't read {photos}" in line or "can't read" in line
    assert standing_wall(user, (photos,), ()).name == "none"


def test_a_key_that_is_open_to_all_leaves_no_wall_and_that_is_said(
    user: OtherUser, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gating, "find_wall", lambda: user)
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        key = Path(name, "gate")
        key.write_text("a key")
        key.chmod(0o644)
        line = gating.measuring_line(settings.model_copy(update={"gate_key": key}))
    assert "no wall keeps models" in line


def test_photos_that_another_user_can_read_all_the_same_are_named(user: OtherUser) -> None:
    with TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        store = root / "data/photos"
        store.mkdir(parents=True)
        rooms = rooms_of(root, user)
        assert rooms.shown_photos() == (store,)
        store.chmod(0o700)
        assert rooms.shown_photos() == ()
        assert replace(rooms, wall=None).shown_photos() == ()
