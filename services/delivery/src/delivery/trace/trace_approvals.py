"""Who let a payload into production: by what main knew of people before the promotion."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.policies.approvers import People
from artifacts.policies.policy import Policy
from artifacts.policies.tiers import TIERS, Approvers, RiskTiers
from artifacts.records.approval import Approval, PayloadSubject, Word
from delivery.changes.facts import Ground, Statement
from delivery.changes.statements import NAMESPACE, covers

_WORDS: Final[tuple[Word, ...]] = ("approved", "break_glass")


@dataclass(frozen=True)
class Promotion:
    """A commit of main that gave production a payload, when, and what stood before it."""

    commit: str
    at: datetime
    ground: Ground


@dataclass(frozen=True)
class Approved:
    """The people whose statements let a payload in, or `reason`: why they are too few."""

    people: tuple[str, ...]
    word: Word = "approved"
    commit: str = ""
    reason: str = ""

    @property
    def what(self) -> str:
        """A line about it."""
        how = "approved" if self.word == "approved" else "let in by break-glass"
        return f"{how} by {', '.join(self.people)} for {self.commit[:12]}"


def approved_for(
    subject: PayloadSubject, statements: Sequence[Statement], promotion: Promotion
) -> Approved:
    """Count the statements for a payload at its promotion.

    Keys, roles and the number of people are those of main before it; whether they have expired
    since, and whether an author was among them, was the judge's to say then.
    """
    people, tiers = promotion.ground.people, promotion.ground.tiers
    if isinstance(people, CantTell):
        return Approved((), reason=f"nobody can say who is who: {people}")
    if isinstance(tiers, CantTell):
        return Approved((), reason=f"nobody can say who must approve: {tiers}")
    asked = _asked(subject, promotion.ground, tiers)
    if isinstance(asked, str):
        return Approved((), reason=asked)
    reasons: list[str] = []
    for word, of_tier in zip(_WORDS, (asked, tiers.break_glass.approvals), strict=True):
        counted, others = _sorted(word, subject, statements, people, promotion.at)
        given = [(one.approver, one.role) for one in counted]
        lacking = covers([(one.role, one.persons) for one in of_tier], given)
        if not lacking:
            names = tuple(f"{who} ({role})" for who, role in given)
            return Approved(names, word, promotion.commit)
        reasons += [f"approvals by {', '.join(lacking)} are missing"] if word == "approved" else []
        reasons += [f"not counted: {other}" for other in others]
    return Approved((), reason="; ".join(reasons))


def _asked(
    subject: PayloadSubject, ground: Ground, tiers: RiskTiers
) -> tuple[Approvers, ...] | str:
    names = []
    for model in subject.models:
        policy = ground.policies.get(model)
        if not isinstance(policy, Policy):
            return (
                f"nobody can say who must approve {model}: {policy or 'it has no policy on main'}"
            )
        names.append(policy.tier)
    return tiers.tiers[max(names, key=TIERS.index)].approvals


def _sorted(
    word: Word,
    subject: PayloadSubject,
    statements: Sequence[Statement],
    people: People,
    at: datetime,
) -> tuple[list[Approval], list[str]]:
    counted, others = [], []
    for found in statements:
        one = found.approval
        if isinstance(one, CantTell):
            others.append(str(one))
        elif one.word == word and one.subject == subject:
            reason = _against(found, one, people, at) or _withdrawn(one, statements, people, at)
            if reason:
                others.append(f"{one.approver} as {one.role}: {reason}")
            else:
                counted.append(one)
    return counted, others


def _against(found: Statement, one: Approval, people: People, at: datetime) -> str:
    signature = found.signature
    if signature.problem:
        return signature.problem
    if signature.namespace != NAMESPACE:
        return f"it is signed in the namespace {signature.namespace}, not {NAMESPACE}"
    if people.owner(signature.key) != one.approver:
        return "it is signed by a key that was not theirs on main"
    person = people.persons[one.approver]
    if one.role not in person.roles:
        return f"they didn't hold the role {one.role} on main"
    return person.objection(signature.key, at)


def _withdrawn(one: Approval, statements: Sequence[Statement], people: People, at: datetime) -> str:
    for found in statements:
        other = found.approval
        if isinstance(other, CantTell) or other.word != "withdrawn" or other.of != one.digest:
            continue
        own = other.approver == one.approver and not _against(found, other, people, at)
        if own and other.at <= at:
            return "they withdrew it before"
    return ""
