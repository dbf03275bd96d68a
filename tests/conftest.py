"""Puts tests/ on the path for `support`, parts tests between processes, skips nothing in CI."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
IN_CI = os.environ.get("CI") == "true"  # noqa: TID251 - CI says so there and nowhere else


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a check that did not run is a check that failed."""
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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep in one process what shares costly fixtures: a file's tests, and all of e2e."""
    for item in items:
        group = "e2e" if "e2e" in item.path.parts else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
