"""What tests of the repository itself share."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def project_files(root: Path) -> tuple[Path, ...]:
    """Every file that is tracked or would be by `git add .`."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(words, cwd=root, capture_output=True, check=True, text=True).stdout
    paths = (root / name for name in listing.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@pytest.fixture(scope="session")
def python_files(project_files: tuple[Path, ...]) -> tuple[Path, ...]:
    """The Python files among them."""
    return tuple(path for path in project_files if path.suffix == ".py")


@pytest.fixture
def sources_copy(root: Path, tmp_path: Path) -> Path:
    """A copy of the packages and their rules, to plant violations in."""
    copy = tmp_path / "a copy"
    ignore = shutil.ignore_patterns("__pycache__")
    for folder in ("libs", "services", "rehearsal", "bin", "requirements"):
        shutil.copytree(root / folder, copy / folder, ignore=ignore)
    for file in ("pyproject.toml", "Makefile"):
        shutil.copy(root / file, copy / file)
    return copy
