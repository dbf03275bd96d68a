"""What staging must have shown: looks one after the other, in the order of the log."""

from datetime import timedelta

import pytest
from support.change_facts import finding, ground, log, outcome, payload, promotion, verified
from support.change_records import NOON, tiers_document
from support.staging_asked import shown_by_staging

from artifacts.policies.tiers import RiskTiers
from delivery.changes.payload_history import watch_of

OTHER = verified("second")
DEPLOYED = verified() | {"event": "deploy"}
GAP = timedelta(hours=24)


def asked(verifications=2, hours=1.0, gap=24.0, last=48.0):
    """Main's tiers with other demands on staging."""
    document = tiers_document()
    for tier in document["tiers"].values():
        tier["staging"] = shown_by_staging(verifications, hours, gap, last)
    return ground(tiers=RiskTiers.model_validate(document))


@pytest.mark.parametrize(
    ("events", "looks"),
    [
        ([verified(), verified()], 2),
        ([verified(), verified(outcome="red"), verified()], 1),
        ([verified(), OTHER, verified()], 1),
        ([verified(), verified(), OTHER], 2),
        ([verified(), verified() | {"payload": None}, verified()], 1),
        ([verified(), OTHER | {"event": "deploy"}, verified()], 1),
        ([verified(), OTHER | {"event": "rollback"}, verified()], 1),
        ([verified(), OTHER | {"event": "deploy", "outcome": "superseded"}, verified()], 2),
        ([verified(), OTHER | {"event": "deploy", "outcome": "refused"}, verified()], 2),
        ([verified(), OTHER | {"event": "deploy", "outcome": "undecided"}, verified()], 2),
        ([verified(), OTHER | {"event": "deploy", "outcome": "red"}, verified()], 1),
        ([verified(), DEPLOYED, verified()], 2),
        ([verified(), DEPLOYED | {"outcome": "done"}, verified()], 2),
        ([verified(), DEPLOYED | {"outcome": "red"}, verified()], 1),
        ([verified(), OTHER | {"environment": "production"}, verified()], 2),
        ([verified(), OTHER | {"event": "image"}, verified()], 2),
        ([verified(outcome="done"), verified()], 1),
        ([DEPLOYED, verified(), verified()], 2),
        ([], 0),
    ],
)
def test_looks_count_one_after_the_other(events, looks):
    assert len(watch_of(log(*events), payload("first"), GAP).looks) == looks


def test_green_then_red_for_hours_then_green_is_no_hour_of_watching():
    events = [verified(), verified(outcome="red"), verified(outcome="red"), verified()]
    made = promotion(log=log(*events))
    reason = finding(made, "staging_verified").reason
    assert "1 times over 0.00 h in a row since verification 3 was red" in reason


def test_two_looks_a_month_apart_are_no_hour_of_watching():
    events = [verified() | {"at": NOON - timedelta(days=30)}, verified()]
    reason = finding(promotion(log=log(*events)), "staging_verified").reason
    assert "1 times over 0.00 h" in reason
    assert "nobody looked from 2026-10-23T12:00:00+00:00 on for longer than 1 day" in reason


@pytest.mark.parametrize(("seconds", "expected"), [(0, "passed"), (1, "refused")])
def test_a_gap_is_held_to_the_second(seconds, expected):
    first = NOON - timedelta(hours=24, seconds=seconds)
    made = promotion(ground=asked(), log=log(verified() | {"at": first}, verified()))
    assert outcome(made, "staging_verified") == expected


@pytest.mark.parametrize(("seconds", "expected"), [(0, "passed"), (1, "refused")])
def test_the_last_look_is_recent(seconds, expected):
    last = NOON - timedelta(hours=48, seconds=seconds)
    looks = [verified() | {"at": last - timedelta(hours=2)}, verified() | {"at": last}]
    made = promotion(ground=asked(), log=log(*looks))
    assert outcome(made, "staging_verified") == expected
    if expected == "refused":
        reason = finding(made, "staging_verified").reason
        assert "the tier asks for 48 h: deploy staging again" in reason


BACK = {"event": "alias", "outcome": "done"}


@pytest.mark.parametrize(
    "times",
    [
        pytest.param([-60, -120, 0], id="between the looks"),
        pytest.param([-240, -180, -181], id="after them"),
        pytest.param([10, -120, -60], id="before them, which are dated too early"),
    ],
)
def test_a_clock_that_went_back_leaves_hours_undecided(times):
    given = [NOON + timedelta(minutes=one) for one in times]
    events = [verified() | {"at": given[0]}, verified() | {"at": given[1]}, BACK | {"at": given[2]}]
    if times[0] > 0:
        events = [BACK | {"at": given[0]}, *(verified() | {"at": one} for one in given[1:])]
    made = promotion(log=log(*events))
    found = finding(made, "staging_verified")
    assert found.outcome == "undecided"
    assert "the log's clock went back at entry" in found.reason


def test_a_clock_that_went_back_before_the_looks_began_anew_is_no_matter():
    times = [NOON - timedelta(minutes=one) for one in (300, 310, 200, 120, 0)]
    events = [BACK, BACK, verified(outcome="red"), verified(), verified()]
    made = promotion(
        log=log(*({**event, "at": at} for event, at in zip(events, times, strict=True)))
    )
    assert outcome(made, "staging_verified") == "passed"


def test_a_look_in_the_future_leaves_it_undecided():
    events = [verified() | {"at": NOON}, verified() | {"at": NOON + timedelta(hours=1)}]
    found = finding(promotion(log=log(*events)), "staging_verified")
    assert found.outcome == "undecided"
    assert "staging's last look is in the future" in found.reason


def test_looks_that_begin_anew_at_a_clock_that_was_set_back_are_undecided():
    times = [NOON - timedelta(minutes=one) for one in (0, 120, 0)]
    events = [OTHER, verified(), verified()]
    made = promotion(
        log=log(*({**event, "at": at} for event, at in zip(events, times, strict=True)))
    )
    assert outcome(made, "staging_verified") == "undecided"
