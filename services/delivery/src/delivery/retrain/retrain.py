"""retrain: take what was trained from these inputs, judge, write the verdict down, and propose.

Each step leaves its result in the place of the inputs before the next one starts, so that a run
that was killed is taken up where it was: what was trained is not trained again, a verdict that was
written down stands.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.errors import ArtifactError, SignatureRefused
from artifacts.folder import ModelArtifact
from artifacts.records.gate import GateReport
from artifacts.records.inputs import Registered, TrainingInputs
from artifacts.records.release import Release, ReleasedModel
from artifacts.refusal import Refusal
from artifacts.statements import StatementVerifier, read_signed, signature_of
from artifacts.store import FolderModelStore
from delivery.changes.committed_files import CommittedFiles, read_ground
from delivery.changes.path_kinds import release_path, report_path
from delivery.errors import (
    AuditBroken,
    CommitUnknown,
    HandoverRefused,
    OtherCheckout,
    TrainingFailed,
)
from delivery.forges.forge import Forge, PullRequest
from delivery.forges.open_proposal import Opened, OpenProposal
from delivery.git.branches import GitBranches
from delivery.git.repository import GitRepository
from delivery.releases.proposal import propose_release
from delivery.releases.read_wanted import release_at
from delivery.releases.wanted import release_text
from delivery.retrain.ports import (
    CandidateJudge,
    Candidates,
    Handover,
    RetrainingPlace,
    Retrainings,
    Trainer,
)
from delivery.retrain.retraining import (
    Plan,
    RetrainingDecision,
    gate_event,
    plan_retraining,
    proposal_body,
    proposal_branch,
    proposal_title,
    verdict_on,
    violations_of,
)
from delivery.retrain.training_claims import MANIFEST, PATHS, HandedOver, inputs_of, not_as_planned
from delivery.trail.audit_chain import AuditLog


@dataclass(frozen=True)
class PlanRetraining:
    """Planning with all that it reads through."""

    repository: GitRepository
    audit: AuditLog
    retrainings: Retrainings

    def __call__(self, commit: str) -> Plan:
        """Plan for a commit, which the checkout must be at.

        Raises OtherCheckout, AuditBroken, and UnreadableRecord where nobody could train from it.
        """
        inputs = self.inputs_at(commit)
        if inputs is None:
            reason = f"there is no {MANIFEST} yet: import photos and commit it"
            return Plan(needed=False, carry_on=False, reason=reason)
        under_way = self.retrainings.under_way(inputs.digest)
        return self.plan(inputs.digest, under_way=under_way)

    def inputs_at(self, commit: str) -> TrainingInputs | None:
        """Return what a training of the commit starts from; None without a photo manifest.

        It is read from the commit. Nothing of training's is asked, and nothing of it is run.
        """
        wanted, found = self.repository.commit(commit), self.repository.commit("HEAD")
        if wanted != found:
            raise OtherCheckout(wanted, found)
        if self.repository.file(wanted, MANIFEST) is None:
            return None
        return inputs_of(self.repository.files(wanted, PATHS))

    def plan(self, inputs: str, *, under_way: bool) -> Plan:
        """Plan for inputs, by the log and by what earlier runs left."""
        place = self.retrainings.place(inputs)
        return plan_retraining(
            inputs,
            self.audit.entries(),
            under_way=under_way,
            kept=place.kept,
            settled=place.settled,
        )


@dataclass(frozen=True)
class TakeCandidate:
    """Taking, with all that it goes through.

    `announced` is the digest that the job which trained announced; None: `train` does it here.
    `adopt` signs what was taken, and leaves it in the place.
    """

    handover: Handover
    announced: str | None
    train: Callable[[str], str | Refusal]
    adopt: Callable[[HandedOver, RetrainingPlace], None]
    repository: GitRepository

    def fetch(self, inputs: TrainingInputs, place: RetrainingPlace) -> None:
        """Leave what was trained from these inputs in the place.

        Raises HandoverRefused where the bytes are others than announced, or of a training that
        nobody planned, and TrainingFailed.
        """
        digest = self._trained(inputs) if self.announced is None else self.announced
        handed = self.handover.take(digest)
        if why := not_as_planned(handed.manifest, inputs):
            raise HandoverRefused(digest, why)
        try:
            self.repository.commit(handed.manifest.code.commit)
        except CommitUnknown as exc:
            raise HandoverRefused(digest, f"it was trained from other code: {exc}") from exc
        self.adopt(handed, place)
        self.handover.forget(digest)

    def _trained(self, inputs: TrainingInputs) -> str:
        done = self.train(inputs.digest)
        if isinstance(done, Refusal):
            raise TrainingFailed("retrain", done.reason)
        return done


@dataclass(frozen=True)
class KeepModel:
    """Keeping with what it believes: `put` keeps an artifact of the digest that is expected.

    The key of the gate must count by `clock`: one that was rotated out keeps nothing new.
    """

    gate: StatementVerifier
    put: Callable[[Path, str], ModelArtifact]
    folder: Callable[[str], Path]
    clock: Callable[[], datetime]

    def __call__(self, candidate: Path, report: Path) -> Path | Refusal:
        """Keep a candidate that the gate's signed report allows, and return where, or why not.

        Raises UnreadableRecord for the report; InvalidArtifact or SignatureRefused where the
        candidate is not whole, or not the one that the report is about.
        """
        try:
            found = read_signed(GateReport, report, self.gate, new_at=self.clock())
        except SignatureRefused as exc:
            return Refusal(str(exc))
        if found.decision != "allowed" or found.candidate is None:
            return Refusal(f"the gate's decision is {found.decision}")
        artifact = self.put(candidate, found.candidate)
        if artifact.manifest.name != found.model:
            return Refusal(f"the gate report is about {found.model}, not {artifact.manifest.name}")
        return self.folder(artifact.digest)


@dataclass(frozen=True)
class Settled:
    """Nothing more is to be proposed, and why."""

    reason: str


@dataclass(frozen=True)
class ProposeCandidate:
    """Proposing with all that it goes through. Main judges: policies are read from its tip."""

    repository: GitRepository
    store: FolderModelStore
    branches: GitBranches
    forge: Forge | None

    def __call__(
        self, inputs: TrainingInputs, report: GateReport, file: Path, page: str, version: Registered
    ) -> Opened | Settled | Refusal:
        """Make the proposal or bring it up to date; `file` is the signed report's."""
        base = self.branches.base()
        release = release_at(self.repository, "staging", base)
        branch = proposal_branch(inputs)
        if settled := self._settled(release, report, branch):
            return settled
        proposed = self._release(base, release, report, version.version)
        if isinstance(proposed, Refusal):
            return proposed
        path = report_path(report.digest)
        files = {
            release_path("staging"): release_text(proposed).encode(),
            path: file.read_bytes(),
            f"{path}.sig": signature_of(file).read_bytes(),
        }
        body = proposal_body(inputs, report, version.version, page)
        opening = OpenProposal(self.branches, self.forge)
        return opening(branch, base, files, proposal_title(report, version.version), body)

    def _settled(self, release: Release, report: GateReport, branch: str) -> Settled | None:
        champion = release.champion(report.model)
        if isinstance(champion, ReleasedModel) and champion.digest == report.candidate:
            return Settled("staging's release on main has this candidate already")
        there = self.forge.pull_request_of(branch) if self.forge else None
        if there and there.state != "open":
            return Settled(f"{there.name} was {there.state}: people have decided")
        return None

    def _release(
        self, base: str, release: Release, report: GateReport, version: int
    ) -> Release | Refusal:
        ground = read_ground(CommittedFiles(self.repository, base, ("policies",)))
        policy = ground.policies.get(report.model) or CantTell(report.model, "it has no policy")
        if isinstance(policy, CantTell):
            return Refusal(str(policy))
        if isinstance(ground.tiers, CantTell):
            return Refusal(str(ground.tiers))
        try:
            artifact = self.store.get(str(report.candidate))
        except ArtifactError as exc:
            return Refusal(f"the registered candidate can't be had: {exc}")
        return propose_release(report, artifact, release, policy, ground.tiers, version)


STEPS: Final = ("trained", "judged", "recorded", "registered", "proposed")
"""What a retraining goes through; a test kills one after each."""


@dataclass(frozen=True)
class Retrained:
    """How a retraining ended; `page` is Markdown about the candidate, if there is one."""

    decision: RetrainingDecision
    reason: str
    inputs: str | None
    page: str = ""
    pull_request: PullRequest | None = None
    by_hand: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retrain:
    """Retraining with all that it goes through. `after` is told each step that is done.

    `candidates` brings one that isn't there yet. `keep` puts the candidate that a signed report
    allows into the model store (KeepModel).
    """

    planning: PlanRetraining
    retrainings: Retrainings
    trainer: Trainer
    candidates: Candidates
    judge: CandidateJudge
    keep: Callable[[Path, Path], Path | Refusal]
    audit: AuditLog
    propose: ProposeCandidate
    actor: str
    after: Callable[[str], None]

    def __call__(self, commit: str) -> Retrained:
        """Retrain for a commit, which the checkout must be at.

        Raises HandoverRefused, and what breaks: TrainingFailed, AuditBroken, BranchFailed,
        ForgeUnavailable.
        """
        inputs = self.planning.inputs_at(commit)
        if inputs is None:
            return _not_needed(self.planning(commit))
        with self.retrainings.held(inputs.digest) as mine:
            plan = self.planning.plan(inputs.digest, under_way=not mine)
            if plan.idle:
                return _not_needed(plan)
            return self._carry_out(inputs, commit)

    def _carry_out(self, inputs: TrainingInputs, commit: str) -> Retrained:
        place = self.retrainings.place(inputs.digest)
        earlier = self._earlier(inputs.digest, place)
        report = earlier or self._judged(inputs, commit, place)
        if report.decision != "allowed":
            return self._ended(report, inputs, place)
        done = self._proposed(inputs, report, place)
        if isinstance(done, Refusal) and earlier:
            # It was judged against what main has left behind since: judged again, not trained.
            report = self._judged(inputs, commit, place)
            if report.decision != "allowed":
                return self._ended(report, inputs, place)
            done = self._proposed(inputs, report, place)
        return self._told(done, inputs, place)

    def _earlier(self, inputs: str, place: RetrainingPlace) -> GateReport | None:
        """Return the report of the verdict in the log, if that allowed the candidate."""
        verdict = verdict_on(inputs, self.audit.entries())
        if verdict is None or verdict.outcome != "allowed" or not place.report.exists():
            return None
        report = self.judge.report(place)
        if report.digest != verdict.subject:
            reason = f"it holds {report.digest}, the audit log {verdict.subject}"
            reason += ". If nobody changed it, remove it: the candidate is judged again"
            raise AuditBroken(str(place.report), reason)
        return report

    def _judged(self, inputs: TrainingInputs, commit: str, place: RetrainingPlace) -> GateReport:
        if not place.kept:
            self.candidates.fetch(inputs, place)
        self.trainer.lay_out(place)
        if self.judge.wants_rebuild(inputs.model) and not place.reproduction.exists():
            self.trainer.reproduce(place)
        self.after("trained")
        report = self.judge.judge(place)
        self.after("judged")
        full = self.planning.repository.commit(commit)
        self.audit.append(gate_event(report, inputs.digest, full, self.actor))
        self.after("recorded")
        return report

    def _proposed(
        self, inputs: TrainingInputs, report: GateReport, place: RetrainingPlace
    ) -> Opened | Settled | Refusal:
        version = self._registered(report, place)
        if isinstance(version, Refusal):
            return version
        self.after("registered")
        page = place.page.read_text(encoding="utf-8")
        done = self.propose(inputs, report, place.report, page, version)
        self.after("proposed")
        return done

    def _registered(self, report: GateReport, place: RetrainingPlace) -> Registered | Refusal:
        known = place.registered()
        if known is not None and known.artifact == report.candidate:
            return known
        kept = self.keep(place.candidate, place.report)
        if isinstance(kept, Refusal):
            return Refusal(f"the model store didn't take it: {kept.reason}")
        registered = self.trainer.register(place.report, kept, place.exchange())
        if isinstance(registered, str):
            return Refusal(f"the registry didn't take it: {registered}")
        if (registered.model, registered.artifact) != (report.model, report.candidate):
            about = f"{registered.model} {registered.artifact}"
            return Refusal(f"the registry's answer is about {about}, not this candidate")
        place.keep_registered(registered)
        return registered

    def _ended(
        self, report: GateReport, inputs: TrainingInputs, place: RetrainingPlace
    ) -> Retrained:
        page = place.page.read_text(encoding="utf-8")
        if report.decision != "undecided":
            place.settle(report.decision)
        return Retrained(report.decision, violations_of(report), inputs.digest, page)

    def _told(
        self, done: Opened | Settled | Refusal, inputs: TrainingInputs, place: RetrainingPlace
    ) -> Retrained:
        page = place.page.read_text(encoding="utf-8")
        if isinstance(done, Opened):
            asked = done.pull_request
            reason = f"proposed by {asked.name if asked else done.branch.name}"
            return Retrained("allowed", reason, inputs.digest, page, asked, done.by_hand)
        if isinstance(done, Settled):
            place.settle(done.reason)
            return Retrained("allowed", done.reason, inputs.digest, page)
        reason = f"it is not proposed: {done.reason}"
        return Retrained("allowed", reason, inputs.digest, page)


def _not_needed(plan: Plan) -> Retrained:
    return Retrained("not_needed", plan.reason, plan.inputs)
