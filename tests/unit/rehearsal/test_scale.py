"""What the demo changes in the first commit's policy, a policy may say."""

import shutil
from pathlib import Path

import pytest
import yaml

from judging.policy_files import YamlPolicies
from rehearsal.demo.scale import FAST, FULL, Scale

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("scale", "photos"), [(FULL, 200), (FAST, 20)])
def test_the_first_commits_policy_can_be_read_and_measures_fewer_photos(
    tmp_path: Path, scale: Scale, photos: int
) -> None:
    _first_commit(tmp_path)

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


@pytest.mark.parametrize("scale", [FULL, FAST])
def test_the_demo_trains_without_an_embedding(tmp_path: Path, scale: Scale) -> None:
    _first_commit(tmp_path)
    before = yaml.safe_load((tmp_path / "params.yaml").read_text(encoding="utf-8"))

    scale.settle(tmp_path)

    params = yaml.safe_load((tmp_path / "params.yaml").read_text(encoding="utf-8"))
    assert before["features"] == {"embedding": "efficientnet_lite0"}
    assert params["features"] == {"embedding": "none"}
    if scale is FULL:
        assert params | {"features": before["features"]} == before


def test_a_policy_that_has_no_such_line_is_said(tmp_path: Path) -> None:
    _first_commit(tmp_path)
    (tmp_path / "policies/models/architecture.yaml").write_text("kind: policy\n")

    with pytest.raises(ValueError, match="0 lines `robustness_photos: VALUE`, not one"):
        FULL.settle(tmp_path)


def _first_commit(folder: Path) -> None:
    shutil.copytree(ROOT / "policies", folder / "policies")
    shutil.copy(ROOT / "params.yaml", folder)
