"""Gate reports, code and staging's word."""

from dataclasses import replace

import pytest
from support import policy_documents
from support.change_facts import (
    CODE,
    change,
    entry,
    facts,
    finding,
    ground,
    log,
    outcome,
    payload,
    production,
    promotion,
    reports,
    staging,
    verified,
)
from support.change_records import report, tiers_document
from support.people import NOON, key_of
from support.staging_asked import shown_by_staging

from artifacts.cant_tell import CantTell
from artifacts.digests import digest_json
from artifacts.policies.tiers import RiskTiers
from artifacts.ssh_signatures import MISSING, Signature
from delivery.changes.facts import Past, PinnedCode, Report
from delivery.changes.rules.releases import strictest_tier

GATE = Signature(key_of("gate"), "plinth-gate-report")
NAME = report("first").digest
GONE = CantTell("a file", "gone")


def with_report(made, signature=GATE, name=NAME):
    after = promotion().releases_after | {"production": production(entry(gate_report=name))}
    return promotion(reports={name: Report(made, signature)}, releases_after=after)


def reported(**changes):
    made = report("first", **changes)
    return with_report(made, name=made.digest)


def test_a_report_that_the_gate_signed_is_believed():
    assert outcome(reported(), "gate_reports") == "passed"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (promotion(reports={}), "it is not under releases/reports"),
        (with_report(GONE), "a file: gone"),
        (with_report(report("second")), "was edited"),
        (with_report(report("first"), MISSING), "is fabricated: it is not signed"),
        (
            with_report(report("first"), Signature(key_of("gate"), "plinth-evidence")),
            "is fabricated: it is signed in the namespace plinth-evidence",
        ),
        (
            with_report(report("first"), Signature(key_of("max"), "plinth-gate-report")),
            "is fabricated: it is signed by a key that is not the gate's",
        ),
        (reported(decision="refused"), "decision about architecture is refused"),
        (reported(decision="no_improvement"), "is no_improvement"),
        (reported(candidate=digest_json("other")), "is about sha256"),
        (reported(model="buildings"), "what the gate judged as buildings"),
    ],
)
def test_a_report_that_does_not_say_so_is_refused(made, words):
    found = finding(made, "gate_reports")
    assert (found.outcome, words in found.reason) == ("refused", True)


@pytest.mark.parametrize("field", ["policy", "risk_tiers", "holdout"])
def test_a_report_by_other_rules_than_mains_is_undecided(field):
    found = finding(reported(**{field: digest_json("other")}), "gate_reports")
    assert (found.outcome, "run the gate again" in found.reason) == ("undecided", True)


@pytest.mark.parametrize(
    "change", [{"policies": {"architecture": GONE}}, {"tiers": GONE}, {"pins": {}}]
)
def test_rules_of_main_that_can_not_be_read_leave_it_undecided(change):
    assert outcome(promotion(ground=ground(**change)), "gate_reports") == "undecided"


def test_staging_needs_reports_of_what_is_new_there_and_of_nothing_else():
    after = facts().releases_after | {"staging": staging(entry("second"))}
    new = facts("staging_release", releases_after=after)
    assert outcome(new, "gate_reports") == "refused"
    compared = report("second", champion=entry().digest, first_release=False)
    after = facts().releases_after | {
        "staging": staging(entry("second", gate_report=compared.digest))
    }
    given = {compared.digest: Report(compared, GATE)}
    judged = facts("staging_release", releases_after=after, reports=given)
    assert outcome(judged, "gate_reports") == "passed"
    ran = replace(new, staging_history=(Past("", NOON, staging(entry("second"))),))
    assert outcome(ran, "gate_reports") == "nothing to judge"
    assert outcome(facts("staging_release"), "gate_reports") == "nothing to judge"


@pytest.mark.parametrize(
    ("champion", "serving", "expected"),
    [
        ("first", [entry()], "passed"),
        ("other", [entry()], "undecided"),
        (None, [entry()], "undecided"),
        (None, [], "passed"),
        ("first", [], "undecided"),
    ],
)
def test_a_candidate_was_compared_with_the_champion_that_staging_has(champion, serving, expected):
    digest = digest_json(champion) if champion else None
    made = report("second", champion=digest, first_release=digest is None)
    before = facts().releases_before | {"staging": staging(*serving)}
    after = before | {"staging": staging(entry("second", gate_report=made.digest))}
    given = {"reports": {made.digest: Report(made, GATE)}, "staging_history": ()}
    found = facts("staging_release", releases_before=before, releases_after=after, **given)
    assert outcome(found, "gate_reports") == expected


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (PinnedCode(on_main=False, digest=CODE.digest), "is not in main's history"),
        (PinnedCode(on_main=True, digest=digest_json("other")), "the files of"),
        (PinnedCode(on_main=True, digest=None), "the files of"),
    ],
)
def test_code_is_mains_and_what_it_says(code, words):
    found = finding(promotion(code=code), "code_on_main")
    assert (found.outcome, words in found.reason) == ("refused", True)
    assert outcome(promotion(), "code_on_main") == "passed"


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([verified(), verified()], "passed"),
        ([verified(), verified(), verified()], "passed"),
        ([verified(outcome="red"), verified(), verified()], "passed"),
        ([verified()], "refused"),
        ([verified(outcome="red"), verified()], "refused"),
        ([], "refused"),
        ([verified("second"), verified("second")], "refused"),
        ([verified(), verified(outcome="red")], "refused"),
        ([verified(), verified(), verified(outcome="red")], "refused"),
        ([verified() | {"environment": "production"}] * 2, "refused"),
        ([verified() | {"event": "deploy"}] * 2, "refused"),
        ([verified(outcome="done"), verified(outcome="done")], "refused"),
        ([verified() | {"at": NOON}] * 2, "refused"),
    ],
)
def test_staging_verified_it_often_and_long_enough(events, expected):
    assert outcome(promotion(log=log(*events)), "staging_verified") == expected


def test_hours_are_held_to_the_second():
    first, second = log(verified(), verified())
    late = first.model_copy(update={"at": first.at.replace(second=1)})
    assert outcome(promotion(log=(late, second)), "staging_verified") == "refused"


@pytest.mark.parametrize("change", [{"policies": {}}, {"tiers": GONE}])
def test_without_a_tier_nobody_knows_what_staging_shows(change):
    made = promotion(ground=ground(**change))
    assert outcome(made, "staging_verified") == "undecided"
    assert outcome(made, "payload_approved") == "undecided"


def test_the_strictest_tier_of_all_models_counts():
    models = {"architecture": (entry(),), "buildings": (entry("second"),)}
    release = production(entry()).model_copy(update={"models": models})
    policies = {
        "architecture": policy_documents.policy(),
        "buildings": policy_documents.policy(model="buildings", tier="high"),
    }
    after = promotion().releases_after | {"production": release}
    made = promotion(
        releases_after=after, ground=ground(policies=policies), reports=reports("first", "second")
    )
    assert made.new_payload not in {None, payload("first")}
    assert "security_officer" in finding(made, "payload_approved").reason


def test_where_no_hours_are_asked_for_the_number_still_is():
    document = tiers_document()
    for tier in document["tiers"].values():
        tier["staging"] = shown_by_staging(2, 0)
    eager = ground(tiers=RiskTiers.model_validate(document))
    once = promotion(ground=eager, log=log(verified()))
    assert "1 times over 0.00 h in a row; the tier asks for 2 times over 0 h" in (
        finding(once, "staging_verified").reason
    )
    twice = promotion(ground=eager, log=log(verified(), verified()))
    assert outcome(twice, "staging_verified") == "passed"
    never = finding(promotion(log=()), "staging_verified").reason
    assert "0 times over 0.00 h" in never


def test_a_release_of_production_that_stays_is_not_judged_again():
    still = {"staging": staging(entry()), "production": production(entry("unreported"))}
    made = facts("staging_release", releases_before=still, releases_after=still)
    assert outcome(made, "gate_reports") == "nothing to judge"


@pytest.mark.parametrize(
    "made",
    [
        replace(promotion(), changes=change("docs"), code=PinnedCode(on_main=False, digest=None)),
        facts("production_release", code=PinnedCode(on_main=False, digest=None)),
        replace(promotion(), code=None),
        replace(promotion(), releases_after=promotion().releases_after | {"production": GONE}),
    ],
)
def test_code_is_judged_where_production_pins_some_anew(made):
    assert outcome(made, "code_on_main") == "nothing to judge"


def test_the_tier_is_known_if_all_models_have_a_policy():
    models = {"architecture": (entry(),), "buildings": (entry("second"),)}
    release = production(entry()).model_copy(update={"models": models})
    after = promotion().releases_after
    both = promotion(releases_after=after | {"production": release})
    assert strictest_tier(both) is None
    assert strictest_tier(promotion(releases_after=after | {"production": GONE})) is None
    assert strictest_tier(promotion(releases_after=after | {"production": production()})) is None
    assert strictest_tier(promotion()) is not None


def test_what_can_not_be_read_is_compared_with_nothing():
    after = facts().releases_after | {"staging": staging(entry("second"))}
    name = report("second").digest
    made = facts("staging_release", releases_after=after, reports={name: Report(GONE)})
    assert finding(made, "gate_reports").reason.endswith("a file: gone")
    before = facts().releases_before | {"staging": GONE}
    other = replace(made, releases_before=before, reports=reports("second"))
    assert outcome(other, "gate_reports") == "passed"
