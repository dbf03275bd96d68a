"""Which kind a path is: one each, and whatever nobody thought of judges."""

import pytest

from delivery.domain.promotion.paths import PLACES, classify, kind_of, place_of


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("releases/staging.yaml", "staging_release"),
        ("releases/production.yaml", "production_release"),
        ("releases/reports/ab.json", "reports"),
        ("releases/other.yaml", "judge"),
        ("policies/approvals/ab/x.json", "approvals"),
        ("policies/approvers.yaml", "keys"),
        ("policies/keys/gate.signers", "keys"),
        ("policies/holdouts/architecture.csv", "holdout"),
        ("policies/models/architecture.yaml", "policy"),
        ("policies/risk_tiers.yaml", "policy"),
        ("policies/new", "judge"),
        (".github/workflows/ci.yml", "judge"),
        ("Makefile", "judge"),
        ("bin/plinth", "judge"),
        ("pyproject.toml", "judge"),
        ("requirements/delivery.txt", "judge"),
        ("services/delivery/src/delivery/cli/__init__.py", "judge"),
        ("services/box/README.md", "judge"),
        ("services/host/README.md", "judge"),
        ("libs/artifacts/src/x.py", "judge"),
        ("libs/scoring/src/x.py", "judge"),
        ("libs/pages/src/x.py", "judge"),
        ("infra/terraform/local/main.tf", "judge"),
        ("mutations/runs.py", "judge"),
        ("tests/repo/test_policies.py", "judge"),
        ("tests/unit/delivery/test_x.py", "judge"),
        ("tests/unit/inference/test_x.py", "code"),
        ("services/inference/src/x.py", "code"),
        ("services/training/src/x.py", "code"),
        ("libs/features/src/x.py", "code"),
        ("data/manifest.csv", "data"),
        ("params.yaml", "data"),
        ("dvc.yaml", "data"),
        ("docs/adr/1.md", "docs"),
        ("README.md", "docs"),
        ("sub/README.md", "judge"),
        ("conftest.py", "judge"),
        ("makefile", "judge"),
        ("Makefile/x", "judge"),
        ("readme.md", "judge"),
        ("", "judge"),
    ],
)
def test_every_path_is_of_one_kind(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def test_an_unknown_path_has_no_place_and_judges() -> None:
    assert place_of("something.new") is None
    assert classify(["something.new", "README.md"]) == {"judge", "docs"}


def test_every_place_has_a_reason_and_is_reached() -> None:
    assert all(len(place.reason) > 4 for place in PLACES)
    paths = [one.path + ("x" if one.path.endswith("/") else "") for one in PLACES]
    assert [place_of(path) for path in paths] == list(PLACES)
