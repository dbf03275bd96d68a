"""Statements of people: which count, and why the others don't."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.digests import digest_json
from artifacts.policies.approvers import People, Person
from artifacts.records.approval import (
    Approval,
    ApprovedModel,
    ChangeSubject,
    PayloadSubject,
    Subject,
)
from artifacts.ssh_signatures import APPROVAL
from delivery.changes.facts import ChangeFacts, Statement
from delivery.changes.payload_history import rolls_back

SKEW: Final = timedelta(minutes=5)
"""How far an approver's clock may be ahead of the judge's."""


def subject_digest(subject: Subject) -> str:
    """Return the name of what approvers sign about."""
    return digest_json(subject.model_dump(mode="json"))


def subjects_of(facts: ChangeFacts) -> tuple[Subject, ...]:
    """Return what approvers of a change must sign: a payload, a change of what judges, or both.

    A payload whose gate reports can't be read has no subject: there is nothing to approve yet.
    """
    found: list[Subject] = []
    if facts.change_digest:
        found.append(ChangeSubject(change=facts.change_digest))
    if payload := payload_subject(facts):
        found.append(payload)
    return tuple(found)


def payload_subject(facts: ChangeFacts) -> PayloadSubject | None:
    """Return the new payload of production with all that its models were judged by, or None."""
    release = facts.releases_after["production"]
    if not facts.new_payload or rolls_back(facts) or isinstance(release, CantTell):
        return None
    models = {}
    for name, entries in release.released.items():
        found = facts.reports.get(entries[0].gate_report)
        if found is None or isinstance(found.report, CantTell):
            return None
        report = found.report
        if report.policy is None or report.risk_tiers is None or report.photo_manifest is None:
            return None
        models[name] = ApprovedModel(
            model=entries[0].digest,
            gate_report=entries[0].gate_report,
            policy=report.policy,
            risk_tiers=report.risk_tiers,
            photo_manifest=report.photo_manifest,
        )
    return PayloadSubject(environment="production", payload=facts.new_payload, models=models)


def speaks_of(subject: Subject, facts: ChangeFacts) -> bool:
    """Whether a statement is about this change, if perhaps not about exactly what it is now."""
    if isinstance(subject, ChangeSubject):
        return subject.change == facts.change_digest
    return subject.environment == "production" and subject.payload == facts.new_payload


def read_statements(facts: ChangeFacts) -> Iterator[tuple[Statement, Approval]]:
    """Give each statement that can be read."""
    for one in facts.statements:
        if isinstance(one.approval, Approval):
            yield one, one.approval


def objection(found: Statement, facts: ChangeFacts) -> str:
    """Say why a statement is not what it claims, whatever it says; nothing if it is.

    Keys, roles and times are judged by the people on main and by the judge's clock.
    """
    statement, people = found.approval, facts.ground.people
    if isinstance(statement, CantTell):
        return str(statement)
    if isinstance(people, CantTell):
        return f"nobody can say who is who: {people}"
    reason = _not_signed(found, statement, people)
    return reason or _not_entitled(found, statement, people.persons[statement.approver], facts.now)


def _not_entitled(found: Statement, statement: Approval, person: Person, now: datetime) -> str:
    at = statement.at.isoformat()
    if reason := person.objection(found.signature.key, now):
        return f"{statement.approver} {reason}"
    if reason := person.objection(found.signature.key, statement.at):
        return f"{statement.approver} {reason}, and this was made at {at}"
    if statement.role not in person.roles:
        return f"{statement.approver} doesn't hold the role {statement.role} on main"
    return f"it is from the future: {at}" if statement.at > now + SKEW else ""


def is_own(found: Statement, facts: ChangeFacts) -> bool:
    """Whether a statement is its approver's own, by the people on main now or ever before.

    A key that was revoked since is theirs, and who was taken off the list said it all the same.
    Whatever counts for or against anybody must be theirs.
    """
    return is_of_one_of(found, (facts.ground.people, *facts.formerly))


def is_of_one_of(found: Statement, known: Iterable[People | CantTell]) -> bool:
    """Whether a statement is its approver's own, by any of some lists of approvers."""
    statement = found.approval
    if isinstance(statement, CantTell):
        return False
    return any(
        not _not_signed(found, statement, people)
        for people in known
        if not isinstance(people, CantTell)
    )


def _not_signed(found: Statement, statement: Approval, people: People) -> str:
    signature = found.signature
    if signature.problem:
        return signature.problem
    if signature.namespace != APPROVAL:
        return f"it is signed in the namespace {signature.namespace}, not {APPROVAL}"
    owner = people.owner(signature.key)
    if owner is None:
        who = f"neither {statement.approver} nor anybody on main has it"
        return f"it is signed by an unknown key: {who}"
    if owner != statement.approver:
        return f"it is signed by {owner} in the name of {statement.approver}"
    return ""


def withdrawn_by(digest: str, facts: ChangeFacts) -> frozenset[tuple[str, str]]:
    """Name who took a statement back, and in which role: by statements that count, or by the log.

    The log's role is empty: it was judged when it was recorded.
    """
    said = {
        (one.approver, one.role)
        for found, one in read_statements(facts)
        if one.word == "withdrawn" and one.of == digest and not objection(found, facts)
    }
    logged = {
        (entry.actor, "")
        for entry in facts.log
        if entry.event == "withdrawal" and entry.subject == digest
    }
    return frozenset(said | logged)


def covers(asked: Iterable[tuple[str, int]], given: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the roles that are left without a person, when each person counts once.

    `asked` are roles with numbers of persons, `given` persons with a role in which they spoke.
    """
    slots = [role for role, persons in asked for _ in range(persons)]
    able = {role: sorted({p for p, r in given if r == role}) for role in slots}
    taken: dict[str, int] = {}

    def seated(slot: int, tried: set[str]) -> bool:
        """Seat a slot, moving others on where that makes room (Kuhn 1955, augmenting paths)."""
        for person in able[slots[slot]]:
            if person in tried:
                continue
            tried.add(person)
            if person not in taken or seated(taken[person], tried):
                taken[person] = slot
                return True
        return False

    return tuple(role for slot, role in enumerate(slots) if not seated(slot, set()))
