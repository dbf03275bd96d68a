"""Policies and releases as YAML files in git."""

from pathlib import Path

import yaml

from artifacts.errors import UnreadableRecord
from artifacts.records.release import Release
from delivery.domain.policy import Policy
from delivery.ports import Environment

HEADER = """\
# What {environment} should run. `delivery propose` writes this file from an allowed gate report;
# people review its change and merge it. A model is pinned by digest: no tag, no alias.
"""


class YamlPolicies:
    """policies/models/<model>.yaml."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, model: str) -> Policy:
        """Return a model's policy; UnreadableRecord where there is none, or another model's."""
        path = self._root / "models" / f"{model}.yaml"
        policy = Policy.read(path)
        if policy.model != model:
            raise UnreadableRecord(str(path), (f"it is the policy of {policy.model}",))
        return policy


class YamlReleases:
    """releases/<environment>.yaml, in one form: the same release makes the same bytes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, environment: Environment) -> Release:
        """Return an environment's release; UnreadableRecord where there is none, or another's."""
        path = self._path(environment)
        release = Release.read(path)
        if release.environment != environment:
            raise UnreadableRecord(str(path), (f"it is the release of {release.environment}",))
        return release

    def write(self, release: Release) -> Path:
        """Replace a release's file whole, and return its path."""
        path = self._path(release.environment)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(path.name + ".draft")
        draft.write_text(release_text(release), encoding="utf-8")
        draft.replace(path)
        return path

    def _path(self, environment: Environment) -> Path:
        return self._root / f"{environment}.yaml"


def release_text(release: Release) -> str:
    """Write a release as YAML: models sorted by name, keys in the record's order."""
    document = release.model_dump(mode="python")
    document["models"] = {
        name: [dict(entry) for entry in document["models"][name]]
        for name in sorted(document["models"])
    }
    body = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return HEADER.format(environment=release.environment) + body
