"""One pytest session that forks: each child goes on from where pytest is about to collect tests.

Starting pytest and importing what tests need takes longer than the tests of one rule. So it is done
once, and a child has only to collect its tests, over its own copy of the files, and to run them.
"""

import gc
import json
import os
import re
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

LIMIT_SECONDS = 120
SLOW_SECONDS = 0.1
CHECKOUT = "checkout"
OPTIONS = (
    "--override-ini=addopts=--import-mode=importlib",
    "--disable-plugin-autoload",
    "--capture=no",
    "--exitfirst",
    # What these do at the end of a session takes longer than most tests.
    *("-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:faulthandler"),
    *("-p", "no:unraisableexception", "-p", "no:threadexception"),
)


@dataclass(frozen=True)
class Slot:
    """A private copy of the files, and room for what a run leaves behind."""

    root: Path

    @property
    def files(self) -> Path:
        """The copy."""
        return self.root / CHECKOUT

    @property
    def outcome(self) -> Path:
        """What the last run found, as JSON."""
        return self.root / "outcome.json"


@dataclass(frozen=True)
class Run:
    """What a child does: `prepare` first, and where that gives no answer these tests, in a slot.

    `left_out` is a word: tests with it in their names don't run. Tests in `first` run first, those
    in `last` last, and between them those first that have most words of `about` in their names.
    """

    slot: Slot
    tests: tuple[str, ...]
    prepare: Callable[[], str]
    left_out: str = ""
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a run found.

    The first test that failed or "", and what it said; how many tests ran, and
    which of them took long; and every module that was imported in the end.
    """

    failed: str = ""
    said: str = ""
    tests: int = 0
    slow: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


class _InChild(BaseException):
    """Takes a child from where it was forked back to where pytest collects tests."""

    def __init__(self, run: Run) -> None:
        self.run = run


def within(work: Callable[[], None], scratch: Path, config_file: Path) -> None:
    """Do work inside a pytest session, so that it may call `start`. Its exceptions come out."""
    session = _Session(work)
    empty = scratch / "no-tests"
    empty.mkdir()
    where = (f"--rootdir={scratch}", f"--config-file={config_file}", str(empty))
    pytest.main([*OPTIONS, *where], plugins=[session])
    if session.problem is not None:
        raise session.problem


def start(run: Run) -> int:
    """Fork a child that makes a run; return its process id at once, in the parent."""
    run.slot.outcome.unlink(missing_ok=True)
    if pid := os.fork():
        return pid
    raise _InChild(run)


def outcome_of(slot: Slot) -> Outcome | None:
    """Return what the last run in a slot found, or None where it came to no end."""
    if not slot.outcome.exists():
        return None
    return Outcome(**json.loads(slot.outcome.read_text(encoding="utf-8")))


class _Session:
    """The plugin: in the parent it does the work, in a child it watches tests."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.problem: Exception | None = None
        self._work = work
        self._run: Run | None = None
        self._failed = self._said = ""
        self._tests = 0
        self._slow: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool | None:
        """Do the work; a child comes back here and goes on to collect."""
        try:
            self._work()
        except _InChild as child:
            self._run = child.run
            self._enter(child.run, session.config)
            return None
        except Exception as problem:  # noqa: BLE001 - within() raises it again
            self.problem = problem
        return True

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave tests out, and put those first that are most likely to fail."""
        run = self._run
        if run is None:
            return
        rank = {name: i - len(run.first) for i, name in enumerate(run.first)}
        rank |= {name: 1 for name in run.last if name not in rank}
        kept = [item for item in items if not run.left_out or run.left_out not in item.name]
        about = _words(run.about)
        items[:] = sorted(
            kept,
            key=lambda item: (
                rank.get(_plain(item.nodeid), 0),
                -len(about & _words(item.nodeid)),
            ),
        )

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file of tests that can't be imported counts as a test that fails."""
        self._take(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count tests, and take the first that fails."""
        self._tests += report.when == "call"
        if report.duration > SLOW_SECONDS:
            self._slow.append(_plain(report.nodeid))
        self._take(report)

    def pytest_sessionfinish(self) -> None:
        """End a child."""
        if self._run is not None:
            seen = (self._tests, tuple(self._slow), _modules())
            self._leave(self._run, Outcome(self._failed, self._said, *seen))

    def _enter(self, run: Run, config: pytest.Config) -> None:
        signal.alarm(LIMIT_SECONDS)
        gc.disable()
        os.chdir(run.slot.files)
        silent = os.open(os.devnull, os.O_WRONLY)
        for standard in (1, 2):
            os.dup2(silent, standard)
        tempfile.tempdir = str(run.slot.root)
        config.option.tbstyle = "native"
        config.args = [str(run.slot.files / name) for name in run.tests]
        try:
            answer = run.prepare()
        except BaseException as problem:  # noqa: BLE001 - whatever it is, a child ends here
            self._leave(run, Outcome(said=f"{type(problem).__name__}: {problem}"))
        if answer:
            self._leave(run, Outcome(answer))

    def _take(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        if report.failed and not self._failed:
            self._failed, self._said = _plain(report.nodeid), str(report.longrepr)

    @staticmethod
    def _leave(run: Run, outcome: Outcome) -> None:
        run.slot.outcome.write_text(json.dumps(asdict(outcome)), encoding="utf-8")
        os._exit(0)


def _plain(nodeid: str) -> str:
    """Name a test by its path in the checkout, in whichever slot it ran."""
    return nodeid.partition(f"/{CHECKOUT}/")[2] or nodeid


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+|[0-9.]*[0-9]", text))


def _modules() -> tuple[str, ...]:
    return tuple(name for name in sys.modules if not name.startswith("slot-"))
