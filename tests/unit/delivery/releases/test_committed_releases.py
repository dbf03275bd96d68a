"""The releases that lie in git. tests/repo/test_policies.py is about the policies."""

from pathlib import Path

import pytest

from artifacts.records.release import FirstRelease, Release
from delivery.releases.wanted import release_text

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_the_releases_are_as_propose_would_write_them(environment):
    path = ROOT / "releases" / f"{environment}.yaml"
    release = Release.of_environment(ROOT / "releases", environment)
    assert release_text(release) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_the_releases_name_a_champion_or_state_a_first_release(environment):
    release: Release = Release.of_environment(ROOT / "releases", environment)
    entries = release.models["architecture"]
    assert sum(isinstance(e, FirstRelease) or e.role == "champion" for e in entries) == 1
