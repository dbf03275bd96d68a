"""Release: what an environment should run. Git holds it in releases/<environment>.yaml."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

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
