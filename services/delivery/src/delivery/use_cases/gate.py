"""gate: score a candidate and its champion anew, and judge."""

from dataclasses import dataclass
from pathlib import Path

from artifacts.errors import ArtifactError, InvalidArtifact, SignatureRefused
from artifacts.folder import ModelArtifact
from artifacts.records.evaluation import Evaluation
from artifacts.records.gate import GateReport
from artifacts.records.release import FirstRelease
from delivery.domain.evidence import Absent, Candidate, Champion, Evidence, Holdout
from delivery.domain.judge import candidate_digest, decide, judge
from delivery.domain.policy import Policy
from delivery.domain.rules.champion import champion_of
from delivery.errors import DeliveryError, UnfitModel
from delivery.ports import (
    ArtifactReader,
    Clock,
    Dataset,
    Environment,
    Examiner,
    ModelStore,
    Policies,
    Releases,
)
from scoring.proof import Proof

UNKNOWN_MODEL = "unknown"
"""A report's model where the candidate couldn't be opened: its own word for it isn't believed."""


@dataclass(frozen=True)
class Gate:
    """The gate with all that it reads through.

    Metrics that came with a candidate are not looked at: whoever made them had an interest.
    """

    artifacts: ArtifactReader
    store: ModelStore
    policies: Policies
    releases: Releases
    dataset: Dataset
    examiner: Examiner
    clock: Clock

    def decide(self, candidate: Path, environment: Environment) -> GateReport:
        """Judge the candidate in a folder against an environment's champion.

        Whatever is missing or broken becomes a rule's result: there is always a report.
        """
        opened = self._open(candidate)
        policy = self._policy(opened)
        evidence = self._gather(opened, environment)
        results = judge(policy, evidence)
        champion, holdout = evidence.champion, evidence.holdout
        return GateReport(
            model=opened.manifest.name if isinstance(opened, ModelArtifact) else UNKNOWN_MODEL,
            candidate=candidate_digest(evidence.candidate),
            champion=champion.digest if isinstance(champion, Champion) else None,
            first_release=evidence.first_release,
            policy=policy.digest if isinstance(policy, Policy) else None,
            photo_manifest=holdout.photo_manifest if isinstance(holdout, Holdout) else None,
            holdout=holdout.split_digest if isinstance(holdout, Holdout) else None,
            rules=results,
            decision=decide(results, evidence.first_release),
            decided_at=self.clock(),
        )

    def _open(self, folder: Path) -> ModelArtifact | Absent:
        try:
            return self.artifacts.open(folder)
        except (InvalidArtifact, SignatureRefused) as exc:
            return Absent(str(exc), at_fault=True)
        except (ArtifactError, OSError) as exc:
            return Absent(str(exc))

    def _policy(self, opened: ModelArtifact | Absent) -> Policy | Absent:
        if isinstance(opened, Absent):
            return Absent("which policy applies is not known without a candidate")
        try:
            return self.policies.read(opened.manifest.name)
        except ArtifactError as exc:
            return Absent(str(exc))

    def _gather(self, opened: ModelArtifact | Absent, environment: Environment) -> Evidence:
        holdout = self._holdout()
        if isinstance(opened, Absent):
            return Evidence(opened, holdout, opened, opened, Absent("no candidate to compare with"))
        evaluation = self._evaluate(opened, holdout)
        champion = self._champion(opened, evaluation, environment)
        return Evidence(
            Candidate.of(opened.manifest), holdout, evaluation, self._prove(opened), champion
        )

    def _holdout(self) -> Holdout | Absent:
        try:
            return Holdout.of(self.dataset.manifest())
        except ArtifactError as exc:
            return Absent(str(exc))

    def _evaluate(self, artifact: ModelArtifact, holdout: Holdout | Absent) -> Evaluation | Absent:
        if isinstance(holdout, Absent):
            return holdout
        try:
            return self.examiner.evaluate(artifact, self.dataset)
        except (DeliveryError, ArtifactError) as exc:
            return Absent(str(exc), at_fault=isinstance(exc, UnfitModel))

    def _prove(self, artifact: ModelArtifact) -> Proof | Absent:
        try:
            return self.examiner.prove(artifact)
        except DeliveryError as exc:
            return Absent(str(exc), at_fault=isinstance(exc, UnfitModel))

    def _champion(
        self, candidate: ModelArtifact, evaluation: Evaluation | Absent, environment: Environment
    ) -> Champion | FirstRelease | Absent:
        try:
            entry = champion_of(self.releases.read(environment), candidate.manifest.name)
            if isinstance(entry, FirstRelease | Absent):
                return entry
            artifact = self.store.get(entry.digest)
        except (ArtifactError, OSError) as exc:
            return Absent(f"the champion can't be had: {exc}")
        return self._score_champion(artifact, candidate, evaluation)

    def _score_champion(
        self, artifact: ModelArtifact, candidate: ModelArtifact, evaluation: Evaluation | Absent
    ) -> Champion | Absent:
        if artifact.manifest.name != candidate.manifest.name:
            return Absent(f"the champion {artifact.digest} is a {artifact.manifest.name}")
        scored = evaluation
        if artifact.digest != candidate.digest and isinstance(evaluation, Evaluation):
            try:
                scored = self.examiner.evaluate(artifact, self.dataset)
            except (DeliveryError, ArtifactError) as exc:
                return Absent(f"the champion can't be scored: {exc}")
        if isinstance(scored, Absent):
            return Absent(f"the champion was not scored: {scored.reason}")
        return Champion(artifact.digest, artifact.manifest.data.photo_manifest, scored)
