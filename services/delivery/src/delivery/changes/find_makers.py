"""Find who made what a change brings from elsewhere: code that it pins, payloads it is about."""

from dataclasses import dataclass

from artifacts.cant_tell import CantTell
from artifacts.code import INFERENCE_CODE
from artifacts.records.approval import PayloadSubject
from artifacts.records.release import Release
from artifacts.ssh_keygen import check_signature
from delivery.changes.committed_files import (
    committed_release,
)
from delivery.changes.documents import release_path
from delivery.changes.facts import ChangeFacts, Commit, payload_of
from delivery.changes.find_objections import checked_commit
from delivery.changes.payload_history import rolls_back
from delivery.changes.rules.authors import makers
from delivery.changes.statements import read_statements
from delivery.errors import CommitUnknown
from delivery.git.repository import GitRepository


@dataclass(frozen=True)
class FindMakers:
    """Finding with all that it reads through."""

    repository: GitRepository

    def of_code(self, facts: ChangeFacts) -> tuple[tuple[str, ...], frozenset[str]]:
        """Return who wrote the code that a new payload pins and production doesn't run yet.

        Strangers first, by address: those of whom main knows nothing. Where production runs no
        code, or code that main doesn't have, everybody who ever wrote any counts.
        """
        after, before = (
            found["production"] for found in (facts.releases_after, facts.releases_before)
        )
        people = facts.ground.people
        if isinstance(after, CantTell) or after.code is None or isinstance(people, CantTell):
            return (), frozenset()
        if not facts.new_payload or rolls_back(facts) or not (facts.code and facts.code.on_main):
            return (), frozenset()
        known = before.code.commit if isinstance(before, Release) and before.code else None
        if known and not self._contains(after.code.commit, known):
            known = None
        found = self.repository.commits_of(known, after.code.commit, INFERENCE_CODE)
        signed = [
            Commit(
                raw.id, raw.author, raw.committer, raw.changes,
                check_signature(raw.signed, raw.signature), raw.names, raw.message,
            )
            for raw in found
        ]  # fmt: skip
        addresses = {one.author for one in signed if people.of_email(one.author) is None}
        return tuple(sorted(addresses)), makers(people, signed)

    def by_payload(self, facts: ChangeFacts) -> dict[str, frozenset[str]]:
        """Return who made what brought each payload to main that a review may be about."""
        people = facts.ground.people
        wanted = {
            one.subject.payload
            for _, one in read_statements(facts)
            if one.word in {"reviewed", "break_glass"} and isinstance(one.subject, PayloadSubject)
        }
        before: str | None = None
        found: dict[str, frozenset[str]] = {}
        for commit, _ in self.repository.history(facts.base, release_path("production")):
            payload = payload_of(committed_release(self.repository, commit, "production"))
            parents = self.repository.parents(commit)
            if payload in wanted and payload != before and not isinstance(people, CantTell):
                raws = self.repository.commits(parents[0], commit) if parents else ()
                made = [one for one in (checked_commit(raw) for raw in raws) if one.authored]
                found[payload] = found.get(payload, frozenset()) | makers(people, made)
            before = payload
        return found

    def _contains(self, commit: str, other: str) -> bool:
        try:
            return self.repository.is_ancestor(other, commit)
        except CommitUnknown:
            return False
