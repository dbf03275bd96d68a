"""A retraining without training: fakes that leave what the real ones leave, and count."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from support.audit import FakeAuditLog
from support.delivery_stores import FakeModelStore
from support.deploy_world import FakeRepository
from support.forge_fakes import FakeBranches, FakeForge
from support.made_records import artifact, gate_report, release, released
from support.policy_documents import policy, tiers

from artifacts.folder import SIGNATURE
from artifacts.records.gate import GateReport
from artifacts.records.inputs import Registered, TrainingInputs
from artifacts.records.photos import PhotoManifest
from artifacts.records.release import Release
from artifacts.refusal import Refusal
from artifacts.statements import signature_of
from delivery.errors import TrainingFailed
from delivery.forges.forge import Forge
from delivery.releases.wanted import release_text
from delivery.retrain.places import Place, Places
from delivery.retrain.retrain import Planning, ProposeCandidate, Retrain
from delivery.retrain.training_claims import MANIFEST, PARAMS, inputs_of

ALLOWED = gate_report()
INPUTS = {
    MANIFEST: PhotoManifest(rows=()).to_csv(),
    PARAMS: "model: architecture\n",
    "dvc.yaml": "stages: {}\n",
    "requirements/training.txt": "",
}
"""The files of a commit that a training starts from, as text."""
STAGING = "releases/staging.yaml"


class Killed(BaseException):
    """The retraining was killed; no `except Exception` of it sees that."""


def training_inputs(**changes: str) -> TrainingInputs:
    """Return what a training of INPUTS starts from, but for some changes."""
    found = inputs_of({path: text.encode() for path, text in INPUTS.items()})
    return found.model_copy(update=changes)


@dataclass
class FakeTrainer:
    """Leaves a folder that looks like a candidate. `refusal` is the registry's."""

    refusal: str = ""
    breaks: str = ""
    trained: int = 0
    rebuilt: int = 0
    registered: int = 0

    def lay_out(self, place: Place) -> None:
        place.dataset.mkdir(parents=True, exist_ok=True)

    def fetch(self, inputs: TrainingInputs, place: Place) -> None:
        assert inputs.model == "architecture"
        if self.breaks:
            raise TrainingFailed("retrain", self.breaks)
        self.trained += 1
        place.candidate.mkdir(parents=True)
        (place.candidate / SIGNATURE).write_text("signed")

    def reproduce(self, place: Place) -> None:
        self.rebuilt += 1
        place.reproduction.write_text("{}")

    def register(self, report: Path, kept: Path, exchange: Path) -> Registered | str:
        assert kept
        assert exchange.is_dir()
        if self.refusal:
            return self.refusal
        self.registered += 1
        assert report.exists()
        return Registered(model="architecture", artifact=str(ALLOWED.candidate), version=7)


@dataclass
class FakeJudge:
    """Writes the report that it was given."""

    verdict: GateReport = ALLOWED
    rebuild: bool = False
    judged: int = 0

    def wants_rebuild(self, model: str) -> bool:
        assert model
        return self.rebuild

    def judge(self, place: Place) -> GateReport:
        self.judged += 1
        signature_of(self.verdict.write(place.report)).write_text("signed")
        place.page.write_text("# The candidate\n")
        return self.verdict

    def report(self, place: Place) -> GateReport:
        return GateReport.read(place.report)


class HeadedRepository(FakeRepository):
    """One that knows HEAD: the last commit."""

    def commit(self, revision: str) -> str:
        return self.tip() if revision == "HEAD" else super().commit(revision)


@dataclass
class World:
    """A retraining over a folder; nothing of it is real but the folder."""

    folder: Path
    repository: HeadedRepository = field(default_factory=HeadedRepository)
    trainer: FakeTrainer = field(default_factory=FakeTrainer)
    judge: FakeJudge = field(default_factory=FakeJudge)
    audit: FakeAuditLog = field(default_factory=FakeAuditLog)
    forge: FakeForge = field(default_factory=FakeForge)
    branches: FakeBranches = field(default_factory=FakeBranches)
    store: FakeModelStore = field(default_factory=lambda: FakeModelStore(artifact("candidate")))
    by_hand: bool = False
    unkept: Refusal | None = None

    def __post_init__(self) -> None:
        self.merge(release(released(str(ALLOWED.champion))), "begin")

    @property
    def places(self) -> Places:
        return Places(self.folder)

    @property
    def planning(self) -> Planning:
        return Planning(self.repository, self.audit, self.places)

    @property
    def proposing(self) -> ProposeCandidate:
        forge: Forge | None = None if self.by_hand else self.forge
        return ProposeCandidate(self.repository, self.store, self.branches, forge)

    def keep(self, candidate: Path, report: Path) -> Path | Refusal:
        """Keep what is there to keep."""
        assert report.exists()
        return self.unkept or candidate

    def retrain(self, after: Callable[[str], None] = lambda _: None) -> Retrain:
        return Retrain(
            planning=self.planning,
            trainer=self.trainer,
            fetch=self.trainer.fetch,
            judge=self.judge,
            keep=self.keep,
            propose=self.proposing,
            actor="ada (7)",
            after=after,
        )

    def merge(self, staging: Release, name: str, **files: str) -> None:
        """Put a release of staging on main, with policies and a photo manifest."""
        rules = {"models/architecture.yaml": policy(), "risk_tiers.yaml": tiers()}
        texts = {
            f"policies/{path}": yaml.safe_dump(record.model_dump(mode="json"))
            for path, record in rules.items()
        }
        changed = INPUTS | {STAGING: release_text(staging)} | texts | files
        self.branches.move(self.repository.add(name, changed))

    def kill_after(self, step: str) -> None:
        """Retrain, and be killed after a step."""

        def after(done: str) -> None:
            if done == step:
                raise Killed

        try:
            self.retrain(after)("HEAD")
        except Killed:
            return
        raise AssertionError(f"there is no step {step}")
