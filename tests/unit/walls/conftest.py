"""A checkout with keys in it, a room that must not reach them, and the wall of this machine."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from walls import Bubblewrap, Room, Wall


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A checkout with keys in it, and a folder to work in."""
    for name in ("checkout/src", "checkout/keys", "work"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "checkout/src/code.py").write_text("code")
    (tmp_path / "checkout/keys/gate").write_text("the gate's key")
    (tmp_path / "checkout/keys").chmod(0o700)
    return tmp_path


@pytest.fixture
def room(place: Path) -> Room:
    """May read the checkout but not its keys."""
    keys = place / "checkout" / "keys"
    return Room("test", reads=(place / "checkout",), writes=(place / "work",), hidden=(keys,))


@pytest.fixture
def wall() -> Wall:
    """Bubblewrap of this machine."""
    return Bubblewrap(Path(str(shutil.which("bwrap"))))


@pytest.fixture
def open_place(place: Path) -> Iterator[Path]:
    """The place where another user can reach it: pytest closes its folders to others."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        shutil.copytree(place, name, dirs_exist_ok=True)
        Path(name).chmod(0o755)
        for folder in ("checkout", "checkout/src", "work"):
            (Path(name) / folder).chmod(0o755)
        (Path(name) / "checkout/keys").chmod(0o700)
        yield Path(name)
