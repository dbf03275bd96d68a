"""What tests of the repository itself share; and the rule that CI skips nothing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IN_CI = os.environ.get("CI") == "true"  # noqa: TID251 - CI says so there and nowhere else


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a check that did not run is a check that failed; hooks act on all tests of a run."""
    if IN_CI and _skipped(session.config) and session.exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names every skipped check at the very end, where nobody overlooks it."""
    skipped = _skipped(terminalreporter.config)
    if not skipped:
        return
    verdict = "which fails here: CI=true" if IN_CI else "install what is named to run them"
    terminalreporter.section(f"{len(skipped)} NOT CHECKED, {verdict}", sep="!", red=True)
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.write_line(f"{report.nodeid}: {reason}")


def _skipped(config: pytest.Config) -> list[pytest.TestReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return list(reporter.stats.get("skipped", [])) if reporter else []


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
    for folder in ("libs", "services", "bin", "requirements"):
        shutil.copytree(root / folder, copy / folder, ignore=ignore)
    for file in ("pyproject.toml", "Makefile"):
        shutil.copy(root / file, copy / file)
    return copy
