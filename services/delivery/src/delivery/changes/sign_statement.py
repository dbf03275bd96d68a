"""approve, reject, withdraw, break-glass, review-break-glass: say something, signed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.digests import hex_part
from artifacts.records.approval import Approval, ChangeSubject, PayloadSubject, Subject, Word
from artifacts.refusal import Refusal
from artifacts.ssh_keygen import check_signature, sign_as_person
from artifacts.ssh_signatures import APPROVAL
from artifacts.statements import signature_of
from artifacts.text import plain
from delivery.changes.facts import ChangeFacts, Statement
from delivery.changes.gather_change import GatherChange
from delivery.changes.judgement import judge_change
from delivery.changes.rules.approvals import (
    counts_as_review,
    glass_objection,
    reason_against,
    roles_asked,
)
from delivery.changes.rules.genuine import statement_path
from delivery.changes.rules.rejections import counts_as_withdrawal, rejections
from delivery.changes.statements import (
    objection,
    payload_subject,
    read_statements,
    subjects_of,
)
from delivery.changes.verdict_page import subject_lines, verdict_lines

STATEMENT: Final = re.compile(r"([0-9a-f]{8,64})(?:\.json)?$")
APPROVING: Final = frozenset({"approved", "break_glass"})


@dataclass(frozen=True)
class Speaker:
    """Who speaks: a person of main's approvers, in a role, with a private key, for a reason."""

    person: str
    role: str
    key: Path
    reason: str


@dataclass(frozen=True)
class Named:
    """An earlier statement, found by its digest, with the change that it is about."""

    facts: ChangeFacts
    digest: str
    subject: Subject


@dataclass(frozen=True)
class Speak:
    """Speaking in a checkout at `root`; `say` shows what is being signed."""

    gather: GatherChange
    root: Path
    say: Callable[[str], None]

    def of_change(
        self, base: str, head: str, word: Word, speaker: Speaker, hours: float | None = None
    ) -> tuple[Path, ...] | Refusal:
        """Say a word about all that approvers of a change must sign, and return the files.

        It is shown first. Nothing is written where the statement would not count; the refusal says
        why. Raises CommitUnknown, RepositoryUnreadable, AuditBroken, SigningFailed.
        """
        facts = self.gather(self.gather.main(base, head), head)
        subjects = tuple(
            one
            for one in subjects_of(facts)
            if word != "break_glass" or isinstance(one, PayloadSubject)
        )
        self._show(facts, subjects)
        if reason := _early(facts, speaker):
            return Refusal(reason)
        asked = {role for one in subjects for role in roles_asked(one, word, facts)}
        if speaker.role not in asked:
            roles = ", ".join(sorted(asked)) or "no role: nothing in this change needs it"
            return Refusal(f"{word} is for {roles}; {speaker.person} speaks as {speaker.role}")
        meant = [one for one in subjects if speaker.role in roles_asked(one, word, facts)]
        expires = timedelta(hours=hours) if hours else None
        made = [_statement(facts, one, word, speaker, expires=expires) for one in meant]
        return self._keep(facts, made, speaker)

    def of_statement(
        self, base: str, head: str, word: Word, statement: str, speaker: Speaker
    ) -> tuple[Path, ...] | Refusal:
        """Withdraw or review an earlier statement, named by the beginning of its digest."""
        facts = self.gather(self.gather.main(base, head), head)
        found = self._named(facts, statement)
        if isinstance(found, Refusal):
            return found
        if reason := _early(facts, speaker):
            return Refusal(reason)
        self.say(f"about the statement {found.digest}")
        for line in subject_lines(found.subject):
            self.say(f"  {line}")
        made = _statement(found.facts, found.subject, word, speaker, of=found.digest)
        return self._keep(found.facts, [made], speaker)

    def _show(self, facts: ChangeFacts, subjects: tuple[Subject, ...]) -> None:
        for line in verdict_lines(judge_change(facts)):
            self.say(line)
        payloads = [one for one in subjects if isinstance(one, PayloadSubject)]
        for name, model in ((name, one) for each in payloads for name, one in each.models.items()):
            report = facts.reports[model.gate_report].report
            said = "unreadable" if isinstance(report, CantTell) else report.decision
            self.say(f"  gate      {name}: {said}")
        for change in facts.protected:
            self.say(f"  changed   {plain(change.path)}: {change.before} -> {change.after}")

    def _keep(
        self, facts: ChangeFacts, made: list[Approval], speaker: Speaker
    ) -> tuple[Path, ...] | Refusal:
        """Sign and write statements, if every one of them would count."""
        signed = []
        for one in made:
            data = one.to_json().encode()
            signature = sign_as_person(speaker.key, APPROVAL, data)
            checked = check_signature(data, signature)
            found = Statement(statement_path(one), one, checked, added=True)
            if reason := _against(found, one, facts):
                return Refusal(f"{speaker.person} as {speaker.role}: {reason}")
            signed.append((self.root / found.path, data, signature))
        for place, data, signature in signed:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            signature_of(place).write_bytes(signature)
        return tuple(place for place, _, _ in signed)

    def _named(self, facts: ChangeFacts, statement: str) -> Named | Refusal:
        """Find a statement in the change, in what main has, or in the log."""
        named = STATEMENT.search(statement)
        if named is None:
            return Refusal(f"{plain(statement)} names no statement: give its file, or its digest")
        wanted, whole = named[1], self.gather.statements_of(facts)
        for _, one in read_statements(whole):
            if hex_part(one.digest).startswith(wanted):
                return Named(whole, one.digest, one.subject)
        for rejection in rejections(whole):
            if hex_part(rejection.digest).startswith(wanted):
                # Of another payload, what it stands against here.
                change = ChangeSubject(change=rejection.change) if rejection.change else None
                if subject := change or payload_subject(whole):
                    return Named(whole, rejection.digest, subject)
        return Refusal(f"there is no statement {plain(statement)} here: name one by its digest")


def _statement(
    facts: ChangeFacts,
    subject: Subject,
    word: Word,
    speaker: Speaker,
    *,
    expires: timedelta | None = None,
    of: str | None = None,
) -> Approval:
    # Whole seconds: what a person reads in the file is all that there is.
    at = facts.now.replace(microsecond=0)
    document = {
        "subject": subject.model_dump(mode="json"),
        "word": word,
        "approver": speaker.person,
        "role": speaker.role,
        "reason": speaker.reason,
        "at": at,
        "of": of,
        "expires_at": at + expires if expires else None,
    }
    return Approval.parse(document, "this statement")


def _early(facts: ChangeFacts, speaker: Speaker) -> str:
    """Return why a person can't speak in a role, or ""."""
    people = facts.ground.people
    if isinstance(people, CantTell):
        return f"nobody can say who is who: {people}"
    person = people.persons.get(speaker.person)
    if person is None:
        known = ", ".join(sorted(people.persons)) or "nobody yet"
        return f"main knows no {speaker.person}; its policies/approvers.yaml has {known}"
    if speaker.role not in person.roles:
        roles = ", ".join(person.roles)
        return f"{speaker.person} doesn't hold the role {speaker.role}, but {roles}"
    return ""


def _against(found: Statement, one: Approval, facts: ChangeFacts) -> str:
    """Say why a statement would not count once it is there."""
    if one.word in APPROVING:
        reason = reason_against(found, one, facts, one.subject, None)
        return reason or (glass_objection(one, facts) if one.word == "break_glass" else "")
    if reason := objection(found, facts):
        return reason
    if one.word == "withdrawn" and not counts_as_withdrawal(one, facts):
        return (
            "only its author may withdraw it; a rejection may also be withdrawn by a role in "
            "`rejections_withdrawn_by` of policies/risk_tiers.yaml"
        )
    if one.word == "reviewed" and not counts_as_review(one, facts):
        return (
            "broken glass is reviewed by somebody new to the case, who neither broke it, nor "
            "approved the payload, nor made what brought it"
        )
    return ""
