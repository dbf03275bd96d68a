"""promote: ask for production to run the payload that staging runs and verified."""

from collections.abc import Mapping
from dataclasses import dataclass

from artifacts.cant_tell import CantTell
from artifacts.digests import hex_part
from artifacts.policies.tiers import TIERS, Tier
from artifacts.records.audit import AuditEntry
from artifacts.records.gate import GateReport
from artifacts.records.record import parse_json
from artifacts.records.release import Payload, Release
from artifacts.refusal import Refusal
from artifacts.statements import SUFFIX
from delivery.changes.committed_files import CommittedFiles, read_ground
from delivery.changes.path_kinds import release_path, report_path
from delivery.forges.forge import Forge
from delivery.forges.open_proposal import Opened, open_proposal
from delivery.git.branches import GitBranches
from delivery.git.repository import GitRepository
from delivery.releases.promotion import (
    Promotion,
    promotion_body,
    shown_by_staging,
)
from delivery.releases.read_wanted import ImageRecords, release_at, wanted_at
from delivery.releases.wanted import release_text
from delivery.trail.audit_chain import AuditLog
from judging.policy import Policy


@dataclass(frozen=True)
class AlreadyThere:
    """Production pins this payload already."""

    payload: str


@dataclass(frozen=True)
class Promote:
    """Promoting with all that it goes through. Everything is read from commits."""

    repository: GitRepository
    audit: AuditLog
    branches: GitBranches
    forge: Forge | None
    images: ImageRecords | None = None
    """Where the target runs images."""

    def __call__(self) -> Opened | AlreadyThere | Refusal:
        """Open the promotion or bring it up to date, or say why there is none.

        Raises AuditBroken, UnreadableRecord, BranchFailed, ForgeUnavailable.
        """
        entries = self.audit.entries()
        shown = shown_by_staging(entries)
        if isinstance(shown, Refusal):
            return shown
        base = self.branches.base()
        payload = self._payload(shown, base)
        if isinstance(payload, Refusal):
            return payload
        present = release_at(self.repository, "production", base).payload()
        if present and present.digest == payload.digest:
            return AlreadyThere(payload.digest)
        files = self._reports(payload, base)
        if isinstance(files, Refusal):
            return files
        # They are read to be shown; whether they are to be believed is the judge's to say.
        texts = {path: data.decode(errors="replace") for path, data in files.items()}
        promotion = Promotion(
            payload=payload,
            reports={
                path: GateReport.parse(parse_json(text, path), path)
                for path, text in texts.items()
                if not path.endswith(SUFFIX)
            },
            entries=entries,
            present=present.digest if present else None,
            tier=self._tier(payload, base),
        )
        return self._open(promotion, base, files)

    def _payload(self, shown: AuditEntry, base: str) -> Payload | Refusal:
        commit = str(shown.commit)
        if not self.repository.is_ancestor(commit, base):
            return Refusal(f"staging verified commit {commit}, which is not in main's history")
        wanted = wanted_at(self.repository, "staging", commit, self.images)
        if wanted.payload is None or wanted.digest != shown.payload:
            return Refusal(
                f"staging verified {shown.payload} for commit {commit}, whose files come to "
                f"{wanted.digest}: deploy staging again"
            )
        return wanted.payload

    def _reports(self, payload: Payload, base: str) -> dict[str, bytes] | Refusal:
        """Return the files of all gate reports; they come along where main lacks them."""
        files: dict[str, bytes] = {}
        entries = (entry for models in payload.models.values() for entry in models)
        for path in (report_path(entry.gate_report) for entry in entries):
            for one in (path, path + SUFFIX):
                found = self.repository.file(base, one)
                found = found or self.repository.file(payload.code.commit, one)
                if found is None:
                    return Refusal(f"{one} is not in git: nobody can judge this payload")
                files[one] = found
        return files

    def _tier(self, payload: Payload, base: str) -> Tier | None:
        """Return the strictest tier among the models, as main has it."""
        ground = read_ground(CommittedFiles(self.repository, base, ("policies",)))
        found = [ground.policies.get(model) for model in payload.models]
        names = [policy.tier for policy in found if isinstance(policy, Policy)]
        if isinstance(ground.tiers, CantTell) or len(names) < len(found):
            return None
        return ground.tiers.tiers[max(names, key=TIERS.index)]

    def _open(self, promotion: Promotion, base: str, files: Mapping[str, bytes]) -> Opened:
        payload = promotion.payload
        staging = release_at(self.repository, "staging", payload.code.commit)
        release = Release(
            environment="production",
            code=payload.code,
            image=payload.image,
            models=staging.models,
        )
        return open_proposal(
            self.branches,
            self.forge,
            promotion.branch,
            {**files, release_path("production"): release_text(release).encode()},
            f"Promote {hex_part(payload.digest)[:12]} to production",
            promotion_body(promotion),
            base=base,
        )
