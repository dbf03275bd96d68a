"""Parity runs code that nobody approved: it says which wall its doors get, and they are tried."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.checkout_settings import SETTINGS
from support.gate_checkout import run
from support.users import IS_ROOT, SETPRIV

from gate import rooms as gating
from gate.rooms import parity_line
from gate.settings import Settings
from walls import Bubblewrap, OtherUser, Unwalled

NONE = Unwalled("bubblewrap: bwrap is not on PATH (fix: apt-get install bubblewrap)")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A checkout whose services have an environment of one empty folder."""
    (tmp_path / "root/bin").mkdir(parents=True)
    (tmp_path / "environment").mkdir()
    named = tmp_path / "root/bin/environment"
    named.write_text(f"#!/bin/sh\necho {tmp_path}/environment\n")
    named.chmod(0o755)
    paths = ("root", "model_store", "public_key", "gate_key", "gate_signers")
    more = ("reproduction_signers", "evidence", "policies", "releases")
    return Settings(**{name: tmp_path / name for name in (*paths, *more)})


def test_behind_bubblewrap_the_line_names_the_wall_of_the_doors(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gating, "find_wall", lambda: Bubblewrap(Path("/usr/bin/bwrap")))

    line = parity_line(settings, Path("model"), ())

    assert line == "parity: training, batch and http each in a room without keys, behind bubblewrap"


def test_without_a_wall_the_line_says_so_and_how_to_get_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gating, "find_wall", lambda: NONE)

    line = parity_line(settings, Path("model"), ())

    assert line == (
        f"parity: no wall keeps the doors' code from this machine's keys: {NONE.missing}"
    )


@pytest.mark.skipif(not IS_ROOT, reason="only root becomes another user, by setpriv")
def test_where_another_user_can_not_read_the_photos_the_line_says_that_there_is_no_wall(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = OtherUser(Path(str(SETPRIV)))
    for module in ("gate.doors", "gate.rooms"):
        monkeypatch.setattr(f"{module}.find_wall", lambda: user)
    with TemporaryDirectory() as name:
        photos = Path(name)
        photos.chmod(0o700)

        line = parity_line(settings, Path("model"), (photos / "a.jpg",))

    assert line.startswith("parity: no wall keeps the doors' code from this machine's keys: user: ")


@pytest.mark.skipif(not IS_ROOT, reason="only root becomes another user, by setpriv")
def test_a_service_without_an_environment_has_no_room_and_so_no_wall(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gating, "find_wall", lambda: OtherUser(Path(str(SETPRIV))))
    (settings.root / "bin/environment").write_text("#!/bin/sh\nexit 1\n")

    line = parity_line(settings, Path("model"), ())

    assert line.startswith("parity: no wall keeps the doors' code")


def test_the_command_says_it_before_a_door_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"PLINTH_{name}", value if name == "JOBS" else str(tmp_path / value))
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"a photo")
    monkeypatch.setattr(gating, "find_wall", lambda: NONE)

    assert run(monkeypatch, "parity", photo, "--model", tmp_path / "no model") == 2

    assert "parity: no wall keeps the doors' code" in capsys.readouterr().out
