"""A release as the file that git holds, in one form: the same release makes the same bytes."""

import yaml

from artifacts.records.release import Release

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
