"""The people who let a payload into production, found in git."""

from collections.abc import Mapping
from dataclasses import dataclass

from artifacts.errors import UnreadableRecord
from artifacts.records.approval import Approval, ApprovedModel, PayloadSubject
from artifacts.records.gate import GateReport
from artifacts.records.release import Payload
from artifacts.statements import SUFFIX
from delivery.changes.committed_files import (
    CommittedFiles,
    committed_release,
)
from delivery.changes.documents import (
    STATEMENTS,
    document,
    read_ground,
    release_path,
    report_path,
)
from delivery.changes.facts import Statement, payload_of
from delivery.changes.ssh_signatures import SshSignatures
from delivery.git.repository import GitRepository
from delivery.trace.trace_approvals import Approved, Promotion, approved_for


@dataclass(frozen=True)
class TracePeople:
    """Looks at the statements on main, and at who was who when a payload was promoted."""

    repository: GitRepository
    signatures: SshSignatures

    def __call__(self, subject: PayloadSubject, commit: str) -> Approved:
        """Return who approved a payload that production got from a commit of main.

        A payload may have been promoted more than once: one promotion that holds is enough, and
        the latest tells what is missing. RepositoryUnreadable, CommitUnknown.
        """
        statements = self._statements(commit)
        found = [
            approved_for(subject, statements, promotion)
            for promotion in self._promotions(commit, subject.payload)
        ]
        if not found:
            return Approved((), reason="no commit of main promoted this payload")
        return next((one for one in found if not one.reason), found[0])

    def _statements(self, commit: str) -> tuple[Statement, ...]:
        files = CommittedFiles(self.repository, commit, [STATEMENTS])
        return tuple(
            Statement(
                path,
                document(Approval, files, path),
                self.signatures.check(files[path], files.get(path + SUFFIX)),
            )
            for path in sorted(files)
            if path.endswith(".json") and path in files
        )

    def _promotions(self, commit: str, payload: str) -> list[Promotion]:
        """Return the commits of main that gave production a payload, the latest first."""
        path = release_path("production")
        found: list[Promotion] = []
        before = None
        for name, at in self.repository.history(commit, path):
            there = payload_of(committed_release(self.repository, name, "production"))
            parents = self.repository.parents(name)
            if there == payload and before != payload and parents:
                base = CommittedFiles(self.repository, parents[0], ["policies"])
                found.append(Promotion(name, at, read_ground(base)))
            before = there
        return found[::-1]


def subject_of(payload: Payload, reports: Mapping[str, GateReport]) -> PayloadSubject:
    """Return what approvers of a payload signed, from its gate reports by digest.

    UnreadableRecord where a report doesn't say what it rests on.
    """
    models = {}
    for name, entries in payload.models.items():
        digest = entries[0].gate_report
        report = reports[digest]
        if report.policy is None or report.risk_tiers is None or report.photo_manifest is None:
            raise UnreadableRecord(report_path(digest), ("it doesn't say what it rests on",))
        models[name] = ApprovedModel(
            model=entries[0].digest,
            gate_report=digest,
            policy=report.policy,
            risk_tiers=report.risk_tiers,
            photo_manifest=report.photo_manifest,
        )
    return PayloadSubject(environment="production", payload=payload.digest, models=models)
