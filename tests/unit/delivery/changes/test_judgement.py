"""The table of rules, the sum of findings, and how a verdict is shown."""

import pytest
from support.change_facts import approved, entry, facts, production, promotion, staging
from support.people import NOON

from delivery.changes.findings import passed, refused, undecided
from delivery.changes.judgement import decide, judge_change, settled
from delivery.changes.rule_table import RULES
from delivery.changes.verdict_page import verdict_lines, verdict_page


def test_the_rules_that_were_decided_are_there_and_two_of_them_glass_replaces():
    assert [rule.id for rule in RULES] == [
        "lands", "clock", "bounded", "plain_names", "readable", "authors",
        "records_kept", "records_genuine", "smuggled_files", "policies_apply",
        "holdout_grows", "gate_reports", "code_on_main", "staging_verified",
        "payload_approved", "change_approved", "rejections",
    ]  # fmt: skip
    replaced = {rule.id for rule in RULES if rule.glass}
    assert replaced == {"staging_verified", "payload_approved"}


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
