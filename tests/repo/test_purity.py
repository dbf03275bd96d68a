"""What import contracts can't see of input and output in features and the domains."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
(DECIDING,) = (
    one["source_modules"]
    for one in TOOLS["importlinter"]["contracts"]
    if one["id"] == "deciding-is-pure"
)
PURE = ("features", *DECIDING)
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


def files_of(module: str) -> list[Path]:
    """Every file of a module or a package, named as import-linter names it."""
    package = module.partition(".")[0]
    (source,) = (*ROOT.glob(f"*/*/src/{package}"), *ROOT.glob(f"*/src/{package}"))
    path = source.parent / module.removesuffix(".**").replace(".", "/")
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


@pytest.mark.parametrize("module", PURE)
def test_pure_code_touches_no_file_terminal_or_clock(module: str, root: Path) -> None:
    sources = files_of(module)

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
