"""Worlds to trace predictions and to judge changes in, made once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support import change_world
from support.attacks import APPROVED, HALF, MAIN, PROMOTED
from support.traced_world import Parts, World, make_parts


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """What worlds share."""
    return make_parts(tmp_path_factory.mktemp("parts"))


@pytest.fixture(scope="session")
def whole(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world in which nothing is wrong; tests copy it."""
    return World(tmp_path_factory.mktemp("whole") / "world", parts)


@pytest.fixture
def build(parts: Parts, whole: World, tmp_path: Path) -> Callable[..., World]:
    """Build a world, spoilt or whole."""

    def build(**changes: object) -> World:
        root = tmp_path / "world"
        return World(root, parts, **changes) if changes else whole.copied(root)

    return build


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> change_world.World:
    """A repository with people, keys and a first release; tests copy it."""
    return change_world.make_world(tmp_path_factory.mktemp("template") / "world")


@pytest.fixture
def world(template: change_world.World, tmp_path: Path) -> change_world.World:
    """A copy of it, to change and judge."""
    return change_world.copy_of(template, tmp_path / "world")


@pytest.fixture(scope="session")
def starts(
    template: change_world.World, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, change_world.World]:
    """Worlds that attacks begin from: main, and a promotion with no, one and two approvals."""
    folder = tmp_path_factory.mktemp("worlds")
    found = {MAIN: template}
    for start, before in ((PROMOTED, MAIN), (HALF, PROMOTED), (APPROVED, HALF)):
        world = found[start] = change_world.copy_of(found[before], folder / start)
        if start == PROMOTED:
            world.promote()
        else:
            world.approve("ada" if start == HALF else "bo")
    return found
