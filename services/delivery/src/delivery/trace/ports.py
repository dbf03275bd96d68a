"""What those who trace need from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from artifacts.records.prediction import PredictionRecord


class Predictions(Protocol):
    """What services wrote down of their answers."""

    def find(self, prediction: str) -> tuple[PredictionRecord, ...]:
        """Return the records that name a prediction: one, or none, or more than there should be.

        UnreadableRecord where a line that names it is no record, PredictionsUnavailable where the
        files can't be read.
        """
