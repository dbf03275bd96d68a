"""What is known of an answer once it is given, before it becomes a record."""

from dataclasses import dataclass
from datetime import datetime

from artifacts.digests import digest_bytes
from artifacts.records.prediction import AnsweringModel, PredictionRecord
from inference.domain.prediction import Prediction
from inference.domain.release import Deployment

_MILLISECONDS = 1000


@dataclass(frozen=True)
class Answered:
    """An answer and the photo that it was about, for as long as it takes to digest that.

    `seconds` is the time from the photo's bytes to the answer.
    """

    prediction: Prediction
    label: str
    probability: float | None
    photo: bytes
    seconds: float
    at: datetime
    deployment: Deployment

    def record(self) -> PredictionRecord:
        """Return what is written down: of the photo the digest and nothing else."""
        prediction = self.prediction
        return PredictionRecord(
            id=prediction.prediction_id,
            at=self.at,
            environment=self.deployment.environment,
            payload=self.deployment.payload,
            model=AnsweringModel(name=prediction.model.name, digest=prediction.model.digest),
            feature_schema=prediction.feature_schema,
            photo=digest_bytes(self.photo),
            label=self.label,
            probability=self.probability,
            milliseconds=round(self.seconds * _MILLISECONDS, 3),
        )
