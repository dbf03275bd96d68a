import pytest
from support.audit import FakeAuditLog
from support.deploy_world import commit, digest

from artifacts.records.audit import AuditEvent
from delivery.trail.deploy_history import (
    kept_payloads,
    last_deploy,
    last_served,
    last_verification,
    left_by_going_back,
    open_break_glass,
    release_before,
    superseded,
)

A, B, C = digest("a"), digest("b"), digest("c")


def log(*events: tuple[str, str, str | None], environment: str = "production", **fields: object):
    audit = FakeAuditLog(minutes=60)
    for event, outcome, payload in events:
        audit.append(
            AuditEvent(
                event=event,
                outcome=outcome,
                payload=payload,
                actor="tests",
                environment=environment,
                **fields,
            )
        )
    return audit.entries()


@pytest.mark.parametrize(
    ("events", "payload", "left"),
    [
        ([], A, None),
        ([("deploy", "green", A)], A, None),
        ([("deploy", "green", A)], B, None),
        ([("deploy", "green", A), ("deploy", "green", B)], A, B),
        ([("deploy", "green", A), ("deploy", "green", B)], None, None),
        ([("deploy", "green", A), ("deploy", "undecided", B)], A, B),
        ([("deploy", "green", A), ("deploy", "refused", B)], A, None),
        ([("deploy", "green", A), ("deploy", "superseded", B)], A, None),
        ([("deploy", "undecided", A), ("deploy", "green", B)], A, None),
        ([("deploy", "green", A), ("deploy", "green", B), ("rollback", "undecided", A)], A, B),
        ([("deploy", "green", A), ("deploy", "green", B), ("deploy", "green", A)], A, None),
    ],
)
def test_going_back_leaves_what_ran_last(events, payload, left):
    assert left_by_going_back(log(*events), "production", payload) == left


def test_what_a_rollback_left_does_not_come_back_as_a_rollback():
    ran = log(("deploy", "green", A), ("deploy", "green", B))
    back = log(("rollback", "green", A), left=B)
    assert left_by_going_back((*ran, *back), "production", B) is None
    anew = log(("deploy", "green", B), ("deploy", "green", C))
    assert left_by_going_back((*ran, *back, *anew), "production", B) == C


@pytest.mark.parametrize(
    ("events", "payload", "before"),
    [
        ([], A, None),
        ([("deploy", "green", A)], A, None),
        ([("deploy", "green", A)], B, A),
        ([("deploy", "green", A), ("deploy", "undecided", B)], B, A),
        ([("deploy", "green", A), ("deploy", "undecided", B), ("deploy", "red", B)], C, A),
        ([("deploy", "green", A), ("deploy", "refused", B)], C, A),
        ([("deploy", "green", A), ("deploy", "green", B)], B, A),
        ([("deploy", "green", A), ("deploy", "green", B)], C, B),
        ([("deploy", "green", A), ("deploy", "green", B)], A, None),  # this takes B back
        ([("deploy", "green", A), ("deploy", "green", B), ("deploy", "undecided", C)], A, None),
        ([("deploy", "green", A), ("deploy", "green", None)], B, A),
    ],
)
def test_the_release_before_is_the_last_other_one_that_was_verified(events, payload, before):
    assert release_before(log(*events), "production", payload) == before


def test_a_release_that_was_withdrawn_is_not_the_one_before():
    ran = log(("deploy", "green", A), ("deploy", "green", B))
    back, killed = (log(("rollback", end, A), left=B) for end in ("green", "undecided"))
    again = log(("deploy", "green", A))
    assert release_before((*ran, *back), "production", A) is None
    assert release_before((*ran, *back, *again), "production", A) is None
    assert release_before((*ran, *killed), "production", A) is None
    assert release_before((*ran, *killed), "production", C) is None
    assert release_before((*ran, *back), "production", C) == A
    anew = log(("deploy", "green", B), ("deploy", "green", C))
    assert release_before((*ran, *back, *anew), "production", C) == B


def test_staging_never_rolls_back():
    ran = log(("deploy", "green", A), ("deploy", "green", B), environment="staging")
    assert left_by_going_back(ran, "staging", A) is None


def test_other_environments_do_not_count():
    ran = log(("deploy", "green", A), environment="staging")
    assert last_deploy(ran, "production") is None
    assert last_served(ran, "production") is None
    assert kept_payloads(ran, ("production",), 3) == ()


def test_the_last_deploy_is_the_last_that_ended_green():
    ran = log(("deploy", "green", A), ("deploy", "red", B), ("deploy", "undecided", C))
    assert last_deploy(ran, "production").payload == A
    assert last_served(ran, "production") == C


def test_the_last_payloads_are_kept_each_once():
    ran = log(*(("deploy", "green", one) for one in (A, B, B, C)))
    assert kept_payloads(ran, ("production", "staging"), 2) == (C, B)


def test_the_last_verification_is_of_its_environment():
    ran = log(("verification", "green", A), ("verification", "red", A))
    assert last_verification(ran, "production").outcome == "red"
    assert last_verification(ran, "staging") is None


def test_broken_glass_is_open_until_one_of_its_statements_is_reviewed():
    first = log(("break_glass", "done", A), subject=digest("s1"))
    second = log(("break_glass", "done", A), subject=digest("s2"))
    other = log(("break_glass", "done", B), subject=digest("s3"))
    review = log(("review", "done", None), subject=digest("s2"))
    assert len(open_break_glass((*first, *second, *other), "production")) == 3
    assert open_break_glass((*first, *second, *other, *review), "production") == other
    assert open_break_glass(first, "staging") == ()


def test_each_breaking_of_the_glass_is_a_case_of_its_own():
    first = log(("break_glass", "done", A), subject=digest("s1"))
    review = log(("review", "done", None), subject=digest("s1"))
    again = log(("break_glass", "done", A), subject=digest("s2"))
    assert open_break_glass((*first, *review, *again), "production") == again
    assert open_break_glass((*first, *review, *first), "production") == first
    assert open_break_glass((*review, *first), "production") == first


def test_superseded_deploys_are_those_since_the_last_green_one():
    before = log(("deploy", "superseded", A), ("deploy", "green", A))
    after = log(("deploy", "superseded", B), commit=commit("b"))
    assert superseded((*before, *after), "production") == after
