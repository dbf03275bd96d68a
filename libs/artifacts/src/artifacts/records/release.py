"""Release: what an environment should run. Git holds it in releases/<environment>.yaml."""

import math
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from artifacts.digests import Digest, digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.manifest import Commit, ModelName
from artifacts.records.record import Part, Record

Environment = Literal["staging", "production"]


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


class ReleasedCode(Part):
    """The service's code: the digest of its sources and lock, and a commit that they stand in."""

    digest: Digest
    commit: Commit


class Payload(Record):
    """What runs: code, image and models. What staging verified is what production approves.

    Its digest names no environment, and no commit either: a change of documentation makes a new
    commit and no new payload.
    """

    service: Literal["inference"] = "inference"
    code: ReleasedCode
    image: Digest | None = None
    models: Annotated[dict[ModelName, tuple[ReleasedModel, ...]], Field(min_length=1)]

    @property
    def digest(self) -> str:
        """The digest of all that makes a difference to what runs."""
        return digest_json(self.model_dump(mode="json", exclude={"code": {"commit"}}))

    @property
    def contents(self) -> str:
        """The digest of code and models alone: what an image is built of, and found by."""
        return self.model_copy(update={"image": None}).digest


class Release(Record):
    """The models of an environment, each with its role, and in production the code.

    Staging runs the code of the commit that its release is read from, so that every merge deploys;
    production pins the code that staging verified.
    """

    environment: Environment
    code: ReleasedCode | None = None
    image: Digest | None = None
    models: dict[ModelName, tuple[ModelEntry, ...]]

    @model_validator(mode="after")
    def _one_incumbent(self) -> "Release":
        for model, entries in self.models.items():
            if reason := _contradiction(entries):
                raise ValueError(f"{model}: {reason}")
        if self.environment == "staging" and (self.code or self.image):
            raise ValueError("staging runs the code of its own commit and pins none")
        if self.environment == "production" and self.released and not self.code:
            raise ValueError("production pins the code that its models run with: there is none")
        return self

    @classmethod
    def of_environment(cls, folder: Path, environment: Environment) -> "Release":
        """Read an environment's release; UnreadableRecord where there is none, or another's."""
        path = folder / f"{environment}.yaml"
        release = cls.read(path)
        if release.environment != environment:
            raise UnreadableRecord(str(path), (f"it is the release of {release.environment}",))
        return release

    @property
    def released(self) -> dict[str, tuple[ReleasedModel, ...]]:
        """The models that run: all but those of which it is only stated that none does yet."""
        found = {
            name: tuple(entry for entry in entries if isinstance(entry, ReleasedModel))
            for name, entries in self.models.items()
        }
        return {name: entries for name, entries in found.items() if entries}

    def payload(self, code: ReleasedCode | None = None) -> Payload | None:
        """Return what runs, with `code` where none is pinned; None while no model is released."""
        code = self.code or code
        if not self.released:
            return None
        if code is None:
            raise ValueError(f"{self.environment} pins no code, and none was given")
        return Payload(code=code, image=self.image, models=self.released)

    def champion(self, model: str) -> ReleasedModel | FirstRelease | None:
        """Return a model's champion, or its first-release statement, or None without an entry."""
        for entry in self.models.get(model, ()):
            if isinstance(entry, FirstRelease) or entry.role == "champion":
                return entry
        return None

    def no_champion(self, model: str) -> str:
        """Say that a model has neither a champion here nor a statement, and what to add."""
        return (
            f"releases/{self.environment}.yaml names no champion of {model} and states no first "
            "release: add an entry `kind: first_release` with its reason if there truly is none"
        )


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
