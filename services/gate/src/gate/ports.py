"""What those who judge candidates need from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from artifacts.folder import ModelArtifact
    from artifacts.policies.tiers import RiskTiers
    from artifacts.records.evaluation import Evaluation
    from artifacts.records.evidence import Evidence
    from artifacts.records.holdout import HoldoutPin
    from artifacts.records.photos import PhotoManifest
    from gate.parity_report import DoorAnswer, ParityPhoto
    from judging.policy import Policy
    from scoring.certificate import Proof


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
