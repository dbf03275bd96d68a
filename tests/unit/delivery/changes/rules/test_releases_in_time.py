"""A gate report is believed by the key that counted when it was decided; a new one, now as well."""

from datetime import timedelta

import pytest
from support.change_facts import ground, promotion
from support.change_records import NOON, report
from support.people import key_of

from artifacts.ssh_signatures import ServiceKey, Signature, counts_until, service_of
from delivery.changes.facts import Report
from delivery.changes.rules.releases import judge_reports

SPACE = "plinth-gate-report"
SIGNED = Signature(key_of("gate"), SPACE)
HOUR = timedelta(hours=1)


def key(**bounds):
    return ServiceKey("gate", frozenset({SPACE}), key_of("gate"), **bounds)


def said(*, added, **bounds):
    made = report("first")
    facts = promotion(
        now=made.decided_at + HOUR,
        ground=ground(gate=(key(**bounds),)),
        reports={made.digest: Report(made, SIGNED, added=added)},
    )
    return "; ".join(one.reason for one in judge_reports(facts) if one.outcome != "passed")


@pytest.mark.parametrize(
    ("seconds", "counts"), [(-1, True), (0, True), (0.5, True), (1, False), (3600, False)]
)
def test_a_key_counts_to_the_second_at_which_it_ends(seconds, counts):
    at = NOON + timedelta(seconds=seconds)
    assert (service_of((key(valid_before=NOON),), SIGNED, at) == "gate") is counts


@pytest.mark.parametrize(("seconds", "counts"), [(-1, False), (0, True), (1, True)])
def test_a_key_counts_from_the_second_at_which_it_begins(seconds, counts):
    at = NOON + timedelta(seconds=seconds)
    assert (service_of((key(valid_after=NOON),), SIGNED, at) == "gate") is counts


def test_a_time_without_a_zone_counts_for_no_key():
    assert service_of((key(),), SIGNED, NOON.replace(tzinfo=None)) is None


def test_the_end_of_a_key_is_that_of_its_last_line():
    later = NOON + HOUR
    assert counts_until((key(valid_before=NOON), key(valid_before=later)), SIGNED) == later
    assert counts_until((key(valid_before=NOON), key()), SIGNED) is None
    assert counts_until((), SIGNED) is None


def test_a_report_that_main_has_is_believed_though_its_key_has_ended():
    end = report("first").decided_at
    assert "counts only until" not in said(added=False, valid_before=end)
    assert "fabricated" not in said(added=False, valid_before=end)


def test_a_new_report_of_a_key_that_has_ended_is_refused():
    end = report("first").decided_at
    found = said(added=True, valid_before=end)
    assert f"is new, and is signed by a key of the gate that counts only until {end}" in found


def test_a_report_that_main_has_and_that_was_decided_after_its_keys_end_is_refused():
    end = report("first").decided_at - HOUR
    assert "was decided at" in said(added=False, valid_before=end)
