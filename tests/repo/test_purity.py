"""What import contracts can't see of input and output in features and the domains."""

import ast
from pathlib import Path

import pytest

PURE = (
    "libs/features/src/features",
    "services/training/src/training/domain",
    "services/training/src/training/models",
    "services/inference/src/inference/domain",
    "services/inference/src/inference/models",
    "services/delivery/src/delivery/domain",
    "services/box/src/box/domain",
    "services/host/src/host/domain",
    "services/cloud/src/cloud/domain",
)
CALLS = {"open", "print", "input", "exec", "eval", "__import__"}


def impurities(source: str) -> list[str]:
    """Built-ins that reach outside, and imports that do more than name a type."""
    nodes = list(ast.walk(ast.parse(source)))
    calls = [
        node.func.id
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS
    ]
    paths = [
        alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == "pathlib"
        for alias in node.names
        if not alias.name.startswith("Pure")
    ]
    modules = [
        alias.name
        for node in nodes
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name in {"pathlib", "random", "time"}
    ]
    folders = [
        alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == "artifacts.folder"
        for alias in node.names
        if alias.name != "ModelArtifact"
    ]
    return [*calls, *paths, *modules, *folders]


@pytest.mark.parametrize("folder", PURE)
def test_pure_code_touches_no_file_terminal_or_clock(folder: str, root: Path) -> None:
    sources = sorted((root / folder).rglob("*.py"))

    found = {str(path.relative_to(root)): impurities(path.read_text()) for path in sources}

    assert sources
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "source",
    [
        "open('a')",
        "print(1)",
        "from pathlib import Path",
        "import pathlib",
        "import time",
        "from artifacts.folder import open_artifact",
    ],
)
def test_an_impurity_is_found(source: str) -> None:
    assert impurities(source)


@pytest.mark.parametrize(
    "source", ["from pathlib import PurePosixPath", "from artifacts.folder import ModelArtifact"]
)
def test_a_type_that_does_nothing_is_allowed(source: str) -> None:
    assert impurities(source) == []
