"""PredictionRecord: what a service wrote down of one answer, for whoever traces it later."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from artifacts.digests import Digest
from artifacts.records.manifest import ModelName
from artifacts.records.record import Part, Record
from artifacts.records.release import Environment

PredictionId = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
]
"""A UUID in its usual form."""


class AnsweringModel(Part):
    """The model that answered."""

    name: ModelName
    digest: Digest


class PredictionRecord(Record):
    """One answer of a deployed service. The photo is named by digest and kept nowhere.

    `environment` and `payload` are None where nobody deployed the service: it was run by hand.
    `label` is why there is no answer where the photo was declined; `probability` is None then.
    `milliseconds` is the time from the photo's bytes to the answer, without waiting or sending.
    """

    id: PredictionId
    at: datetime
    environment: Environment | None
    payload: Digest | None
    model: AnsweringModel
    feature_schema: Digest
    photo: Digest
    label: Annotated[str, Field(max_length=200)]
    probability: Annotated[float, Field(ge=0, le=1)] | None
    milliseconds: Annotated[float, Field(ge=0)]

    @field_validator("at")
    @classmethod
    def _in_utc(cls, at: datetime) -> datetime:
        if at.tzinfo is None:
            raise ValueError("the time has no time zone")
        return at.astimezone(UTC)


def file_of(at: datetime) -> str:
    """Return the name of the file that holds the records of a moment's day: `2026-03-01.jsonl`."""
    return f"{at.astimezone(UTC).date().isoformat()}.jsonl"
