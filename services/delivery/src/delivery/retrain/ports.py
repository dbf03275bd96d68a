"""What those who retrain need from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from artifacts.records.gate import GateReport
    from artifacts.records.inputs import Registered, TrainingInputs
    from delivery.retrain.training_claims import HandedOver


class RetrainingPlace(Protocol):
    """Where the retraining of one set of inputs keeps its files, whatever run works on it."""

    @property
    def dataset(self) -> Path:
        """The committed manifest and the photos, laid out for the gate."""

    @property
    def seen(self) -> Path:
        """The same without the photos of the holdout: the part that training may see."""

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

    def exchange(self) -> Path:
        """Return an empty folder, made anew, for what a room leaves."""

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
    """Training's commands over the checkout, walled off. TrainingFailed where one breaks down."""

    def lay_out(self, place: RetrainingPlace) -> None:
        """Leave the dataset that the gate measures on in the place."""

    def reproduce(self, place: RetrainingPlace) -> None:
        """Build the candidate again, and leave what that came to in the place."""

    def register(self, report: Path, kept: Path, exchange: Path) -> Registered | str:
        """Give what the store keeps in `kept` a version, or return why not."""


class TrainingPlace(Protocol):
    """Where the training of one set of inputs keeps its files, on the machine that trains."""

    @property
    def keys(self) -> Path:
        """The folder of keys that training signs its own models with; nobody else believes them."""

    @property
    def work(self) -> Path:
        """The pipeline's work folder."""

    @property
    def seen(self) -> Path:
        """The committed manifest, and those of its photos that training may see."""

    def exchange(self) -> Path:
        """Return an empty folder, made anew, for what a room leaves."""

    def handed_over(self) -> str:
        """Return the digest of what was handed over; empty before."""

    def keep_handed_over(self, digest: str) -> None:
        """Remember it, and remove what only training needed."""


class Trainings(Protocol):
    """Places of trainings by the digest of their inputs, each held by one training at a time."""

    def place(self, inputs: str) -> TrainingPlace:
        """Return the place of a set of inputs."""

    def held(self, inputs: str) -> AbstractContextManager[bool]:
        """Hold a place; False where another training does."""


class Handover(Protocol):
    """Where candidates are handed over. Nothing that lies there is believed."""

    def give(self, handed: HandedOver) -> str:
        """Leave a candidate, and return its digest."""

    def take(self, digest: str) -> HandedOver:
        """Return what was handed over; HandoverRefused."""

    def holds(self, digest: str) -> bool:
        """Whether it lies there whole."""

    def forget(self, digest: str) -> None:
        """Remove it, where that is allowed."""


class Candidates(Protocol):
    """Where candidates come from: this machine trains them, or another handed them over."""

    def fetch(self, inputs: TrainingInputs, place: RetrainingPlace) -> None:
        """Leave what was trained from these inputs in the place; HandoverRefused."""


class CandidateJudge(Protocol):
    """Judges candidates by the policies of the checkout."""

    def wants_rebuild(self, model: str) -> bool:
        """Whether a model's policy asks that candidates be built again; False without a policy."""

    def judge(self, place: RetrainingPlace) -> GateReport:
        """Judge, and leave the signed report, its evidence and a page about both in the place."""

    def report(self, place: RetrainingPlace) -> GateReport:
        """Return the report of an earlier judgement; SignatureRefused or UnreadableRecord."""
