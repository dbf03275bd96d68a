"""approvals, break_glass: the people whom a tier asks for, and who may review broken glass."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.policies.tiers import TIERS, Approvers, BreakGlass, Tier
from artifacts.records.approval import Approval, ChangeSubject, PayloadSubject, Subject, Word
from delivery.changes.facts import ChangeFacts, Statement
from delivery.changes.findings import Finding, Rule, passed, refused, undecided
from delivery.changes.payload_history import course_of, departures, rolls_back
from delivery.changes.rules.authors import authors_of, made_before
from delivery.changes.rules.releases import strictest_tier
from delivery.changes.statements import (
    covers,
    is_own,
    objection,
    payload_subject,
    read_statements,
    speaks_of,
    withdrawn_by,
)

PAYLOAD, CHANGE = "payload_approved", "change_approved"
STRICTEST: Final = TIERS[-1]
SHOWN: Final = 3


@dataclass(frozen=True)
class Counted:
    """Statements of one word that count, and why others beside them don't."""

    statements: tuple[Approval, ...]
    others: tuple[str, ...]

    @property
    def given(self) -> tuple[tuple[str, str], ...]:
        """Who spoke, and in which role."""
        return tuple((one.approver, one.role) for one in self.statements)


def judge_payload_approval(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse a new payload that the persons of its tier didn't approve as it is."""
    if not facts.new_payload:
        return ()
    if rolls_back(facts):
        return (passed(PAYLOAD, "it is the release before, which was approved and ran"),)
    subject, tier = payload_subject(facts), strictest_tier(facts)
    if subject is None:
        return (refused(PAYLOAD, "nothing can be approved before its gate reports are readable"),)
    if tier is None:
        return (undecided(PAYLOAD, "without a policy and tiers nobody knows who must approve"),)
    return _judge(PAYLOAD, facts, subject, tier)


def judge_change_approval(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse a change of what judges that the strictest tier's persons didn't approve as it is."""
    if facts.change_digest is None:
        return ()
    tiers = facts.ground.tiers
    if isinstance(tiers, CantTell):
        return (undecided(CHANGE, f"nobody knows who must approve: {tiers}"),)
    subject = ChangeSubject(change=facts.change_digest)
    return _judge(CHANGE, facts, subject, tiers.tiers[STRICTEST])


def _judge(rule: str, facts: ChangeFacts, subject: Subject, tier: Tier) -> tuple[Finding, ...]:
    if isinstance(facts.ground.people, CantTell):
        return (undecided(rule, f"nobody can say who is who: {facts.ground.people}"),)
    counted = count(facts, "approved", subject, tier)
    missing = covers(_asked(tier.approvals), counted.given)
    if not missing:
        names = ", ".join(f"{one.approver} ({one.role})" for one in counted.statements)
        return (passed(rule, f"approved by {names}"),)
    paths = [change.path for change in facts.protected]
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    what = "the payload" if rule == PAYLOAD else f"changing {', '.join(paths[:SHOWN])}{more}"
    lacking = f"{what} lacks approvals by {', '.join(missing)}"
    ignored = "".join(f"; not counted: {other}" for other in counted.others)
    return (refused(rule, lacking + ignored),)


def _asked(approvals: Iterable[Approvers]) -> tuple[tuple[str, int], ...]:
    return tuple((one.role, one.persons) for one in approvals)


def count(facts: ChangeFacts, word: str, subject: Subject, tier: Tier | None) -> Counted:
    """Sort statements of a word into those that count for a subject, and others with reasons.

    Others are named if they speak of it, or came with this change: somebody meant them to count.
    """
    statements, others = [], []
    for found in facts.statements:
        one = found.approval
        if isinstance(one, CantTell):
            others += [f"{one}"] if found.added else []
        elif one.word == word and (found.added or speaks_of(one.subject, facts)):
            reason = reason_against(found, one, facts, subject, tier)
            if not reason:
                statements.append(one)
            elif type(one.subject) is type(subject):
                others.append(f"{one.approver} as {one.role}: {reason}")
    return Counted(tuple(statements), tuple(dict.fromkeys(others)))


def reason_against(
    found: Statement, one: Approval, facts: ChangeFacts, subject: Subject, tier: Tier | None
) -> str:
    """Say why an approval or a broken glass doesn't count for a subject; nothing if it does.

    Unlike a rejection, it must be there when the change has landed: main keeps the proof.
    """
    if reason := objection(found, facts) or _other(one.subject, subject):
        return reason
    if not found.present:
        return "was there and is gone, or was replaced"
    if reason := _own_work(one.approver, facts, subject):
        return f"{reason}, and nobody approves their own work"
    days = tier.approvals_valid_days if tier else None
    if days is not None and facts.now - one.at > timedelta(days=days):
        return f"has expired: {one.at.date()} is more than {days} days ago"
    if any(person == one.approver for person, _ in withdrawn_by(one.digest, facts)):
        return "was withdrawn by the same person"
    return _for_an_earlier_turn(found, one, facts)


def _own_work(person: str, facts: ChangeFacts, subject: Subject) -> str:
    """Say what of a subject is a person's own work; nothing if none of it is."""
    if person in authors_of(facts):
        return "is an author of the change"
    payload = subject.payload if isinstance(subject, PayloadSubject) else None
    change = subject.change if isinstance(subject, ChangeSubject) else None
    if person in made_before(facts, payload, change):
        return "is an author of the same on another branch"
    if payload and person in facts.code_authors:
        return "wrote code that the payload pins"
    return ""


def _other(found: Subject, subject: Subject) -> str:
    if found == subject:
        return ""
    if isinstance(found, ChangeSubject) or isinstance(subject, ChangeSubject):
        return "is about another change: files were changed after it"
    if found.environment != subject.environment:
        return f"is for {found.environment}, not for {subject.environment}"
    if found.payload != subject.payload:
        return f"is about another payload, {found.payload}"
    return "names another gate report, policy, tiers or data than those of this payload"


def _for_an_earlier_turn(found: Statement, one: Approval, facts: ChangeFacts) -> str:
    """Say why a statement is about a turn of its payload that is over; nothing if it is not.

    What stood on main when production left the payload is told by main's commits, what was kept
    back until now by the log's order and time. No commit's date is asked.
    """
    if isinstance(one.subject, ChangeSubject):
        return ""
    payload = one.subject.payload
    course = course_of(facts.production_history)
    left_by = course.left_by(payload)
    if there := [commit for commit in left_by if commit in found.there_at]:
        withdrew = set(there) & set(course.withdrawn_by(payload))
        what = "a rollback withdrew" if withdrew else "production left"
        return f"was made before {what} this payload (main's commit {there[-1][:12]} had it)"
    left, present = departures(facts.log, payload)
    if left_by and present:
        return "is about a payload that main has left and production still runs: deploy main first"
    if not left:
        return ""
    recorded = [e.sequence for e in facts.log if one.digest in {e.statement, e.subject}]
    last = left[-1]
    if one.at <= last.at or any(sequence < last.sequence for sequence in recorded):
        what = "a rollback withdrew" if last.left == payload else "production left"
        return f"was made before {what} this payload ({last.at.isoformat()})"
    return ""


def glass_of(facts: ChangeFacts) -> tuple[Approval, ...]:
    """Return the statements that together break the glass for the new payload; none if they don't.

    They must be of the roles that the tiers name, by distinct persons, and not expired.
    """
    subject, tiers = payload_subject(facts), facts.ground.tiers
    if subject is None or isinstance(tiers, CantTell):
        return ()
    glass = tiers.break_glass
    counted = count(facts, "break_glass", subject, None).statements
    valid = tuple(one for one in counted if not _out_of_time(one, facts, glass))
    given = [(one.approver, one.role) for one in valid]
    return () if covers(_asked(glass.approvals), given) else valid


def _out_of_time(one: Approval, facts: ChangeFacts, glass: BreakGlass) -> str:
    expires = one.expires_at or one.at
    if facts.now >= expires:
        return f"has expired at {expires.isoformat()}"
    if expires - one.at > timedelta(hours=glass.max_hours):
        return f"would hold for longer than {glass.max_hours:g} h"
    return ""


def glass_objection(one: Approval, facts: ChangeFacts) -> str:
    """Return why a break-glass statement has expired or lasts too long, or ""."""
    tiers = facts.ground.tiers
    return (
        str(tiers) if isinstance(tiers, CantTell) else _out_of_time(one, facts, tiers.break_glass)
    )


def roles_asked(subject: Subject, word: Word, facts: ChangeFacts) -> tuple[str, ...]:
    """Name the roles whose word a subject takes; of a rejection, every role's."""
    tiers = facts.ground.tiers
    if isinstance(tiers, CantTell):
        return ()
    if word == "rejected":
        return tuple(tiers.roles)
    if word == "break_glass":
        return tuple(one.role for one in tiers.break_glass.approvals)
    strictest = tiers.tiers[STRICTEST]
    tier = strictest if isinstance(subject, ChangeSubject) else strictest_tier(facts)
    return tuple(one.role for one in tier.approvals) if tier else ()


def counts_as_review(review: Approval, facts: ChangeFacts) -> bool:
    """Whether a review closes a case: by somebody who neither broke, approved nor made it.

    Only signed words make anybody a part of a case. Where nobody can say who made what the glass
    was broken for, no review counts.
    """
    breakers, makers = _spoke(review, facts, "break_glass", named=True), _makers(review, facts)
    if not breakers or makers is None:
        return False
    return review.approver not in breakers | makers | _approvers(review, facts)


def _spoke(review: Approval, facts: ChangeFacts, word: str, *, named: bool) -> frozenset[str]:
    """Return who said a word of the review's subject; with `named`, if one is what it names."""
    said = [
        one
        for statement, one in read_statements(facts)
        if one.word == word
        and isinstance(one.subject, PayloadSubject)
        and one.subject == review.subject
        and is_own(statement, facts)
    ]
    if named and all(one.digest != review.of for one in said):
        return frozenset()
    return frozenset(one.approver for one in said)


def _approvers(review: Approval, facts: ChangeFacts) -> frozenset[str]:
    payload = review.subject.payload if isinstance(review.subject, PayloadSubject) else None
    logged = {
        entry.actor
        for entry in facts.log
        if entry.event == "approval" and payload and entry.payload == payload
    }
    return _spoke(review, facts, "approved", named=False) | logged


def _makers(review: Approval, facts: ChangeFacts) -> frozenset[str] | None:
    """Return who made what brought the payload to production; None where nobody can tell."""
    if not isinstance(review.subject, PayloadSubject):
        return None
    payload = review.subject.payload
    made = facts.brought_by.get(payload)
    if made is None and payload == facts.new_payload:
        made = authors_of(facts) | facts.code_authors
    return None if made is None else made | authors_of(facts) | made_before(facts, payload, None)


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "payload_approved",
        "As many persons as the tier asks for, of its roles and none an author, signed exactly "
        "this payload for production, lately, and didn't take it back. A rollback needs none.",
        "Separation of duty: Clark and Wilson, IEEE S&P (1987).",
        judge_payload_approval,
        glass=True,
        of_release=True,
        needs_log=True,
    ),
    Rule(
        "change_approved",
        "A change of what judges is signed by the persons of the strictest tier, as it is.",
        "Separation of duty: Clark and Wilson, IEEE S&P (1987).",
        judge_change_approval,
    ),
)
