"""The audit log is red where its end is public nowhere, or nobody reviewed its restart."""

from datetime import UTC, datetime, timedelta

import pytest

from artifacts.digests import digest_json
from artifacts.records.audit import AuditEntry, AuditEvent, AuditHead, Event
from delivery.trail.audit_chain import PublishedHead, log_state, unreviewed_restart

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def name(number: int) -> str:
    return digest_json(["entry", number])


def log(*events: Event, age: timedelta = HOUR, subject: str | None = None) -> list[AuditEntry]:
    """Entries of some events, each `age` old."""
    return [
        AuditEntry(
            **AuditEvent(event=event, outcome="done", actor="max (7)", reason="why").model_dump()
            | {"subject": subject if event == "review" else None},
            sequence=number,
            previous=name(number - 1) if number > 1 else None,
            at=NOW - age,
        )
        for number, event in enumerate(events, start=1)
    ]


def published(number: int, digest: str = "") -> PublishedHead:
    head = AuditHead(sequence=number, entry=digest or name(number))
    return PublishedHead("c" * 40, NOW - HOUR, head)


def state(entries: list[AuditEntry], last: PublishedHead | None, problem: str = ""):
    head = AuditHead(sequence=len(entries), entry=name(len(entries)))
    return log_state(entries, head, last, NOW, problem)


def test_a_log_whose_head_is_published_is_green():
    found = state(log("deploy", "verification"), published(2))

    assert found.green
    last = f"the last published one is entry 2 at {(NOW - HOUR).isoformat()}"
    assert found.lines == (f"audit log: its head is entry 2; {last}",)


@pytest.mark.parametrize("event", ["deploy", "rollback", "alias", "break_glass", "gate", "image"])
def test_what_was_done_and_is_published_nowhere_is_red_with_what_to_type(event):
    found = state(log("deploy", event), published(1))

    assert not found.green
    assert found.lines[1].startswith(f"audit log: RED: its end from entry 2 ({event}, ")
    assert found.lines[1].endswith("Type: bin/plinth delivery audit --publish")


@pytest.mark.parametrize(
    "event", ["judgement", "approval", "rejection", "withdrawal", "verification", "review"]
)
def test_what_commands_record_that_may_not_push_waits_for_the_next_deploy(event):
    assert state(log("deploy", event, age=26 * HOUR), published(1)).green


def test_after_a_day_even_that_is_overdue():
    age = timedelta(hours=26, seconds=1)
    found = state(log("deploy", "rejection", age=age), published(1))

    assert not found.green
    assert "entry 2 (rejection" in found.lines[1]


def test_a_log_of_which_no_head_was_ever_published_is_red():
    found = state(log("deploy"), None, "no route to host")

    assert not found.green
    assert "no head was ever published" in found.lines[0]
    assert "(published heads can't be fetched: no route to host)" in found.lines[1]


@pytest.mark.parametrize(
    ("number", "digest"), [(1, digest_json("of another log")), (9, name(9)), (9, name(1))]
)
def test_a_head_that_is_not_of_this_log_publishes_nothing_of_it(number, digest):
    found = state(log("deploy"), published(number, digest))

    assert not found.green


def test_a_log_that_was_begun_anew_is_red_until_that_is_reviewed():
    found = state(log("restart", "deploy"), published(2))

    assert not found.green
    assert "begun anew at" in found.lines[1]
    assert found.lines[1].endswith("then type: bin/plinth delivery review-restart --reason TEXT")

    found = state(log("restart", "deploy", "review", subject=name(1)), published(3))

    assert found.green
    assert found.lines[1].endswith("(reviewed)")


def test_a_review_of_something_else_reviews_no_restart():
    assert not state(log("restart", "review", subject=name(7)), published(2)).green


def test_only_a_review_reviews_a_restart():
    begun, rejected = log("restart", "rejection")
    entries = [begun, rejected.model_copy(update={"subject": name(1)})]
    assert not state(entries, published(2)).green


def test_a_log_that_goes_on_from_its_beginning_has_no_restart_to_review():
    head = AuditHead(sequence=1, entry=name(1))

    assert unreviewed_restart(log("deploy"), head) == ""
    assert unreviewed_restart(log("restart"), head) == name(1)
    assert unreviewed_restart([], AuditHead(sequence=0, entry=None)) == ""
