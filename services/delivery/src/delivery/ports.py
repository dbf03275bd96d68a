"""What delivery needs from outside. Adapters implement these; use cases see nothing else.

Errors of artifacts (UnreadableRecord, InvalidArtifact, SignatureRefused, UnknownArtifact) come
through as they are: they say best what was wrong.
"""

# Annotations are for readers and mypy. A deploy needs no model: what opens one isn't imported here.
from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from artifacts.folder import ModelArtifact
    from artifacts.records.approval import Approval
    from artifacts.records.audit import AuditEntry, AuditEvent
    from artifacts.records.evaluation import Evaluation
    from artifacts.records.evidence import Evidence
    from artifacts.records.gate import GateReport
    from artifacts.records.holdout import HoldoutPin
    from artifacts.records.inputs import Registered, TrainingInputs
    from artifacts.records.photos import PhotoManifest
    from artifacts.records.prediction import PredictionRecord
    from artifacts.records.release import Environment, Payload, Release
    from delivery.domain.deployment.observation import Observation
    from delivery.domain.deployment.verdict import DeployVerdict
    from delivery.domain.deployment.wanted import AliasPoint, Applied
    from delivery.domain.forge import ForgeRefused, Merged, PublishedBranch, PullRequest
    from delivery.domain.forge_checks import ForgeFacts
    from delivery.domain.parity import DoorAnswer, ParityPhoto
    from delivery.domain.policy import Policy
    from delivery.domain.promotion.facts import Change, RawCommit
    from delivery.domain.promotion.signatures import Signature
    from delivery.domain.tiers import RiskTiers
    from scoring.proof import Proof

Clock = Callable[[], datetime]
"""Says what time it is, with its time zone."""


class ArtifactReader(Protocol):
    """Opens artifact folders."""

    def open(self, folder: Path) -> ModelArtifact:
        """Return a verified artifact; InvalidArtifact, SignatureRefused or UnreadableRecord."""


class ModelStore(Protocol):
    """Artifacts by digest."""

    def get(self, digest: str) -> ModelArtifact:
        """Return a verified artifact; UnknownArtifact, InvalidArtifact or SignatureRefused."""


class Policies(Protocol):
    """One policy a model, the tiers that all are held to, and the pinned holdouts."""

    def read(self, model: str) -> Policy:
        """Return a model's policy; UnreadableRecord where there is none, PolicyRefused if bad."""

    def tiers(self) -> RiskTiers:
        """Return the risk tiers; UnreadableRecord where there are none, PolicyRefused bad ones."""

    def pin(self, model: str) -> HoldoutPin | None:
        """Return a model's pinned holdout, or None before there is one; UnreadableRecord."""

    def write_pin(self, pin: HoldoutPin) -> Path:
        """Replace a model's pinned holdout whole, and return its file."""


class Releases(Protocol):
    """What each environment should run."""

    def read(self, environment: Environment) -> Release:
        """Return an environment's release; UnreadableRecord where there is none, or a bad one."""

    def write(self, release: Release) -> Path:
        """Replace a release whole, and return its file."""


class Dataset(Protocol):
    """A photo manifest and the photos that it names."""

    def manifest(self) -> PhotoManifest:
        """Return the photo manifest; UnreadableRecord where it can't be read."""

    def photo(self, digest: str) -> bytes:
        """Return a photo's bytes; UnreadableRecord where they are missing or changed."""


class Examiner(Protocol):
    """Runs models for the judge. UnfitModel blames the model, JudgeUnfit this code.

    HoldoutUnusable and HoldoutEmpty blame the dataset.
    """

    def prove(self, artifact: ModelArtifact) -> Proof:
        """Answer the artifact's golden photos."""

    def evaluate(self, artifact: ModelArtifact, dataset: Dataset) -> Evaluation:
        """Score the dataset's holdout from its photos, with the judge's own slices besides."""

    def examine(
        self, artifact: ModelArtifact, dataset: Dataset, evaluation: Evaluation, policy: Policy
    ) -> Evidence:
        """Measure the evidence, as the policy says; the evaluation is `evaluate`'s of the same."""


class Door(Protocol):
    """One way from photos to answers."""

    @property
    def name(self) -> str:
        """What the door is called in a report."""

    def answer(self, photos: Sequence[ParityPhoto]) -> tuple[DoorAnswer, ...]:
        """Return one answer a photo, in order; DoorFailed where the door gives none at all."""


class Repository(Protocol):
    """The git repository that changes come from. Commits are full hexadecimal names.

    Raises CommitUnknown for a revision that it doesn't have, RepositoryUnreadable if git fails.
    """

    def commit(self, revision: str) -> str:
        """Return the commit that a revision (a branch, `HEAD^1`) names."""

    def parents(self, commit: str) -> tuple[str, ...]:
        """Return a commit's parents, the first being what it was merged into."""

    def is_ancestor(self, ancestor: str, commit: str) -> bool:
        """Whether a commit contains another, or is it."""

    def file(self, commit: str, path: str) -> bytes | None:
        """Return a file's bytes at a commit, or None where there is no such file."""

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of all files at and under some paths of a commit, by path."""

    def merged(self, base: str, head: str) -> str | None:
        """Return a commit that joins two as git does by itself, or None where it can't.

        It is `head` itself where that contains `base`; otherwise one that no branch has.
        """

    def changes(self, before: str, after: str) -> tuple[Change, ...]:
        """Return the files that differ between two commits, by path."""

    def commits(self, base: str, head: str) -> tuple[RawCommit, ...]:
        """Return what `head` has and `base` hasn't, oldest first."""

    def history(self, commit: str, path: str) -> tuple[tuple[str, datetime], ...]:
        """Return the commits of main that changed a file and when they were made, oldest first.

        Of a merge that is the merge itself: first parents alone are followed.
        """


class AuditLog(Protocol):
    """What happened, in order; only ever added to."""

    def append(self, event: AuditEvent) -> AuditEntry:
        """Add an event at the end and return its entry; AuditBroken if the log can't be trusted."""

    def entries(self) -> tuple[AuditEntry, ...]:
        """Return all entries, verified; AuditBroken names the first that is not as it was."""


# Of the group `deploying`.


class Main(Protocol):
    """The branch that environments follow."""

    def tip(self) -> str:
        """Return the commit that main stands at now; RepositoryUnreadable if nobody can say."""


class DeployLocks(Protocol):
    """Lets one deploy of an environment run at a time, on this machine."""

    def held(self, environment: Environment) -> AbstractContextManager[None]:
        """Wait for an environment's lock and hold it; DeployLocked after a while."""


class Host(Protocol):
    """The machine that an environment runs on. HostFailed where it doesn't do as it is told."""

    def want(self, environment: Environment, payload: str) -> None:
        """Say which payload, by digest, is to run: a swap to any other does nothing from now on."""

    def install(self, payload: Payload) -> None:
        """Make a payload ready to run, from cached bytes where they are there."""

    def observe(self, environment: Environment) -> Observation:
        """Return what runs and what it says of itself, whatever state it is in."""

    def stop(self, environment: Environment) -> None:
        """End everything that serves an environment."""

    def prune(self, keep: Sequence[str]) -> None:
        """Remove payloads that nothing runs, ran last or wants, and that aren't to be kept."""


class Terraform(Protocol):
    """Infrastructure as it was applied. TerraformFailed where the engine fails."""

    def applied(self, environment: Environment) -> Applied | None:
        """Return what the state says was applied, or None before anything was."""

    def apply(self, environment: Environment, payload: Payload | None, *, replace: bool) -> None:
        """Make an environment run a payload; `replace` where the state is known to be wrong."""


class AliasRegistry(Protocol):
    """A registry's aliases: they follow git. RegistryFailed where it can't be asked."""

    def aliases(self, model: str) -> tuple[AliasPoint, ...]:
        """Return where each alias of a model points."""

    def prepare(self) -> None:
        """Say that aliases will be moved soon: what takes long to start may start now."""

    def point(self, moves: Sequence[AliasPoint]) -> None:
        """Point aliases at versions, or remove those that point at none."""


class ChangeJudge(Protocol):
    """Judges what a commit of main changes."""

    def judge_deploy(self, environment: Environment, commit: str) -> DeployVerdict:
        """Say whether a commit's release may be deployed now, by what stood before it."""


class Reverter(Protocol):
    """Makes branches that take commits back. RevertRefused where git can't."""

    def revert(self, commit: str, *, onto: str, branch: str, message: str) -> str:
        """Make a branch of one signed commit that takes another back; return the new commit."""

    def discard(self, branch: str) -> None:
        """Remove a branch that was made here and went nowhere."""


class RevertProposer(Protocol):
    """Proposes to take back a change that can't be deployed."""

    def propose(self, environment: Environment, commit: str, reason: str) -> tuple[str, ...]:
        """Return lines for whoever reads the log: what was proposed, or what to do by hand."""


# Of the group `tracing`.


class Predictions(Protocol):
    """What services wrote down of their answers."""

    def find(self, prediction: str) -> tuple[PredictionRecord, ...]:
        """Return the records that name a prediction: one, or none, or more than there should be.

        UnreadableRecord where a line that names it is no record, PredictionsUnavailable where the
        files can't be read.
        """


# Of the group `retraining`.


class RetrainingPlace(Protocol):
    """Where the retraining of one set of inputs keeps its files, whatever run works on it."""

    @property
    def work(self) -> Path:
        """The pipeline's work folder."""

    @property
    def dataset(self) -> Path:
        """The dataset in it."""

    @property
    def candidate(self) -> Path:
        """The folder of the candidate."""

    @property
    def report(self) -> Path:
        """The signed gate report."""

    @property
    def evidence(self) -> Path:
        """The evidence that it rests on."""

    @property
    def reproduction(self) -> Path:
        """What building the candidate again came to, where a policy asks for it."""

    @property
    def page(self) -> Path:
        """The candidate and its verdict as Markdown."""

    @property
    def kept(self) -> bool:
        """Whether a candidate is there that was trained to its end."""

    @property
    def settled(self) -> bool:
        """Whether nothing more is to follow from the verdict."""

    def registered(self) -> Registered | None:
        """Return the candidate's version in the registry, or None before it has one."""

    def keep_registered(self, registered: Registered) -> None:
        """Remember the version."""

    def settle(self, reason: str) -> None:
        """Remember that nothing more is to follow, and remove what only training needed."""


class Retrainings(Protocol):
    """Places of retrainings by the digest of their inputs, each held by one run at a time."""

    def place(self, inputs: str) -> RetrainingPlace:
        """Return the place of a set of inputs."""

    def held(self, inputs: str) -> AbstractContextManager[bool]:
        """Hold a place; False where another run does. It is free again when its holder is gone."""

    def under_way(self, inputs: str) -> bool:
        """Whether some living run holds a place."""


class Trainer(Protocol):
    """Training's commands over the checkout. TrainingFailed where one breaks down."""

    def inputs(self) -> TrainingInputs:
        """Return what a training here and now would start from."""

    def retrain(self, place: RetrainingPlace) -> None:
        """Train, and leave the dataset and the candidate in the place."""

    def reproduce(self, place: RetrainingPlace) -> None:
        """Build the candidate again, and leave what that came to in the place."""

    def register(self, place: RetrainingPlace) -> Registered | str:
        """Keep the candidate and give it a version, or return why not."""


class CandidateJudge(Protocol):
    """Judges candidates by the policies of the checkout."""

    def wants_rebuild(self, model: str) -> bool:
        """Whether a model's policy asks that candidates be built again; False without a policy."""

    def judge(self, place: RetrainingPlace) -> GateReport:
        """Judge, and leave the signed report, its evidence and a page about both in the place."""

    def report(self, place: RetrainingPlace) -> GateReport:
        """Return the report of an earlier judgement; SignatureRefused or UnreadableRecord."""


class Branches(Protocol):
    """Branches of the repository that people share. BranchFailed where git doesn't do it."""

    def base(self) -> str:
        """Return the commit that main stands at, where people share it."""

    def publish(
        self, branch: str, base: str, files: Mapping[str, bytes], message: str
    ) -> PublishedBranch:
        """Make a branch differ from main in these files alone, by one signed commit on `base`.

        A branch that can be merged and then has these files stays as it is; statements of people
        on it (policies/approvals) stay in any case.
        """


class Forge(Protocol):
    """Where branches become pull requests. ForgeUnavailable where it can't be asked."""

    def pull_request_of(self, branch: str) -> PullRequest | None:
        """Return a branch's open pull request, or else its latest, or None."""

    def open_pull_request(self, branch: str, title: str, body: str) -> PullRequest:
        """Open a branch's pull request, or bring the open one up to date."""

    def comment(self, number: int, marker: str, body: str) -> None:
        """Write a comment, in place of the one that has the same marker."""

    def approve(self, number: int, note: str) -> ForgeRefused | None:
        """Approve a pull request, which is no signed approval of a release."""

    def merge(self, number: int) -> Merged | ForgeRefused:
        """Merge a pull request, if the forge's protection lets it."""


class ForgeSettings(Protocol):
    """How a forge is set up."""

    def facts(self) -> ForgeFacts:
        """Return what it says of itself; what it keeps to itself is unknown."""


# Of the group `promotion`.


class Signatures(Protocol):
    """Reads SSH signatures, whoever made them."""

    def check(self, data: bytes, signature: bytes | None) -> Signature:
        """Return whose key signed bytes and for what; its `problem` says why it doesn't hold."""


class StatementFiles(Protocol):
    """Statements of people in the working tree, for their next commit."""

    def sign(self, approval: Approval, key: Path) -> tuple[bytes, bytes]:
        """Return a statement's bytes and their signature by a private key; SigningFailed."""

    def write(self, path: str, data: bytes, signature: bytes) -> Path:
        """Write a statement and its signature, and return where it is."""
