"""Release: what an environment should run. Git holds it in releases/<environment>.yaml."""

import math
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from artifacts.digests import Digest, digest_json
from artifacts.records.manifest import ModelName
from artifacts.records.record import Part, Record


class ReleasedModel(Part):
    """A model of a release, pinned by digest, with the gate report that allowed it."""

    kind: Literal["model"] = "model"
    digest: Digest
    version: Annotated[int, Field(ge=1)]
    role: Literal["champion", "challenger", "shadow"] = "champion"
    weight: Annotated[float, Field(ge=0, le=1)] = 1.0
    gate_report: Digest


class FirstRelease(Record):
    """The explicit statement that a model has no champion yet, so that none is compared with."""

    kind: Literal["first_release"] = "first_release"
    reason: Annotated[str, Field(min_length=10)]
    stated_on: date


ModelEntry = Annotated[ReleasedModel | FirstRelease, Field(discriminator="kind")]


class Release(Record):
    """The models of an environment, each with its role."""

    environment: Literal["staging", "production"]
    models: dict[ModelName, tuple[ModelEntry, ...]]

    @model_validator(mode="after")
    def _one_incumbent(self) -> "Release":
        for model, entries in self.models.items():
            if reason := _contradiction(entries):
                raise ValueError(f"{model}: {reason}")
        return self

    @property
    def payload_digest(self) -> str:
        """The digest of what runs, without the environment's name.

        What staging verified is what production approves, so both must have one name.
        """
        return digest_json(self.model_dump(mode="json", exclude={"environment"}))

    def champion(self, model: str) -> ReleasedModel | FirstRelease | None:
        """Return a model's champion, or its first-release statement, or None without an entry."""
        for entry in self.models.get(model, ()):
            if isinstance(entry, FirstRelease) or entry.role == "champion":
                return entry
        return None


def _contradiction(entries: tuple[ModelEntry, ...]) -> str | None:
    """Say why entries can't be run as they stand: two answers to who serves, or shares unlike 1."""
    released = [entry for entry in entries if isinstance(entry, ReleasedModel)]
    serving = [entry for entry in released if entry.role != "shadow"]
    champions = [entry for entry in serving if entry.role == "champion"]
    if len(champions) + len(entries) - len(released) > 1:
        return "more than one champion or statement of a first release"
    if not serving:
        return None
    if not champions:
        return "a challenger without a champion to share traffic with"
    if not math.isclose(sum(entry.weight for entry in serving), 1.0, abs_tol=1e-9):
        return "the weights of champion and challengers don't add up to 1"
    return None
