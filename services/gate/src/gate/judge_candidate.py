"""gate: measure a candidate and its champion anew, judge, and say so in a report."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from artifacts.certificate import Proof
from artifacts.errors import ArtifactError, InvalidArtifact, PolicyRefused, SignatureRefused
from artifacts.folder import ModelArtifact
from artifacts.policies.membership import Membership
from artifacts.policies.tiers import RiskTiers
from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Evidence
from artifacts.records.gate import GateReport
from artifacts.records.photos import PhotoManifest
from artifacts.records.release import Environment, FirstRelease, Release
from artifacts.records.reproduction import Reproduction
from artifacts.statements import StatementVerifier, read_signed
from artifacts.store import FolderArtifacts, FolderModelStore
from gate.comparing import PairedResamples
from gate.dataset import FolderDataset
from gate.errors import GateError, UnfitModel
from gate.evidence_store import RememberingExaminer
from gate.judge import candidate_digest, decide, judge
from gate.resampling import resample_groups
from judging.case import Absent, Candidate, Case, Champion, Comparing, Holdout
from judging.policy import Policy
from judging.policy_files import YamlPolicies
from judging.rules.champion import champion_of

Gathered = TypeVar("Gathered")
UNKNOWN_MODEL = "unknown"
"""A report's model where the candidate couldn't be opened: its own word for it isn't believed."""
NO_CANDIDATE = "which policy applies is not known without a candidate"


@dataclass(frozen=True)
class Judgement:
    """A gate report, and the evidence that it names where there is any."""

    report: GateReport
    evidence: Evidence | None


@dataclass(frozen=True)
class Gate:
    """The gate with all that it reads through.

    Metrics that came with a candidate are not looked at: whoever made them had an interest.
    """

    artifacts: FolderArtifacts
    store: FolderModelStore
    policies: YamlPolicies
    releases: Callable[[Environment], Release]
    dataset: FolderDataset
    examiner: RememberingExaminer
    rebuilder: StatementVerifier
    clock: Callable[[], datetime]

    def decide(
        self, candidate: Path, environment: Environment, reproduction: Path | None = None
    ) -> Judgement:
        """Judge the candidate in a folder against an environment's champion.

        Whatever is missing or broken becomes a rule's result: there is always a report.
        """
        opened = _tried(
            lambda: self.artifacts.open(candidate), to_blame=(InvalidArtifact, SignatureRefused)
        )
        case = self._gather(opened, environment, self._reproduction(reproduction))
        results = judge(case)
        holdout = case.holdout
        report = GateReport(
            model=opened.manifest.name if isinstance(opened, ModelArtifact) else UNKNOWN_MODEL,
            candidate=candidate_digest(case.candidate),
            champion=case.champion.digest if isinstance(case.champion, Champion) else None,
            first_release=case.first_release,
            policy=_digest(case.policy),
            risk_tiers=_digest(case.tiers),
            evidence=_digest(case.evidence),
            photo_manifest=holdout.photo_manifest if isinstance(holdout, Holdout) else None,
            holdout=holdout.split_digest if isinstance(holdout, Holdout) else None,
            rules=results,
            decision=decide(results, case.first_release),
            decided_at=self.clock(),
        )
        return Judgement(report, case.evidence if isinstance(case.evidence, Evidence) else None)

    def _gather(
        self,
        opened: ModelArtifact | Absent,
        environment: Environment,
        reproduction: Reproduction | Absent,
    ) -> Case:
        manifest = _tried(self.dataset.manifest)
        policy = self._policy(opened)
        evaluation = self._evaluate(opened, manifest)
        return Case(
            today=self.clock().date(),
            policy=policy,
            tiers=_tried(self.policies.tiers, to_blame=(PolicyRefused,)),
            candidate=opened if isinstance(opened, Absent) else Candidate.of(opened.manifest),
            holdout=manifest if isinstance(manifest, Absent) else Holdout.of(manifest),
            membership=self._membership(opened, manifest),
            evaluation=evaluation,
            evidence=self._examine(opened, evaluation, policy),
            proof=self._prove(opened),
            champion=self._champion(opened, evaluation, environment),
            reproduction=reproduction,
            comparing=_comparing(policy, evaluation),
        )

    def _policy(self, opened: ModelArtifact | Absent) -> Policy | Absent:
        if isinstance(opened, Absent):
            return Absent(NO_CANDIDATE)
        name = opened.manifest.name
        return _tried(lambda: self.policies.read(name), to_blame=(PolicyRefused,))

    def _membership(
        self, opened: ModelArtifact | Absent, manifest: PhotoManifest | Absent
    ) -> Membership | Absent:
        if isinstance(opened, Absent) or isinstance(manifest, Absent):
            return Absent("without a candidate and a photo manifest there is no holdout to compare")
        name = opened.manifest.name
        pin = _tried(lambda: self.policies.pin(name))
        if isinstance(pin, Absent):
            return pin
        if pin is None:
            return Absent(
                f"the holdout of {name} is not pinned: run `gate pin-holdout` "
                "and commit what it writes, in a pull request of its own"
            )
        return Membership.of(pin, manifest)

    def _evaluate(
        self, opened: ModelArtifact | Absent, manifest: PhotoManifest | Absent
    ) -> Evaluation | Absent:
        if isinstance(opened, Absent):
            return opened
        if isinstance(manifest, Absent):
            return manifest
        return _tried(lambda: self.examiner.evaluate(opened, self.dataset), to_blame=(UnfitModel,))

    def _examine(
        self,
        opened: ModelArtifact | Absent,
        evaluation: Evaluation | Absent,
        policy: Policy | Absent,
    ) -> Evidence | Absent:
        if isinstance(opened, Absent):
            return opened
        if isinstance(evaluation, Absent):
            return evaluation
        if isinstance(policy, Absent):
            return Absent(f"how to measure is the policy's to say: {policy.reason}")
        return _tried(
            lambda: self.examiner.examine(opened, self.dataset, evaluation, policy),
            to_blame=(UnfitModel,),
        )

    def _prove(self, opened: ModelArtifact | Absent) -> Proof | Absent:
        if isinstance(opened, Absent):
            return opened
        return _tried(lambda: self.examiner.prove(opened), to_blame=(UnfitModel,))

    def _reproduction(self, path: Path | None) -> Reproduction | Absent:
        if path is None:
            return Absent("no reproduction was given: `training reproduce` makes one")
        return _tried(lambda: read_signed(Reproduction, path, self.rebuilder))

    def _champion(
        self,
        opened: ModelArtifact | Absent,
        evaluation: Evaluation | Absent,
        environment: Environment,
    ) -> Champion | FirstRelease | Absent:
        if isinstance(opened, Absent):
            return Absent("no candidate to compare with")
        try:
            entry = champion_of(self.releases(environment), opened.manifest.name)
            if isinstance(entry, FirstRelease | Absent):
                return entry
            artifact = self.store.get(entry.digest)
        except (ArtifactError, OSError) as exc:
            return Absent(f"the champion can't be had: {exc}")
        return self._score_champion(artifact, opened, evaluation)

    def _score_champion(
        self, artifact: ModelArtifact, candidate: ModelArtifact, evaluation: Evaluation | Absent
    ) -> Champion | Absent:
        if artifact.manifest.name != candidate.manifest.name:
            return Absent(f"the champion {artifact.digest} is a {artifact.manifest.name}")
        scored = evaluation
        if artifact.digest != candidate.digest and isinstance(evaluation, Evaluation):
            try:
                scored = self.examiner.evaluate(artifact, self.dataset)
            except (GateError, ArtifactError) as exc:
                return Absent(f"the champion can't be scored: {exc}")
        if isinstance(scored, Absent):
            return Absent(f"the champion was not scored: {scored.reason}")
        return Champion(artifact.digest, artifact.manifest.data.photo_manifest, scored)


def _tried(
    read: Callable[[], Gathered], to_blame: tuple[type[Exception], ...] = ()
) -> Gathered | Absent:
    """Return what is read, or why it couldn't be had; `to_blame` are faults of who brought it."""
    try:
        return read()
    except (ArtifactError, GateError, OSError) as exc:
        return Absent(str(exc), at_fault=isinstance(exc, to_blame))


def _comparing(policy: Policy | Absent, evaluation: Evaluation | Absent) -> Comparing | None:
    """Draw once: all rules, candidate and champion share the very same resamples."""
    if isinstance(policy, Absent) or isinstance(evaluation, Absent) or not evaluation.photos:
        return None
    drawn = policy.measurement
    return PairedResamples(resample_groups(evaluation.groups, drawn.resamples, drawn.seed))


def _digest(found: Policy | RiskTiers | Evidence | Absent) -> str | None:
    return None if isinstance(found, Absent) else found.digest
