"""Which kind a path is: one each, and whatever nobody thought of judges."""

import pytest

from delivery.changes.path_kinds import PLACES, classify, kind_of, place_of


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
        ("services/delivery/src/delivery/cli.py", "judge"),
        ("rehearsal/README.md", "judge"),
        ("libs/artifacts/src/x.py", "judge"),
        ("libs/scoring/src/x.py", "judge"),
        ("libs/pages/src/x.py", "judge"),
        ("infra/terraform/aws/main.tf", "judge"),
        ("tests/mutations/runs.py", "judge"),
        ("tests/repo/test_policies.py", "judge"),
        ("tests/unit/delivery/test_x.py", "judge"),
        ("tests/unit/inference/test_x.py", "code"),
        ("tests/unit/features/test_x.py", "judge"),
        ("services/inference/src/inference/x.py", "code"),
        ("services/training/src/training/x/y.py", "code"),
        ("services/training/README.md", "code"),
        ("services/inference/src/x.py", "judge"),
        ("services/training/src/x.py", "judge"),
        ("services/training/pyproject.toml", "judge"),
        ("services/inference/conftest.py", "judge"),
        ("services/training/src/training/x.pth", "judge"),
        ("services/training/src/training/sitecustomize.py", "judge"),
        ("services/inference/src/inference/usercustomize.py", "judge"),
        ("libs/features/src/features/x.py", "judge"),
        ("libs/features/src/sitecustomize.py", "judge"),
        ("benchmarks/x.py", "judge"),
        ("demo/x.py", "judge"),
        ("data/manifest.csv", "data"),
        ("params.yaml", "data"),
        ("dvc.lock", "data"),
        ("dvc.yaml", "judge"),
        ("data/dvc.yaml", "judge"),
        ("data/photos.dvc", "judge"),
        (".dvc/config", "judge"),
        (".dvcignore", "judge"),
        ("data/.dvcignore", "judge"),
        ("docs/.gitattributes", "judge"),
        ("policies/approvals/.gitattributes", "judge"),
        ("docs/.gitmodules", "judge"),
        ("docs/gitattributes", "docs"),
        ("docs/adr/1.md", "docs"),
        ("README.md", "docs"),
        ("sub/README.md", "judge"),
        ("conftest.py", "judge"),
        ("makefile", "judge"),
        ("Makefile/x", "judge"),
        ("readme.md", "judge"),
        ("", "judge"),
        ("LICENSE.py", "judge"),
        ("docs/a\u200bb.md", "judge"),
        ("docs/../Makefile", "judge"),
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
