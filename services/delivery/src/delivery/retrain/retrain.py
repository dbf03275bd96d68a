"""retrain: take what was trained from these inputs, judge, write the verdict down, and propose.

Each step leaves its result in the place of the inputs before the next one starts, so that a run
that was killed is taken up where it was: what was trained is not trained again, a verdict that was
written down stands.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from artifacts.records.gate import GateReport
from artifacts.records.inputs import Registered, TrainingInputs
from artifacts.refusal import Refusal
from delivery.errors import AuditBroken
from delivery.forges.forge import PullRequest
from delivery.forges.open_proposal import Opened
from delivery.retrain.plan_retraining import PlanRetraining
from delivery.retrain.ports import (
    CandidateJudge,
    Candidates,
    RetrainingPlace,
    Retrainings,
    Trainer,
)
from delivery.retrain.propose_candidate import ProposeCandidate, Settled
from delivery.retrain.retraining import (
    Plan,
    RetrainingDecision,
    gate_event,
    verdict_on,
    violations_of,
)
from delivery.trail.ports import AuditLog

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
        if verdict is None or verdict.outcome != "allowed":
            return None
        report = self.judge.report(place)
        if report.digest != verdict.subject:
            reason = f"it holds {report.digest}, the audit log {verdict.subject}"
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
