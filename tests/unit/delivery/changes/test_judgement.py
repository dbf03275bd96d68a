"""The table of rules, the sum of findings, and how a verdict is shown."""

from importlib import import_module
from pkgutil import iter_modules

import pytest
from support.change_facts import approved, entry, facts, production, promotion, staging
from support.people import NOON

from delivery.changes import rules
from delivery.changes.findings import passed, refused, undecided
from delivery.changes.judgement import (
    NEEDING_THE_LOG,
    OF_RELEASES,
    RULES,
    decide,
    judge_change,
    settled,
)
from delivery.changes.verdict_page import verdict_lines, verdict_page


def test_the_rules_that_were_decided_are_there_and_say_what_they_are():
    assert [rule.id for rule in RULES] == [
        "lands", "bounded", "plain_names", "readable", "records_kept", "smuggled_files",
        "policies_apply", "holdout_grows", "clock", "authors", "records_genuine", "gate_reports",
        "code_on_main", "staging_verified", "payload_approved", "change_approved", "rejections",
    ]  # fmt: skip
    replaced = {rule.id for rule in RULES if rule.glass}
    assert replaced == {"staging_verified", "payload_approved"}
    assert {
        "readable", "gate_reports", "code_on_main", "staging_verified", "payload_approved",
    } == OF_RELEASES  # fmt: skip
    assert {"staging_verified", "payload_approved", "rejections"} == NEEDING_THE_LOG


def test_a_module_of_rules_that_the_table_lacks_is_found():
    declared = [
        rule.id
        for module in iter_modules(rules.__path__)
        for rule in import_module(f"{rules.__name__}.{module.name}").RULES
    ]
    assert sorted(declared) == sorted({rule.id for rule in RULES})


def test_findings_carry_the_ids_of_their_rules():
    for made in (promotion(), facts("judge", "policy", "holdout", "approvals")):
        for rule in RULES:
            assert {one.rule for one in rule.judge(made)} <= {rule.id}


@pytest.mark.parametrize(
    ("findings", "decision"),
    [
        ((), "allowed"),
        ((passed("a", "x"),), "allowed"),
        ((passed("a", "x"), undecided("b", "x")), "undecided"),
        ((undecided("b", "x"), refused("c", "x"), passed("a", "x")), "refused"),
    ],
)
def test_one_refusal_refuses_and_one_gap_leaves_undecided(findings, decision):
    assert decide(findings) == decision


def test_a_verdict_says_what_to_sign_and_who_made_it():
    verdict = judge_change(promotion())
    lines = "\n".join(verdict_lines(verdict))
    assert lines.startswith("refused: bbbbbbbbbbbb..aaaaaaaaaaaa")
    assert "authors   max" in lines
    assert f"to sign   payload {verdict.payload} in production" in lines
    assert verdict.payload in verdict_page(verdict)
    assert judge_change(approved(promotion(), "ada", "bo")).problems == ()


def test_what_a_branch_wrote_is_escaped_where_it_is_shown():
    bad = "x\x1b[31m|<script>[a](http://b.invalid)@team"
    verdict = judge_change(promotion()).model_copy(update={"findings": (refused("r", bad),)})
    assert "\x1b" not in "".join(verdict_lines(verdict))
    page = verdict_page(verdict)
    assert not any(mark in page for mark in ("\x1b", "<script", "http://", "@team", "[a]("))


def test_a_promotion_that_is_no_rollback_withdraws_nothing():
    before = {"staging": staging(), "production": production(entry("second"))}
    verdict = judge_change(promotion(releases_before=before))
    assert (verdict.rollback, verdict.withdraws) == (False, None)


@pytest.mark.parametrize(
    ("decision", "outcome"),
    [("allowed", "passed"), ("refused", "refused"), ("undecided", "undecided")],
)
def test_what_was_settled_long_ago_is_a_verdict_too(decision, outcome):
    verdict = settled("b" * 40, "a" * 40, decision, "it was", NOON)
    assert (verdict.decision, verdict.findings[0].outcome) == (decision, outcome)
