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
from delivery.forges.forge import Forge
from delivery.forges.open_proposal import Opened, open_proposal
from delivery.git.branches import GitBranches
from delivery.git.repository import GitRepository
from delivery.releases.proposal import propose_release
from delivery.releases.read_wanted import release_at
from delivery.releases.wanted import release_text
from delivery.retrain.gate_commands import GateCommands
from delivery.retrain.handover_folder import HandoverFolder
from delivery.retrain.places import Place, Places
from delivery.retrain.retraining import (
    Plan,
    Retrained,
    gate_event,
    plan_retraining,
    proposal_body,
    proposal_branch,
    verdict_on,
    violations_of,
)
from delivery.retrain.training_claims import MANIFEST, PATHS, HandedOver, inputs_of, not_as_planned
from delivery.retrain.training_commands import TrainingCommands
from delivery.trail.audit_chain import AuditLog

STEPS: Final = ("trained", "judged", "recorded", "registered", "proposed")
"""What a retraining goes through; a test kills one after each."""


@dataclass(frozen=True)
class Planning:
    """Whether what a commit would be trained from was judged before, and what is left to do."""

    repository: GitRepository
    audit: AuditLog
    places: Places

    def __call__(self, commit: str) -> Plan:
        """Plan for a commit, which the checkout must be at.

        Raises OtherCheckout, AuditBroken, and UnreadableRecord where nobody could train from it.
        """
        inputs = self.inputs_at(commit)
        if inputs is None:
            reason = f"there is no {MANIFEST} yet: import photos and commit it"
            return Plan(needed=False, carry_on=False, reason=reason)
        return self.plan(inputs.digest, under_way=self.places.under_way(inputs.digest))

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
        place, entries = self.places.place(inputs), self.audit.entries()
        return plan_retraining(
            inputs, entries, under_way=under_way, kept=place.kept, settled=place.settled
        )


def take_candidate(
    trained: str | Refusal,
    inputs: TrainingInputs,
    handover: HandoverFolder,
    repository: GitRepository,
    adopt: Callable[[HandedOver], None],
) -> None:
    """Take what was handed over by digest; `adopt` signs it, and leaves it where it belongs.

    Raises HandoverRefused where the bytes are others than announced, or of a training that nobody
    planned; TrainingFailed where `trained` says why nothing was trained.
    """
    if isinstance(trained, Refusal):
        raise TrainingFailed("retrain", trained.reason)
    handed = handover.take(trained)
    if why := not_as_planned(handed.manifest, inputs):
        raise HandoverRefused(trained, why)
    try:
        repository.commit(handed.manifest.code.commit)
    except CommitUnknown as exc:
        raise HandoverRefused(trained, f"it was trained from other code: {exc}") from exc
    adopt(handed)
    handover.forget(trained)


def keep_model(
    candidate: Path, report: Path, gate: StatementVerifier, store: FolderModelStore, at: datetime
) -> Path | Refusal:
    """Keep a candidate that the gate's signed report allows, and return where, or why not.

    The gate's key must count `at` this time: one that was rotated out keeps nothing new. Raises
    UnreadableRecord for the report; InvalidArtifact or SignatureRefused where the candidate is not
    whole, or not the one that the report is about.
    """
    try:
        found = read_signed(GateReport, report, gate, new_at=at)
    except SignatureRefused as exc:
        return Refusal(str(exc))
    if found.decision != "allowed" or found.candidate is None:
        return Refusal(f"the gate's decision is {found.decision}")
    artifact = store.put(candidate, found.candidate)
    if artifact.manifest.name != found.model:
        return Refusal(f"the gate report is about {found.model}, not {artifact.manifest.name}")
    return store.folder(artifact.digest)


@dataclass(frozen=True)
class Settled:
    """Nothing more is to be proposed, and why."""

    reason: str


@dataclass(frozen=True)
class ProposeCandidate:
    """Proposes an allowed candidate for staging: one branch, one pull request, however often asked.

    Main judges: policies are read from its tip.
    """

    repository: GitRepository
    store: FolderModelStore
    branches: GitBranches
    forge: Forge | None

    def __call__(
        self, inputs: TrainingInputs, report: GateReport, place: Place, version: int
    ) -> Opened | Settled | Refusal:
        """Make the proposal or bring it up to date; the place has the signed report."""
        base, branch = self.branches.base(), proposal_branch(inputs)
        release = release_at(self.repository, "staging", base)
        champion = release.champion(report.model)
        if isinstance(champion, ReleasedModel) and champion.digest == report.candidate:
            return Settled("staging's release on main has this candidate already")
        there = self.forge.pull_request_of(branch) if self.forge else None
        if there and there.state != "open":
            return Settled(f"{there.name} was {there.state}: people have decided")
        proposed = self._release(base, release, report, version)
        if isinstance(proposed, Refusal):
            return proposed
        path = report_path(report.digest)
        files = {
            release_path("staging"): release_text(proposed).encode(),
            path: place.report.read_bytes(),
            f"{path}.sig": signature_of(place.report).read_bytes(),
        }
        title = f"Release {report.model} {version} to staging"
        body = proposal_body(inputs, report, version, place.page.read_text(encoding="utf-8"))
        return open_proposal(self.branches, self.forge, branch, files, title, body, base=base)

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


@dataclass(frozen=True)
class Retrain:
    """Retraining with all that it goes through. `after` is told each step that is done.

    `fetch` leaves a candidate that isn't there yet in its place. `keep` puts the candidate that a
    signed report allows into the model store.
    """

    planning: Planning
    trainer: TrainingCommands
    fetch: Callable[[TrainingInputs, Place], None]
    judge: GateCommands
    keep: Callable[[Path, Path], Path | Refusal]
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
            plan = self.planning(commit)
            return Retrained("not_needed", plan.reason, plan.inputs)
        with self.planning.places.held(inputs.digest) as mine:
            plan = self.planning.plan(inputs.digest, under_way=not mine)
            if plan.idle:
                return Retrained("not_needed", plan.reason, plan.inputs)
            return self._carry_out(inputs, commit)

    def _carry_out(self, inputs: TrainingInputs, commit: str) -> Retrained:
        place = self.planning.places.place(inputs.digest)
        report = self._earlier(inputs.digest, place)
        # An earlier verdict may be against what main has left behind since: then the candidate is
        # judged again, and not trained.
        again = report is not None
        report = report or self._judged(inputs, commit, place)
        while report.decision == "allowed":
            done = self._proposed(inputs, report, place)
            if not (isinstance(done, Refusal) and again):
                return self._told(done, inputs, place)
            again = False
            report = self._judged(inputs, commit, place)
        page = place.page.read_text(encoding="utf-8")
        if report.decision != "undecided":
            place.settle(report.decision)
        return Retrained(report.decision, violations_of(report), inputs.digest, page)

    def _earlier(self, inputs: str, place: Place) -> GateReport | None:
        """Return the report of the verdict in the log, if that allowed the candidate."""
        verdict = verdict_on(inputs, self.planning.audit.entries())
        if verdict is None or verdict.outcome != "allowed" or not place.report.exists():
            return None
        report = self.judge.report(place)
        if report.digest != verdict.subject:
            reason = f"it holds {report.digest}, the audit log {verdict.subject}"
            reason += ". If nobody changed it, remove it: the candidate is judged again"
            raise AuditBroken(str(place.report), reason)
        return report

    def _judged(self, inputs: TrainingInputs, commit: str, place: Place) -> GateReport:
        if not place.kept:
            self.fetch(inputs, place)
        self.trainer.lay_out(place)
        if self.judge.wants_rebuild(inputs.model) and not place.reproduction.exists():
            self.trainer.reproduce(place)
        self.after("trained")
        report = self.judge.judge(place)
        self.after("judged")
        full = self.planning.repository.commit(commit)
        self.planning.audit.append(gate_event(report, inputs.digest, full, self.actor))
        self.after("recorded")
        return report

    def _proposed(
        self, inputs: TrainingInputs, report: GateReport, place: Place
    ) -> Opened | Settled | Refusal:
        version = self._registered(report, place)
        if isinstance(version, Refusal):
            return version
        self.after("registered")
        done = self.propose(inputs, report, place, version.version)
        self.after("proposed")
        return done

    def _registered(self, report: GateReport, place: Place) -> Registered | Refusal:
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

    def _told(
        self, done: Opened | Settled | Refusal, inputs: TrainingInputs, place: Place
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
