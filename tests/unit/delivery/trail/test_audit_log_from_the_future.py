"""A clock that jumped ahead leaves an entry from the future: the way back is the runbook's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.audit import Secret, deploy

from artifacts.records.audit import AuditEvent
from delivery.errors import AuditUnavailable, RestartRefused
from delivery.trail.audit_log import BEHIND, FileAuditLog

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RESTART = AuditEvent(event="restart", outcome="done", actor="max (7)", reason="the clock jumped")


class Clock:
    """A machine's clock, which a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def log_with(folder: Path, clock: Clock) -> FileAuditLog:
    return FileAuditLog(folder / "log", folder / "head", Secret(), Secret(), clock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(tmp_path: Path, clock: Clock) -> FileAuditLog:
    """A log whose last entry was written by a clock ten years ahead, which is right again."""
    made = log_with(tmp_path, clock)
    made.append(deploy("before"))
    clock.now = NOW + timedelta(days=3650)
    made.append(deploy("while the clock was wrong"))
    clock.now = NOW + timedelta(minutes=10)
    return made


def test_nothing_is_added_after_an_entry_from_the_future_and_the_error_says_what_to_type(
    log: FileAuditLog,
) -> None:
    with pytest.raises(AuditUnavailable, match="delivery restart-audit --reason TEXT"):
        log.append(deploy("after"))


def test_such_a_log_is_begun_anew_and_the_old_one_is_kept(
    log: FileAuditLog, tmp_path: Path
) -> None:
    before = (tmp_path / "log/log.jsonl").read_bytes()

    entry = log.restart(RESTART)

    assert (entry.sequence, entry.at) == (1, NOW + timedelta(minutes=10))
    log.append(deploy("after"))
    assert [one.event for one in log.entries(full=True)] == ["restart", "deploy"]
    (kept,) = (tmp_path / "log").glob("log.jsonl.until-*")
    assert kept.read_bytes() == before


@pytest.mark.parametrize("ahead", [timedelta(0), BEHIND])
def test_a_log_that_can_go_on_is_not_begun_anew(
    tmp_path: Path, clock: Clock, ahead: timedelta
) -> None:
    made = log_with(tmp_path, clock)
    clock.now = NOW + ahead
    made.append(deploy("before"))
    clock.now = NOW

    with pytest.raises(RestartRefused, match="it goes on as it is"):
        made.restart(RESTART)
