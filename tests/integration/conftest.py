"""Worlds to trace predictions in, made once."""

from collections.abc import Callable
from pathlib import Path

import pytest
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
