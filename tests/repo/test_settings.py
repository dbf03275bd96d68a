"""Environment variables are read in settings.py only."""

import ast
from pathlib import Path

import pytest

READERS = {"environ", "environb", "getenv", "getenvb"}


def readings(source: str) -> list[int]:
    """Lines that reach for the environment, under whatever name os was imported."""
    tree = ast.parse(source)
    aliases = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == "os"
    }
    attributes = (
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in READERS
        and isinstance(node.value, ast.Name)
        and node.value.id in aliases
    )
    names = (
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "os"
        if READERS & {alias.name for alias in node.names}
    )
    return [*attributes, *names]


def test_only_settings_read_environment_variables(
    root: Path, python_files: tuple[Path, ...]
) -> None:
    sources = [p for p in python_files if "src" in p.parts and p.name != "settings.py"]

    found = {str(path.relative_to(root)): readings(path.read_text()) for path in sources}

    assert sources
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_a_service_has_one_place_for_settings(root: Path) -> None:
    places = (*root.glob("*/*/src/**/settings.py"), *root.glob("*/src/**/settings.py"))

    assert sorted(path.relative_to(root).as_posix() for path in places) == [
        "rehearsal/src/rehearsal/settings.py",
        *(
            f"services/{name}/src/{name}/settings.py"
            for name in ("delivery", "gate", "inference", "training")
        ),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['A']",
        "import os as system\nsystem.getenv('A')",
        "from os import environ",
        "from os import getenv as read",
    ],
)
def test_every_way_to_read_the_environment_is_found(source: str) -> None:
    assert readings(source)


def test_a_variable_that_is_called_environ_is_not_the_environment() -> None:
    assert readings("environ = {}\nother.environ") == []
