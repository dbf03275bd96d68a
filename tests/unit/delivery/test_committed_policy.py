"""The policy and the releases that lie in git."""

import re
from pathlib import Path

import pytest

from artifacts.errors import UnreadableRecord
from artifacts.records.release import FirstRelease, Release
from delivery.adapters.yaml_files import YamlPolicies, YamlReleases, release_text
from delivery.domain.policy import Policy

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "policies/models/architecture.yaml").read_text(encoding="utf-8")
FLOORS = {
    "style_accuracy": ("style.accuracy", "at_least"),
    "style_macro_f1": ("style.macro_f1", "at_least"),
    "style_top3_accuracy": ("style.top3_accuracy", "at_least"),
    "era_median_absolute_error": ("era.median_absolute_error", "at_most"),
    "era_interval_coverage": ("era.interval_coverage", "at_least"),
}
CHANCE = {"style.accuracy": 0.04, "style.top3_accuracy": 0.12, "style.macro_f1": 0.04}


def committed():
    return YamlPolicies(ROOT / "policies").read("architecture")


def as_expected(policy: Policy) -> bool:
    """Say whether a policy has the model and floors that were decided on, whatever the limits."""
    floors = {floor.id: (floor.metric, floor.side) for floor in policy.floors}
    return policy.model == "architecture" and floors == FLOORS


def test_the_policy_has_the_floors_that_were_decided_on():
    assert as_expected(committed())


def test_no_limit_could_be_kept_by_chance():
    limits = {floor.metric: floor.limit for floor in committed().floors}
    assert all(limits[metric] > 2 * chance for metric, chance in CHANCE.items())
    assert limits["era.interval_coverage"] >= 0.5
    assert limits["era.median_absolute_error"] <= 100


def lines_of_rules():
    """Every line that isn't empty, a comment, or the continuation of a reason."""
    lines = TEXT.splitlines()
    return [
        i for i, line in enumerate(lines) if re.match(r"^ *(- )?[a-z_0-9]+:", line.split(" >-")[0])
    ]


@pytest.mark.parametrize("number", lines_of_rules())
def test_no_line_can_be_taken_out_of_the_policy_unnoticed(number, tmp_path):
    lines = TEXT.splitlines()
    path = tmp_path / "models" / "architecture.yaml"
    path.parent.mkdir()
    path.write_text("\n".join(lines[:number] + lines[number + 1 :]), encoding="utf-8")
    try:
        found = YamlPolicies(tmp_path).read("architecture")
    except UnreadableRecord:
        return
    assert not as_expected(found)


@pytest.mark.parametrize("floor", list(FLOORS))
def test_no_floor_can_be_taken_out_of_the_policy_unnoticed(floor):
    policy = committed()
    fewer = tuple(one for one in policy.floors if one.id != floor)
    assert not as_expected(policy.model_copy(update={"floors": fewer}))


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_the_releases_are_as_propose_would_write_them(environment):
    path = ROOT / "releases" / f"{environment}.yaml"
    release = YamlReleases(ROOT / "releases").read(environment)
    assert release_text(release) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_the_releases_name_a_champion_or_state_a_first_release(environment):
    release: Release = YamlReleases(ROOT / "releases").read(environment)
    entries = release.models["architecture"]
    assert sum(isinstance(e, FirstRelease) or e.role == "champion" for e in entries) == 1
