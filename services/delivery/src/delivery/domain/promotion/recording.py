"""What the audit log remembers of a judgement: who said what, and what came of it."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from artifacts.records.approval import Approval, PayloadSubject, Word
from artifacts.records.audit import AuditEvent, Event
from delivery.domain.promotion.approvals import counts_as_withdrawal
from delivery.domain.promotion.facts import ChangeFacts, Statement
from delivery.domain.promotion.findings import ChangeVerdict
from delivery.domain.promotion.reviews import counts_as_review
from delivery.domain.promotion.words import not_of_its_approver, objection, read_statements

EVENTS: Final = MappingProxyType[Word, Event](
    {
        "approved": "approval",
        "rejected": "rejection",
        "withdrawn": "withdrawal",
        "reviewed": "review",
    }
)
"""A broken glass is recorded by the deploy that it lets pass, and not before."""
LONGEST: Final = 4000


def events_of(facts: ChangeFacts, verdict: ChangeVerdict, actor: str) -> tuple[AuditEvent, ...]:
    """Return what the log doesn't have yet: statements that hold, then the judgement itself."""
    known = {(entry.event, entry.subject, entry.actor) for entry in facts.log}
    said = dict.fromkeys(_said(facts))
    new = (one for one in said if (one.event, one.subject, one.actor) not in known)
    return (*new, _judgement(facts, verdict, actor))


def _said(facts: ChangeFacts) -> Iterator[AuditEvent]:
    for found, one in read_statements(facts):
        event = EVENTS.get(one.word)
        if event and _holds(found, one, facts):
            subject = one.subject
            payload = subject if isinstance(subject, PayloadSubject) else None
            yield AuditEvent(
                event=event,
                outcome="done",
                actor=one.approver,
                reason=one.reason[:LONGEST],
                environment=payload.environment if payload else None,
                commit=facts.head,
                payload=payload.payload if payload else None,
                change=None if isinstance(subject, PayloadSubject) else subject.change,
                subject=one.of or one.digest,
                statement=one.digest,
            )


def _holds(found: Statement, one: Approval, facts: ChangeFacts) -> bool:
    if one.word == "rejected":
        return not not_of_its_approver(found, facts)
    if objection(found, facts):
        return False
    if one.word == "withdrawn":
        return counts_as_withdrawal(one, facts)
    return one.word != "reviewed" or counts_as_review(one, facts)


def _judgement(facts: ChangeFacts, verdict: ChangeVerdict, actor: str) -> AuditEvent:
    problems = "; ".join(f"{one.rule}: {one.reason}" for one in verdict.problems)
    return AuditEvent(
        event="judgement",
        outcome=verdict.decision,
        actor=actor,
        reason=problems[:LONGEST],
        commit=facts.head,
        payload=verdict.payload,
        change=facts.change_digest,
    )
