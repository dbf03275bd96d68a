"""Entries of the audit log stand in the order of their times."""

from datetime import UTC, datetime, timedelta

import pytest
from support.audit import deploy

from artifacts.records.audit import AuditEntry
from delivery.errors import AuditBroken
from delivery.trail.audit_chain import SignedEntry, read_chain

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def log(*times: datetime) -> bytes:
    """Return a log's bytes, chained, with entries of these times."""
    lines, previous = [], None
    for sequence, at in enumerate(times, start=1):
        entry = AuditEntry(**dict(deploy()), sequence=sequence, previous=previous, at=at)
        link = SignedEntry.of(entry)
        previous = link.digest
        lines.append(link.line)
    return b"".join(lines)


def test_entries_of_one_moment_are_in_order():
    assert len(read_chain(log(NOON, NOON, NOON + timedelta(seconds=1)), "log").links) == 3


def test_an_entry_that_is_dated_before_the_one_before_it_is_found():
    with pytest.raises(AuditBroken, match=r"line 2 .*before 2026-03-01 12:00:00"):
        read_chain(log(NOON, NOON - timedelta(seconds=1)), "log")


def test_a_time_without_a_zone_is_found():
    with pytest.raises(AuditBroken, match="no time zone"):
        read_chain(log(NOON.replace(tzinfo=None)), "log")
