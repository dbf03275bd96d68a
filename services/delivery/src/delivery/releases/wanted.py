"""What git wants of an environment: a release, as a value and as the file that git holds."""

from dataclasses import dataclass

import yaml

from artifacts.records.release import (
    Environment,
    Payload,
    Release,
    ReleasedCode,
    ReleasedModel,
)


@dataclass(frozen=True)
class AliasPoint:
    """Where an alias of a model points: a version and the digest of its artifact, or nowhere."""

    model: str
    alias: str
    version: int | None
    digest: str | None

    @property
    def target(self) -> str:
        """What it points at, in words."""
        if self.version is None:
            return "nothing"
        return f"version {self.version} ({short(self.digest)})"


@dataclass(frozen=True)
class Applied:
    """What Terraform's state says that it made run: a payload's digest, or nothing."""

    payload: str | None


@dataclass(frozen=True)
class Wanted:
    """What an environment should run, as a commit of main has it."""

    environment: Environment
    commit: str
    payload: Payload | None
    aliases: tuple[AliasPoint, ...]

    @property
    def digest(self) -> str | None:
        """The digest of the payload, or None where nothing is released."""
        return self.payload.digest if self.payload else None


def wanted_of(release: Release, commit: str, code: ReleasedCode) -> Wanted:
    """Return what a release wants; `code` is the commit's own, for those that pin none."""
    aliases = []
    for model in release.models:
        champion = release.champion(model)
        found = champion if isinstance(champion, ReleasedModel) else None
        version, digest = (found.version, found.digest) if found else (None, None)
        aliases.append(AliasPoint(model, release.environment, version, digest))
    return Wanted(release.environment, commit, release.payload(code), tuple(aliases))


def short(digest: str | None) -> str:
    """Return the start of a digest or a commit, for people; `nothing` where there is none."""
    return digest.removeprefix("sha256:")[:12] if digest else "nothing"


HEADER = """\
# What {environment} should run. `delivery propose` writes this file from an allowed gate report;
# people review its change and merge it. A model is pinned by digest: no tag, no alias.
"""


def release_text(release: Release) -> str:
    """Write a release as YAML: models sorted by name, keys in the record's order."""
    document = release.model_dump(mode="python", exclude_none=True)
    document["models"] = {
        name: [dict(entry) for entry in document["models"][name]]
        for name in sorted(document["models"])
    }
    body = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return HEADER.format(environment=release.environment) + body
