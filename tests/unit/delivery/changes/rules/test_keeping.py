"""What no approval makes right: conflicts, lost records, sunken tiers, easier holdouts."""

from dataclasses import replace

import pytest
from support import policy_documents
from support.change_facts import (
    approved,
    change,
    commit,
    deployed,
    entry,
    facts,
    finding,
    ground,
    log,
    outcome,
    past,
    production,
    promotion,
    staging,
    stated,
)
from support.change_records import FIRST, HOLDOUT, WEAKER, report

from artifacts.cant_tell import CantTell
from artifacts.records.release import Release
from delivery.changes.judgement import judge_change
from delivery.git.commits import Change

GONE = CantTell("a file", "gone")


def test_what_conflicts_with_main_is_refused():
    assert outcome(facts("docs"), "lands") == "passed"
    assert "merge main into the branch" in finding(facts("docs", lands=False), "lands").reason


@pytest.mark.parametrize("name", ["staging", "production"])
def test_a_release_that_can_not_be_read_is_undecided_where_it_is_touched(name):
    after = facts("docs").releases_after | {name: GONE}
    assert outcome(facts(f"{name}_release", releases_after=after), "readable") == "undecided"
    assert outcome(facts("docs", releases_after=after), "readable") == "nothing to judge"


@pytest.mark.parametrize(
    ("after", "found"),
    [
        ("100644 x", "nothing to judge"),
        ("100755 x", "nothing to judge"),
        (None, "nothing to judge"),
        ("120000 x", "refused"),
        ("160000 x", "refused"),
    ],
)
def test_links_and_submodules_are_refused(after, found):
    assert outcome(facts("docs", changes=change("docs", after=after)), "readable") == found


@pytest.mark.parametrize("kind", ["approvals", "reports"])
@pytest.mark.parametrize(("after", "word"), [(None, "removed"), ("100644 new", "changed")])
def test_what_was_said_and_signed_stays(kind, after, word):
    made = facts(kind, changes=change(kind, after=after))
    assert f"was {word}" in finding(made, "records_kept").reason
    new = tuple(Change(one.path, None, "100644 x") for one in change(kind))
    assert outcome(facts(kind, changes=new), "records_kept") == "passed"


REVERTED = {"staging": staging(entry()), "production": production(entry("second"))}


def reverting(*gone, **changes):
    """A rollback from `second` to `first` that removes some files."""
    files = tuple(Change(path, "100644 old", None) for path in gone)
    changed = (*change("production_release"), *files)
    given = {
        "releases_before": REVERTED,
        "production_history": past(None, "first", "second"),
        "log": log(deployed("first"), deployed("second")),
        "changes": changed,
        "commits": (commit("max", changed),),
    } | changes
    return promotion("first", **given)


def of_second(name="ada", **changes):
    """A statement about the payload that the rollback leaves."""
    made = promotion("second")
    return replace(stated(made, name, **changes), present=False)


SAID = "policies/approvals/x/ada.json"


@pytest.mark.parametrize("path", [SAID, f"{SAID}.sig"])
def test_a_rollback_takes_along_what_was_said_of_the_payload_that_it_leaves(path):
    made = reverting(path, statements=(of_second(), stated(promotion(), "bo")))
    assert outcome(made, "records_kept") == "passed"
    assert judge_change(made).allowed


@pytest.mark.parametrize(
    "statements",
    [
        (),
        (stated(promotion(), "ada"),),
        (of_second(), stated(promotion(), "ada")),
        (stated(facts("judge"), "ada"),),
        (replace(of_second(), approval=GONE),),
        (of_second("bo"),),
    ],
)
def test_it_takes_nothing_else_along(statements):
    assert outcome(reverting(SAID, statements=statements), "records_kept") == "refused"


def test_it_edits_no_statement_and_nothing_but_a_rollback_removes_one():
    made = reverting(SAID, statements=(of_second(),))
    edited = (*change("production_release"), Change(SAID, "100644 old", "100644 new"))
    assert outcome(replace(made, changes=edited), "records_kept") == "refused"
    assert outcome(replace(made, log=()), "records_kept") == "refused"


@pytest.mark.parametrize(
    ("title", "after", "expected"),
    [
        ("second", {}, "passed"),
        ("first", {}, "refused"),
        ("second", {"staging": GONE}, "passed"),
    ],
)
def test_it_takes_along_reports_that_no_release_names_any_more(title, after, expected):
    path = f"releases/reports/{report(title).digest.removeprefix('sha256:')}.json"
    made = reverting(path)
    releases = {**made.releases_after, **after}
    assert outcome(replace(made, releases_after=releases), "records_kept") == expected


def test_what_has_nothing_of_it_is_not_judged_by_it():
    rules = {one.rule for one in judge_change(facts("docs", after=ground(tiers=GONE))).findings}
    assert rules == {"lands", "bounded", "plain_names"}


def test_a_release_that_did_not_change_needs_no_policy_now():
    models = {"buildings": (entry(),)}
    staged = Release(environment="staging", models=models)
    made = promotion()
    after = {**made.releases_after, "staging": staged}
    assert outcome(replace(made, releases_after=after), "policies_apply") == "passed"


def test_a_policy_goes_with_its_model_not_before_it():
    named = facts().releases_before
    other = {name: one.model_copy(update={"models": {}}) for name, one in named.items()}
    made = facts("policy", after=ground(policies={}), releases_after=other)
    assert outcome(made, "policies_apply") == "refused"


def test_tiers_are_not_looked_at_where_no_policy_changed():
    made = facts("staging_release", after=ground(tiers=GONE))
    assert outcome(made, "policies_apply") == "passed"


def test_a_model_without_a_policy_on_main_is_refused_by_name():
    made = promotion(ground=ground(policies={}))
    assert "architecture, which has no policy on main" in finding(made, "policies_apply").reason
    broken = promotion(ground=ground(policies={"architecture": GONE}))
    assert outcome(broken, "policies_apply") == "undecided"
    assert outcome(promotion(), "policies_apply") == "passed"


def test_a_renamed_model_has_no_policy():
    renamed = Release(environment="staging", models={"buildings": (entry(),)})
    after = facts().releases_after | {"staging": renamed}
    found = finding(facts("staging_release", releases_after=after), "policies_apply")
    assert "staging is to run buildings, which has no policy" in found.reason


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        ({}, "would have no policy any more"),
        ({"architecture": GONE}, "could not be followed"),
        ({"architecture": policy_documents.policy(tier="low")}, "from tier moderate to low"),
    ],
)
def test_a_released_model_keeps_its_policy_and_its_tier(policies, words):
    made = approved(facts("policy", after=ground(policies=policies)), "ada", "bo", "cleo")
    assert words in finding(made, "policies_apply").reason
    assert not judge_change(made).allowed


@pytest.mark.parametrize("tier", ["moderate", "high"])
def test_a_tier_may_stay_or_rise(tier):
    policies = {"architecture": policy_documents.policy(tier=tier)}
    assert outcome(facts("policy", after=ground(policies=policies)), "policies_apply") == "passed"


def test_a_policy_of_a_model_that_no_release_names_may_go():
    models = {"buildings": (FIRST,)}
    none = {
        "staging": Release(environment="staging", models=models),
        "production": Release(environment="production", models=models),
    }
    made = facts("policy", after=ground(policies={}), releases_before=none, releases_after=none)
    assert outcome(made, "policies_apply") == "passed"
    named = replace(made, releases_after=facts().releases_after)
    assert outcome(named, "policies_apply") == "refused"


def test_risk_tiers_must_still_be_followed():
    made = facts("policy", after=ground(tiers=GONE))
    assert "the risk tiers could not be followed" in finding(made, "policies_apply").reason


@pytest.mark.parametrize(
    ("pins", "words"),
    [
        ({}, "would be gone"),
        ({"architecture": GONE}, "could not be read"),
        ({"architecture": WEAKER}, "would be easier: 1 pinned photos are missing"),
        (
            {
                "architecture": HOLDOUT.model_copy(
                    update={
                        "photos": (
                            HOLDOUT.photos[0].model_copy(update={"style": "easy"}),
                            *HOLDOUT.photos[1:],
                        )
                    }
                )
            },
            "1 pinned photos are changed",
        ),
    ],
)
def test_a_holdout_only_grows(pins, words):
    assert words in finding(facts("holdout", after=ground(pins=pins)), "holdout_grows").reason


def test_a_holdout_may_grow_and_a_new_one_may_come():
    smaller = ground(pins={"architecture": WEAKER})
    assert outcome(facts("holdout", ground=smaller), "holdout_grows") == "passed"
    assert outcome(facts("holdout", ground=ground(pins={})), "holdout_grows") == "passed"
    broken = facts("holdout", ground=ground(pins={"architecture": GONE}))
    assert outcome(broken, "holdout_grows") == "passed"


@pytest.mark.parametrize("name", [".env", ".secrets", ".vars", ".input", ".actrc", "a/b/.env"])
def test_files_that_runners_obey_are_refused_unless_they_go(name):
    made = facts(changes=(Change(name, None, "100644 x"),))
    assert name in finding(made, "smuggled_files").reason
    gone = facts(changes=(Change(name, "100644 x", None),))
    assert outcome(gone, "smuggled_files") == "nothing to judge"


def test_forgetting_a_champion_takes_the_strictest_tier():
    after = {"staging": staging(), "production": production()}
    made = facts("staging_release", releases_after=after)
    assert made.protected == change("staging_release")
    assert outcome(made, "change_approved") == "refused"
    assert judge_change(approved(made, "ada", "bo", "cleo")).allowed
