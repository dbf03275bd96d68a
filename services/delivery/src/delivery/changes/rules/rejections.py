"""rejections: what somebody rejected stays rejected in any other dress, until it is taken back.

A rejection follows what it is about. One of a payload holds for every payload that brings the same
model to production; one of a change holds for every change of the same protected files. So another
digest, by a blank line in the code or a comment at the end, evades nothing. A rollback is stopped
only by a rejection of that very payload.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.digests import hex_part
from artifacts.records.approval import Approval, ChangeSubject, PayloadSubject, Subject
from artifacts.records.release import Release
from delivery.changes.facts import ChangeFacts, Statement
from delivery.changes.findings import Finding, Rule, passed, refused, undecided
from delivery.changes.payload_history import rolls_back
from delivery.changes.rules.authors import authors_of, made_before
from delivery.changes.statements import (
    is_own,
    objection,
    read_statements,
    subjects_of,
    withdrawn_by,
)

REJECTIONS: Final = "rejections"
EVERYTHING: Final = "/"
MOST_PATHS: Final = 200
SHOWN: Final = 12


@dataclass(frozen=True)
class Rejection:
    """Who rejected what, and why. `digest` is that of the statement.

    It is about a `change`, or about a `payload` in production. `models` and `paths` are what it
    follows, and `authors` made what was rejected.
    """

    who: str
    reason: str
    digest: str
    at: datetime
    change: str | None = None
    payload: str | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()


def rejection_of(statement: Statement, said: Approval) -> Rejection | None:
    """Return what a statement rejects; None where it is no rejection that could stop anything."""
    subject = said.subject
    if said.word != "rejected":
        return None
    if isinstance(subject, PayloadSubject) and subject.environment != "production":
        return None
    return Rejection(
        said.approver,
        said.reason,
        said.digest,
        said.at,
        change=subject.change if isinstance(subject, ChangeSubject) else None,
        payload=subject.payload if isinstance(subject, PayloadSubject) else None,
        models=models_of(subject),
        paths=statement.paths,
        authors=statement.authors,
    )


def models_of(subject: Subject) -> dict[str, str]:
    """Return the models of a payload's subject by name; a change has none."""
    if isinstance(subject, ChangeSubject):
        return {}
    return {name: looked_at.model for name, looked_at in subject.models.items()}


def rejections(facts: ChangeFacts) -> tuple[Rejection, ...]:
    """Return all rejections that are known, whatever they are about: signed ones, and the log's."""
    stated = (
        rejection
        for statement, said in read_statements(facts)
        if (rejection := rejection_of(statement, said)) and is_own(statement, facts)
    )
    logged = (
        Rejection(
            entry.actor, entry.reason, entry.subject or "", entry.at,
            change=entry.change, payload=entry.payload,
            models=entry.models, paths=entry.paths, authors=entry.authors,
        )
        for entry in facts.log
        if entry.event == "rejection" and not (entry.payload and entry.environment != "production")
    )  # fmt: skip
    found: dict[tuple[str, str], Rejection] = {}
    for rejection in (*stated, *logged):
        key = rejection.digest, rejection.who
        other = found.get(key, rejection)
        # The protected files of a rejected change, as the log has them of its judgements.
        judged = (
            path
            for entry in facts.log
            if rejection.change and entry.event == "judgement" and entry.change == rejection.change
            for path in entry.paths
        )
        paths = (*other.paths, *rejection.paths, *judged)
        found[key] = replace(
            rejection,
            at=min(rejection.at, other.at),
            models={**other.models, **rejection.models},
            paths=tuple(dict.fromkeys(paths)),
            authors=tuple(dict.fromkeys((*other.authors, *rejection.authors))),
        )
    return tuple(found.values())


def judge_rejections(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse what somebody rejected, until they or a role that the tiers name take it back.

    Neither a deleted file nor a rewritten branch takes it back: the log remembers, and so do all
    commits of the change and the forge's earlier heads of its branch. A key that was revoked later,
    or a person whom main doesn't list any more, makes a rejection no less.
    """
    if facts.change_digest is None and not facts.new_payload:
        return ()
    problems = [undecided(REJECTIONS, f"{why}: it may hold a rejection") for why in facts.unread]
    for rejection in rejections(facts):
        if _taken_back(rejection, facts):
            continue
        if is_about(rejection, facts):
            reason = f"{rejection.who} rejected it: {rejection.reason}"
            problems.append(refused(REJECTIONS, reason))
        elif (what := follows(rejection, facts)) and not _answered(rejection, facts):
            who, name = rejection.who, hex_part(rejection.digest)[:SHOWN]
            reason = (
                f"{who} rejected {what} before, and this brings it again: {rejection.reason}. It "
                f"holds until {who} approves this, or somebody who may runs `delivery withdraw "
                f"{name}`"
            )
            problems.append(refused(REJECTIONS, reason))
    return tuple(dict.fromkeys(problems)) or (passed(REJECTIONS, "nobody rejects it"),)


def is_about(rejection: Rejection, facts: ChangeFacts) -> bool:
    """Whether a rejection is about exactly what this change brings."""
    of_change = facts.change_digest is not None and rejection.change == facts.change_digest
    return of_change or (facts.new_payload is not None and rejection.payload == facts.new_payload)


def follows(rejection: Rejection, facts: ChangeFacts) -> str:
    """Return what this change has in common with a rejected one, or ""."""
    if rejection.payload and facts.new_payload and not rolls_back(facts):
        brought = _models(facts)
        for name, digest in sorted(rejection.models.items()):
            if digest in brought.get(name, frozenset()):
                return f"a payload with the model {name} {digest}"
    for change in facts.protected if rejection.change else ():
        if any(_covers(path, change.path) for path in rejection.paths):
            return f"a change of {change.path}"
    return ""


def _models(facts: ChangeFacts) -> dict[str, frozenset[str]]:
    release = facts.releases_after["production"]
    if not isinstance(release, Release):
        return {}
    return {
        name: frozenset(entry.digest for entry in entries)
        for name, entries in release.released.items()
    }


def _covers(path: str, other: str) -> bool:
    if path.endswith("/"):
        return path == EVERYTHING or other.startswith(path)
    return other == path


def bounded_paths(paths: Iterable[str]) -> tuple[str, ...]:
    """Return paths as the log takes them: where they are too many, the folders that hold them."""
    found = sorted(set(paths))
    deepest = max((path.count("/") for path in found), default=0)
    for depth in range(deepest, 0, -1):
        if len(found) > MOST_PATHS:
            found = sorted({_within(path, depth) for path in found})
    return tuple(found) if len(found) <= MOST_PATHS else (EVERYTHING,)


def _within(path: str, depth: int) -> str:
    """Return the folder, so many names deep, that holds a path; a path that is less deep itself."""
    parts = path.removesuffix("/").split("/")
    return path if len(parts) <= depth else "/".join(parts[:depth]) + "/"


def _answered(rejection: Rejection, facts: ChangeFacts) -> bool:
    """Whether whoever rejected something like it has since approved exactly this."""
    subjects = subjects_of(facts)
    return any(
        said.word == "approved"
        and said.approver == rejection.who
        and said.subject in subjects
        and said.at > rejection.at
        and statement.present
        and not objection(statement, facts)
        and said.approver not in {person for person, _ in withdrawn_by(said.digest, facts)}
        for statement, said in read_statements(facts)
    )


def _taken_back(rejection: Rejection, facts: ChangeFacts) -> bool:
    """Whether a rejection was withdrawn; the log's withdrawals were judged when they came there."""
    return any(
        person == rejection.who or not role or _may_withdraw(rejection, person, role, facts)
        for person, role in withdrawn_by(rejection.digest, facts)
    )


def _may_withdraw(rejection: Rejection, person: str, role: str, facts: ChangeFacts) -> bool:
    """Whether somebody may take back another's rejection: a named role, and no author of it.

    Who made any change with the same subject is an author of it, on whatever branch that came.
    """
    tiers = facts.ground.tiers
    roles = () if isinstance(tiers, CantTell) else tiers.rejections_withdrawn_by
    makers = {*authors_of(facts), *facts.code_authors, *rejection.authors}
    makers |= made_before(facts, rejection.payload, rejection.change)
    return role in roles and person not in makers


def counts_as_withdrawal(withdrawal: Approval, facts: ChangeFacts) -> bool:
    """Whether a withdrawal takes back what it names: one's own word, or as a role a rejection."""
    own = any(
        said.digest == withdrawal.of
        and said.approver == withdrawal.approver
        and is_own(statement, facts)
        for statement, said in read_statements(facts)
    )
    return own or any(
        rejection.who == withdrawal.approver
        or _may_withdraw(rejection, withdrawal.approver, withdrawal.role, facts)
        for rejection in rejections(facts)
        if rejection.digest == withdrawal.of
    )


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "rejections",
        "Nobody rejects it, the same models in production or the same protected files, or whoever "
        "did took it back, or a role that the tiers name did.",
        "ISO/IEC 42001:2023, A.9: human oversight.",
        judge_rejections,
        needs_log=True,
    ),
)
