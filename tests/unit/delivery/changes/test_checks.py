from dataclasses import asdict, fields, replace

import pytest

from delivery.changes.checks import Checks, JobResult, checks_of, every_check, faults

NOTHING = Checks(**dict.fromkeys((one.name for one in fields(Checks)), False))
GREEN = {
    "changes": JobResult("success", {"lint": "true", "suite": "false", "plan": "false"}),
    "lint": JobResult("success"),
    "suite": JobResult("skipped"),
}


@pytest.mark.parametrize(
    "path",
    [
        "policies/approvals/0123456789abcdef/ada-approved-01234567.json",
        "data/manifest.csv",
        "docs/glossary.md",
    ],
)
def test_what_holds_no_code_needs_no_tests(path: str):
    assert checks_of([path], whole=False) == checks_of([path], whole=True) == NOTHING


@pytest.mark.parametrize("path", ["services/inference/src/inference/cli.py", "new.py", "Makefile"])
def test_code_and_what_nobody_knows_is_tested(path: str):
    checks = checks_of(["docs/glossary.md", path], whole=False)
    assert all((checks.lint, checks.types, checks.unit, checks.integration))


@pytest.mark.parametrize("path", ["services/inference/src/inference/cli.py", "new.py"])
def test_on_main_every_test_runs_and_not_only_those_that_a_change_can_break(path: str):
    checks = checks_of([path], whole=True)
    assert all((checks.suite, checks.machine, checks.isolation))
    assert not any((checks.unit, checks.integration))


@pytest.mark.parametrize("whole", [True, False])
def test_of_an_unknown_change_every_check_is_needed(whole: bool):
    left_out = {name for name, needed in asdict(every_check(whole=whole)).items() if not needed}
    assert left_out == ({"unit", "integration"} if whole else {"suite", "isolation"})


@pytest.mark.parametrize("path", ["policies/risk_tiers.yaml", "services/delivery/README.md"])
def test_a_change_of_judge_or_policy_is_tested_by_mutations_and_on_real_processes(path: str):
    checks = checks_of([path], whole=False)
    assert all((checks.mutations, checks.machine))


def test_terraform_is_checked_where_it_or_its_caller_changed():
    for path in ("infra/terraform/main.tf", "services/delivery/src/delivery/deploy/commands.py"):
        checks = checks_of([path], whole=False)
        assert all((checks.terraform, checks.cloud))
    assert not checks_of(["services/inference/pyproject.toml"], whole=False).terraform


@pytest.mark.parametrize("path", ["releases/production.yaml", "releases/staging.yaml"])
def test_a_release_needs_no_tests_and_a_plan(path: str):
    assert checks_of([path], whole=False) == replace(NOTHING, plan=True)


def test_what_makes_the_cloud_is_planned_and_what_only_calls_it_is_not():
    assert checks_of(["infra/terraform/aws/main.tf"], whole=False).plan
    called = "services/delivery/src/delivery/deploy/commands.py"
    assert not checks_of([called], whole=False).plan


def test_a_run_is_green_whose_needed_jobs_ended_well():
    assert faults(GREEN) == ()


@pytest.mark.parametrize("result", ["failure", "cancelled", "skipped", "neutral", ""])
def test_a_needed_job_that_did_not_end_well_is_a_fault(result: str):
    assert faults({**GREEN, "lint": JobResult(result)}) == (f"lint ended as {result}",)


@pytest.mark.parametrize("result", ["failure", "cancelled", "neutral"])
def test_a_job_that_was_not_needed_may_only_be_skipped_or_succeed(result: str):
    assert faults({**GREEN, "suite": JobResult("success")}) == ()
    assert faults({**GREEN, "suite": JobResult(result)}) == (f"suite ended as {result}",)


@pytest.mark.parametrize("result", ["failure", "cancelled", "skipped"])
def test_where_nobody_knows_what_is_needed_nothing_is_green(result: str):
    (fault,) = faults({**GREEN, "changes": JobResult(result)})
    assert fault == f"the job changes ended as {result}: nobody knows what this change needs"
    (fault,) = faults({"lint": JobResult("success")})
    assert fault == "the job changes is missing: nobody knows what this change needs"


def test_a_job_of_which_nobody_said_whether_it_is_needed_is_a_fault():
    assert faults({**GREEN, "types": JobResult("success")}) == (
        "nobody said whether types was needed",
    )
    assert faults({**GREEN, "types": JobResult("skipped")}) == ("types ended as skipped",)


def test_a_needed_job_that_nobody_waits_for_is_a_fault():
    jobs = {name: job for name, job in GREEN.items() if name != "lint"}
    assert faults(jobs) == ("lint was needed and is no job that `ci` waits for",)
