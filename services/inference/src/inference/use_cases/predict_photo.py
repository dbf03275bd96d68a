"""From the bytes of a photo to a prediction."""

import numpy as np

from features import SchemaError, read_photo, vector_digest
from inference.domain.prediction import ModelName, Prediction
from inference.errors import BodyEmpty, ModelFailed
from inference.use_cases.open_model import ProvenModel
from scoring import ScoringError


def predict_photo(model: ProvenModel, photo: bytes, prediction_id: str) -> Prediction:
    """Return the prediction of a photo, as the model's own type of answer.

    Raises PhotoRefused (one of its leaves) or BodyEmpty where the bytes can't be used, ModelFailed
    where the model gives no usable answer.
    """
    if not photo:
        raise BodyEmpty("The photo has no bytes", "Send the whole file of a photo")
    usable = read_photo(photo)
    try:
        with model.decoding.lend(usable.memory_bytes):
            vector = model.scorer.extractor.extract(usable)
        answers = model.scorer.answers(vector[np.newaxis])[0]
        stamp = Prediction(
            prediction_id=prediction_id,
            model=ModelName(name=model.manifest.name, digest=model.digest),
            feature_schema=model.manifest.feature_schema,
            vector_digest=vector_digest(vector),
        )
        return model.plugin.answer_of(stamp, answers, model.manifest)
    # Arithmetic: a score so far out that its year is no finite number.
    except (ScoringError, SchemaError, ArithmeticError) as exc:
        raise ModelFailed(f"The model gave no usable answer: {exc}") from exc
