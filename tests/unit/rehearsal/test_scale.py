"""What the demo changes in the first commit's policy, a policy may say."""

import shutil
from pathlib import Path

import pytest

from judging.policy_files import YamlPolicies
from rehearsal.demo.scale import FAST, FULL, Scale

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("scale", "photos"), [(FULL, 200), (FAST, 20)])
def test_the_first_commits_policy_can_be_read_and_measures_fewer_photos(
    tmp_path: Path, scale: Scale, photos: int
) -> None:
    shutil.copytree(ROOT / "policies", tmp_path / "policies")

    scale.settle(tmp_path)

    policies = YamlPolicies(tmp_path / "policies")
    policy, tiers = policies.read("architecture"), policies.tiers()
    limits = [
        limit
        for limit in tiers.tiers[policy.tier].limits
        if (limit.rule, limit.setting) == ("measurement", "robustness_photos")
    ]
    assert policy.measurement.robustness_photos == photos
    assert len(limits) == (not scale.mild)
    assert all(limit.holds(photos) for limit in limits)


def test_a_policy_that_has_no_such_line_is_said(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    (tmp_path / "policies/models/architecture.yaml").write_text("kind: policy\n")

    with pytest.raises(ValueError, match="0 lines `robustness_photos: N`, not one"):
        FULL.settle(tmp_path)
