"""The judge of changes: facts in, the findings of every rule out, and a verdict over them."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from artifacts.records.approval import Approval
from delivery.changes.facts import ChangeFacts, Ground
from delivery.changes.findings import ChangeVerdict, Decision, Finding, Rule, passed
from delivery.changes.payload_history import rolls_back
from delivery.changes.rules import approvals, authors, genuine, keeping, rejections, releases
from delivery.changes.rules.approvals import glass_of
from delivery.changes.rules.authors import authors_of
from delivery.changes.statements import subjects_of

RULES: Final[tuple[Rule, ...]] = (
    *keeping.RULES,
    *authors.RULES,
    *genuine.RULES,
    *releases.RULES,
    *approvals.RULES,
    *rejections.RULES,
)
"""All rules, in the order in which a verdict shows them. Each
module of `rules/` declares its own: a rule that is in none of them is not judged."""
OF_RELEASES: Final = frozenset(rule.id for rule in RULES if rule.of_release)
NEEDING_THE_LOG: Final = frozenset(rule.id for rule in RULES if rule.needs_log)
SETTLED: Final = "brought_to_main"
"""What stands for a rule where none of the table has anything to judge."""


def judge_change(facts: ChangeFacts) -> ChangeVerdict:
    """Judge a change by every rule of the table; none stops at the first that is broken."""
    found = [(rule, one) for rule in RULES for one in rule.judge(facts)]
    replaceable = any(rule.glass and one.outcome != "passed" for rule, one in found)
    glass = glass_of(facts) if replaceable else ()
    findings = tuple(_replaced(one, glass) if rule.glass and glass else one for rule, one in found)
    rollback = rolls_back(facts)
    return ChangeVerdict(
        base=facts.base,
        head=facts.head,
        decision=decide(findings),
        kinds=tuple(sorted(facts.kinds)),
        authors=tuple(sorted(authors_of(facts))),
        code_authors=(*sorted(facts.code_authors), *facts.code_strangers),
        subjects=subjects_of(facts),
        findings=findings,
        payload=facts.new_payload,
        rollback=rollback,
        withdraws=facts.payload_before if rollback else None,
        break_glass=tuple(one.digest for one in glass),
        judged_at=facts.now,
    )


def judge_by_both(facts: ChangeFacts, present: Ground) -> ChangeVerdict:
    """Judge a change of main by what stood before it and by what main has now: the stricter holds.

    What is judged as it becomes is what main has now, too: later changes were judged themselves.
    """
    verdict = judge_change(facts)
    if present == facts.ground:
        return verdict
    again = judge_change(replace(facts, ground=present, after=present))
    known = verdict.problems
    findings = verdict.findings + tuple(
        one.model_copy(update={"reason": f"by what main has now: {one.reason}"})
        for one in again.problems
        if one not in known
    )
    glass = dict.fromkeys((*verdict.break_glass, *again.break_glass))
    changes = {"findings": findings, "decision": decide(findings), "break_glass": tuple(glass)}
    return verdict.model_copy(update=changes)


def settled(base: str, head: str, decision: Decision, reason: str, now: datetime) -> ChangeVerdict:
    """Return the verdict where there is nothing to judge: no change, or one judged long ago."""
    outcome = "passed" if decision == "allowed" else decision
    return ChangeVerdict(
        base=base,
        head=head,
        decision=decision,
        kinds=(),
        authors=(),
        subjects=(),
        findings=(Finding(rule=SETTLED, outcome=outcome, reason=reason),),
        payload=None,
        rollback=False,
        withdraws=None,
        break_glass=(),
        judged_at=now,
    )


def decide(findings: tuple[Finding, ...]) -> Decision:
    """Sum up: one refusal refuses, one gap leaves undecided."""
    outcomes = {one.outcome for one in findings}
    if "refused" in outcomes:
        return "refused"
    return "undecided" if "undecided" in outcomes else "allowed"


def _replaced(finding: Finding, glass: tuple[Approval, ...]) -> Finding:
    if finding.outcome == "passed":
        return finding
    names = " and ".join(f"{one.approver} ({one.role})" for one in glass)
    return passed(finding.rule, f"broken glass by {names}, in place of: {finding.reason}")
