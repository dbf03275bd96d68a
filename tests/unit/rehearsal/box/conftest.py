"""The world that tests of the box's stories play in."""

from pathlib import Path

import pytest
from support.box_world import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    found = World(tmp_path)
    monkeypatch.setattr("rehearsal.box.runner.detach", found.detach)
    return found
