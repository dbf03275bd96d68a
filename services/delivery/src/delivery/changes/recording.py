"""What the audit log remembers of a judgement: who said what, and what came of it."""

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.policies.approvers import People
from artifacts.records.approval import Approval, PayloadSubject, Word
from artifacts.records.audit import AuditEntry, AuditEvent, Event
from delivery.changes.facts import ChangeFacts, Statement
from delivery.changes.findings import ChangeVerdict
from delivery.changes.rules.approvals import counts_as_review
from delivery.changes.rules.authors import authors_of, judge_authors, signer_of
from delivery.changes.rules.rejections import bounded_paths, counts_as_withdrawal, models_of
from delivery.changes.statements import (
    is_of_one_of,
    is_own,
    objection,
    payload_subject,
    read_statements,
)

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
    new = new_events(statement_events(facts), facts.log)
    return (*new, _judgement(facts, verdict, actor))


def new_events(events: Iterable[AuditEvent], log: Iterable[AuditEntry]) -> tuple[AuditEvent, ...]:
    """Return the events of statements that a log doesn't have yet, each once."""
    known = {_key(entry) for entry in log}
    found = {_key(event): event for event in events}
    return tuple(event for key, event in found.items() if key not in known)


def _key(event: AuditEvent) -> tuple[object, ...]:
    # Who reviews a second breaking by the same statement has said something new.
    said = event.statement if event.event == "review" else None
    return event.event, event.subject, event.actor, said


def statement_events(facts: ChangeFacts) -> Iterator[AuditEvent]:
    """Give an event for every statement that holds, whether the log has it or not."""
    for found, one in read_statements(facts):
        event = EVENTS.get(one.word)
        if event and _holds(found, one, facts):
            yield _event(event, found, one, facts.head)


def rejection_events(
    statements: Iterable[Statement], known: Iterable[People]
) -> Iterator[AuditEvent]:
    """Give an event for every rejection of somebody whom main lists or ever listed."""
    approvers = tuple(known)
    for found in statements:
        one = found.approval
        if isinstance(one, Approval) and one.word == "rejected" and is_of_one_of(found, approvers):
            yield _event("rejection", found, one, found.commit)


def _event(event: Event, found: Statement, one: Approval, head: str) -> AuditEvent:
    subject = one.subject
    payload = subject if isinstance(subject, PayloadSubject) else None
    rejected = event == "rejection"
    return AuditEvent(
        event=event,
        outcome="done",
        actor=one.approver,
        reason=one.reason[:LONGEST],
        environment=payload.environment if payload else None,
        commit=found.commit or head,
        payload=payload.payload if payload else None,
        change=None if isinstance(subject, PayloadSubject) else subject.change,
        subject=one.of or one.digest,
        statement=one.digest,
        models=models_of(subject) if rejected else {},
        paths=bounded_paths(found.paths) if rejected else (),
        authors=tuple(sorted(found.authors)) if rejected else (),
    )


def _holds(found: Statement, one: Approval, facts: ChangeFacts) -> bool:
    if one.word == "rejected":
        return is_own(found, facts)
    if objection(found, facts):
        return False
    if one.word == "withdrawn":
        return counts_as_withdrawal(one, facts)
    return one.word != "reviewed" or counts_as_review(one, facts)


def _authors(facts: ChangeFacts) -> frozenset[str]:
    """Return who made a change, for later judgements of the same on any branch.

    Where its commits are not all signed as they should be, anybody could have put names into them:
    then those alone whose keys signed some.
    """
    people = facts.ground.people
    if isinstance(people, CantTell):
        return frozenset()
    if all(one.outcome == "passed" for one in judge_authors(facts)):
        return authors_of(facts) | facts.code_authors
    signed = (signer_of(facts, people, one).person for one in facts.commits if one.authored)
    return frozenset(person for person in signed if person)


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
        authors=tuple(sorted(_authors(facts))),
        models=models_of(subject) if (subject := payload_subject(facts)) else {},
        paths=bounded_paths(change.path for change in facts.protected),
    )
