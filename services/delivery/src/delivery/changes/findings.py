"""A rule about changes, what it found, and the verdict over all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from artifacts.digests import Digest
from artifacts.records.approval import Subject
from artifacts.records.manifest import Commit
from artifacts.records.record import Part, Record
from delivery.changes.facts import ChangeFacts
from delivery.changes.path_kinds import Kind

Outcome = Literal["passed", "refused", "undecided"]
Decision = Literal["allowed", "refused", "undecided"]


class Finding(Part):
    """What one rule says of one thing."""

    rule: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True)
class Rule:
    """A rule: its id, what it means to people, where it is from, and what judges by it.

    `judge` returns no finding where a change is none of its business.
    """

    id: str
    meaning: str
    source: str
    judge: Callable[[ChangeFacts], tuple[Finding, ...]]
    glass: bool = False
    """Whether break-glass may take its place: only these rules can be replaced."""
    of_release: bool = False
    """Whether it is about a release that a change brings. A deploy judges the release that it
    deploys, whatever stood on main before."""
    needs_log: bool = False
    """Whether it can't be told without the audit log."""


class ChangeVerdict(Record):
    """Whether a change may be merged, or what it brings deployed.

    `code_authors` wrote code that a new payload pins: persons by name, others by address.
    `subjects` are what approvers sign, as it stands. `payload` is what production gets, if
    anything new. `withdraws` is the payload that a rollback leaves. `break_glass` names the
    statements that took the place of approvals; a deploy records them, and stays red until they
    are reviewed.
    """

    base: Commit
    head: Commit
    decision: Decision
    kinds: tuple[Kind, ...]
    authors: tuple[str, ...]
    code_authors: tuple[str, ...] = ()
    subjects: tuple[Subject, ...]
    findings: tuple[Finding, ...]
    payload: Digest | None
    rollback: bool
    withdraws: Digest | None
    break_glass: tuple[Digest, ...]
    judged_at: datetime

    @property
    def allowed(self) -> bool:
        """Whether it may."""
        return self.decision == "allowed"

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What stands against it."""
        return tuple(one for one in self.findings if one.outcome != "passed")


def passed(rule: str, reason: str) -> Finding:
    """Say that a rule is kept."""
    return Finding(rule=rule, outcome="passed", reason=reason)


def refused(rule: str, reason: str) -> Finding:
    """Say that a rule is broken."""
    return Finding(rule=rule, outcome="refused", reason=reason)


def undecided(rule: str, reason: str) -> Finding:
    """Say that nobody can tell yet whether a rule is kept."""
    return Finding(rule=rule, outcome="undecided", reason=reason)


def summed(rule: str, problems: tuple[Finding, ...], fine: str) -> tuple[Finding, ...]:
    """Return the problems, or a finding that says that there are none."""
    return problems or (passed(rule, fine),)
