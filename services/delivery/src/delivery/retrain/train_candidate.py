"""train: train on what was planned, once, and hand the candidate over. Needs no key, log or store.

It runs on a machine of training's own, or beside the keys in a room: the same command. Nothing that
it says or leaves is believed by those who take the candidate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from artifacts.records.inputs import TrainingInputs
from artifacts.refusal import Refusal
from delivery.retrain.ports import Handover, TrainingPlace, Trainings
from delivery.retrain.training_claims import HandedOver

UNDER_WAY: Final = "a training of the same inputs is under way"


@dataclass(frozen=True)
class TrainCandidate:
    """Training with all that it goes through; `train` does it in a place, in a room."""

    inputs: Callable[[], TrainingInputs]
    trainings: Trainings
    train: Callable[[TrainingPlace], HandedOver]
    handover: Handover

    def __call__(self, planned: str | None = None) -> str | Refusal:
        """Return the digest of what is handed over, or why nothing is; TrainingFailed.

        A killed training is taken up where it was; one that was handed over isn't done again.
        `planned` are the inputs, by digest, that somebody planned for: no others are trained on.
        """
        found = self.inputs().digest
        if planned is not None and planned != found:
            return Refusal(f"this checkout trains from {found}, planned was {planned}")
        with self.trainings.held(found) as mine:
            if not mine:
                return Refusal(UNDER_WAY)
            place = self.trainings.place(found)
            known = place.handed_over()
            if known and self.handover.holds(known):
                return known
            digest = self.handover.give(self.train(place))
            place.keep_handed_over(digest)
            return digest
