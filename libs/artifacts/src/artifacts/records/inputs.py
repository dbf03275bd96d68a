"""TrainingInputs: all that a candidate follows from. Equal inputs make models that answer alike."""

from typing import Annotated

from pydantic import Field

from artifacts.digests import Digest
from artifacts.records.manifest import ModelName
from artifacts.records.record import Record


class TrainingInputs(Record):
    """What a training would start from, by digest.

    Its own digest is the key under which a verdict is remembered. `params` is of those parameters
    that training reads; how photos were taken in shows in the photo manifest. No commit: a change
    of documentation changes no model.
    """

    model: ModelName
    photo_manifest: Digest
    params: Digest
    pipeline: Digest
    feature_code: Digest
    training_code: Digest
    environment: Digest


class Registered(Record):
    """A model that the registry has, by digest and version."""

    model: ModelName
    artifact: Digest
    version: Annotated[int, Field(ge=1)]
