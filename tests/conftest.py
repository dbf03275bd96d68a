"""Puts tests/ on the path for `support`, parts tests between processes, skips nothing in CI."""

import gc
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
# Tests start hundreds of Pythons. Where an image forbids bytecode, each would compile its imports.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # noqa: TID251 - the tests' own, as CI below
# What a test writes need not outlive the machine: nothing waits for the disk.
os.fsync = lambda _: None
from support.reading import Reading  # noqa: E402 - found by the path above

READING = Reading()
sys.addaudithook(READING)
IN_CI = os.environ.get("CI") == "true"  # noqa: TID251 - CI says so there and nowhere else


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what was collected here, for it stays to the end."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Hold a test file that says what it reads to that."""
    own = getattr(getattr(item, "module", None), "READS", None)
    if own is None:
        return (yield)
    shared = [name for name in sys.modules if name.startswith("support.") or "conftest" in name]
    reads = [path for name in shared for path in getattr(sys.modules[name], "READS", ())]
    with READING.only((*own, *reads)) as strays:
        result = yield
    assert not strays, f"READS of {item.path.name} lacks {sorted(strays)}"
    return result


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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Three processes for two cores: for a third of their time tests wait for what they started.

    Tests of real deploys count requests that a busy machine would lose: one for each core.
    """
    cores = os.cpu_count() or 1
    return cores if config.option.markexpr == "machine" else max(1, cores * 3 // 2)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep in one process what shares costly fixtures: a file's tests, and all of e2e.

    xdist's own groups do nothing with pytest 9.2: they rename tests in a way that it ignores.
    """
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415 - isolation runs lack xdist

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "e2e" if nodeid.startswith("tests/e2e/") else super()._split_scope(nodeid)

    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None
