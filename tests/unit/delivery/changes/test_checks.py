import pytest

from delivery.changes.checks import Checks, checks_of


@pytest.mark.parametrize(
    "path",
    [
        "policies/approvals/0123456789abcdef/ada-approved-01234567.json",
        "data/manifest.csv",
        "docs/glossary.md",
    ],
)
def test_what_holds_no_code_needs_no_tests(path: str):
    nothing = Checks(tests=False, terraform=False, judge=False, plan=False)
    assert checks_of([path]) == nothing


@pytest.mark.parametrize("path", ["services/inference/src/inference/cli.py", "new.py", "Makefile"])
def test_code_and_what_nobody_knows_is_tested(path: str):
    assert checks_of(["docs/glossary.md", path]).tests


@pytest.mark.parametrize("path", ["policies/risk_tiers.yaml", "services/delivery/README.md"])
def test_a_change_of_judge_or_policy_is_tested_by_mutations(path: str):
    assert checks_of([path]).judge


def test_terraform_is_checked_where_it_or_its_caller_changed():
    assert checks_of(["infra/terraform/local/main.tf"]).terraform
    assert checks_of(["services/delivery/src/delivery/deploy/commands.py"]).terraform
    assert not checks_of(["services/inference/pyproject.toml"]).terraform


@pytest.mark.parametrize("path", ["releases/production.yaml", "releases/staging.yaml"])
def test_a_release_needs_no_tests_and_a_plan(path: str):
    assert checks_of([path]) == Checks(tests=False, terraform=False, judge=False, plan=True)


def test_what_makes_the_cloud_is_planned_and_what_only_calls_it_is_not():
    assert checks_of(["infra/terraform/aws/main.tf"]).plan
    assert not checks_of(["services/delivery/src/delivery/deploy/commands.py"]).plan
