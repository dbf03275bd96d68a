"""Take the candidate of some inputs: handed over by another job, or trained here and now."""

from collections.abc import Callable
from dataclasses import dataclass

from artifacts.records.inputs import TrainingInputs
from artifacts.refusal import Refusal
from delivery.errors import CommitUnknown, HandoverRefused, TrainingFailed
from delivery.git.repository import GitRepository
from delivery.retrain.handover import HandedOver, not_as_planned
from delivery.retrain.ports import Handover, RetrainingPlace


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
