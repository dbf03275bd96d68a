"""The looks at staging that a watch has, told by the log's order and its times."""

from datetime import timedelta

from support.change_facts import (
    deployed,
    entry,
    facts,
    log,
    outcome,
    past,
    payload,
    production,
    promotion,
    staging,
    verified,
)
from support.people import NOON

from artifacts.records.audit import AuditEntry
from delivery.changes.payload_history import Watch, watch_of

GAP = timedelta(hours=26)


def looks(*seen: tuple[str, float]) -> tuple[AuditEntry, ...]:
    """Green looks at payloads, so many hours after noon."""
    made = log(*(verified(title) for title, _ in seen))
    moments = [NOON + timedelta(hours=hours) for _, hours in seen]
    return tuple(one.model_copy(update={"at": at}) for one, at in zip(made, moments, strict=True))


def watched(*seen: tuple[str, float]) -> Watch:
    return watch_of(looks(*seen), payload("first"), GAP)


def test_the_hours_of_a_watch_are_those_from_its_first_look_to_its_last():
    assert Watch().hours == 0.0
    assert watched(("first", 0), ("first", 1), ("first", 2.5)).hours == 2.5


def test_a_gap_is_from_one_look_to_the_next():
    assert len(watched(("first", 0), ("first", 20), ("first", 40)).looks) == 3
    assert len(watched(("first", 0), ("first", 26)).looks) == 2
    assert len(watched(("first", 0), ("first", 26.001)).looks) == 1


def test_the_first_look_follows_nothing_else():
    assert watched(("first", 0)).broken == ""
    assert "something else" in watched(("second", 0), ("first", 1)).broken


def test_looks_of_one_moment_are_one_and_no_clock_that_went_back():
    found = watched(("first", 0), ("first", 0))
    assert found.looks == (NOON,)
    assert found.turned == ""


def test_a_clock_that_went_back_before_the_run_leaves_its_hours_unknown():
    assert "entry 3" in watched(("first", 12), ("second", 10), ("first", 11)).turned


def test_neither_a_rollback_nor_what_brings_no_payload_is_asked_of_staging_and_the_gate():
    still = {"staging": staging(entry())}
    back = promotion(
        "first",
        reports={},
        releases_before=still | {"production": production(entry("second"))},
        production_history=past(None, "first", "second"),
        log=log(deployed("first"), deployed("second")),
    )
    for rule in ("staging_verified", "gate_reports"):
        assert outcome(back, rule) == "nothing to judge"
        assert outcome(facts("judge"), rule) == "nothing to judge"
        assert outcome(promotion(reports={}, log=()), rule) != "nothing to judge"
