"""Reproduction: what came of building a model again from its manifest's commit and data."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from artifacts.digests import Digest
from artifacts.records.manifest import Commit, ModelName
from artifacts.records.record import Record

Outcome = Literal["equal", "equal_within_tolerance", "different"]


class Reproduction(Record):
    """A model and its rebuilt twin. `differences` says where they part; empty if `equal`.

    Equal: the manifests' digests are. Equal within tolerance: all that the model was made of is
    equal, and every answer over the photos compared is within the tolerances of scoring's proof.
    """

    model: ModelName
    original: Digest
    rebuilt: Digest
    outcome: Outcome
    differences: tuple[str, ...]
    commit: Commit
    environment: Digest
    photo_manifest: Digest
    photos_compared: Annotated[int, Field(ge=0)]
    made_at: datetime

    @property
    def stated_at(self) -> datetime:
        """When it was made."""
        return self.made_at
