"""What `check-forge` asks of GitHub is what the workflow files need, and no less."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from delivery.forges.forge_checks import (
    CLOUD_ENVIRONMENTS,
    REQUIRED_CHECKS,
    RUNNER_WORKFLOWS,
    TOKEN,
    TOKEN_ENVIRONMENTS,
)

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
HOSTED = "ubuntu-latest"
WITH_REVIEWERS = "plan"


def jobs() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each job, with the name of its workflow."""
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text())["jobs"].values():
            yield path.stem, job


def test_every_workflow_that_asks_for_a_teams_own_runner_is_one_that_its_group_is_bound_to() -> (
    None
):
    own = {workflow for workflow, job in jobs() if job["runs-on"] != HOSTED}

    assert own == set(RUNNER_WORKFLOWS)


def test_the_forges_token_is_read_only_by_jobs_of_an_environment_of_main() -> None:
    readers = [job for _, job in jobs() if f"secrets.{TOKEN}" in str(job)]

    assert readers
    assert {job.get("environment") for job in readers} == set(TOKEN_ENVIRONMENTS)


def test_every_environment_is_asked_for() -> None:
    named = {job["environment"] for _, job in jobs() if "environment" in job}

    assert named == {*TOKEN_ENVIRONMENTS, *CLOUD_ENVIRONMENTS, WITH_REVIEWERS}


def test_every_required_check_is_one_job_and_no_other_goes_by_its_name() -> None:
    # Of two jobs of one name a skipped one would count, and it counts as green.
    names = [job["name"] for _, job in jobs()]

    assert [names.count(check) for check in REQUIRED_CHECKS] == [1] * len(REQUIRED_CHECKS)
    for check in REQUIRED_CHECKS:
        assert check in {job["name"] for workflow, job in jobs() if workflow == check}


def test_both_required_checks_are_told_of_what_a_merge_queue_would_merge() -> None:
    ci, judge = (
        yaml.safe_load((WORKFLOWS[0].parent / f"{name}.yml").read_text())
        for name in REQUIRED_CHECKS
    )

    assert "merge_group" in ci[True]
    # GitHub runs a queue's own workflow files, and the judge is main: it follows ci's run.
    assert "merge_group" not in judge[True]
    assert judge[True]["workflow_run"]["workflows"] == [ci["name"]]
    assert judge[True]["workflow_run"]["types"] == ["requested"]
    queue = judge["jobs"]["queue"]
    assert "github.event.workflow_run.event == 'merge_group'" in queue["if"]
    *_, judged, reported = queue["steps"]
    assert judged["env"]["HEAD"] == "${{ github.event.workflow_run.head_sha }}"
    assert judged["id"] in reported["env"]["OUTCOME"]
    assert "report-check judge " in reported["run"]
    assert reported["if"] == "always()"


def test_only_the_queues_job_may_set_a_status() -> None:
    setters = [job["name"] for _, job in jobs() if "statuses" in (job.get("permissions") or {})]

    assert setters == ["judge the queue"]


def test_the_page_about_moving_names_every_item_that_a_team_sets_by_hand() -> None:
    page = (ROOT / "docs" / "runbooks" / "moving.md").read_text()
    files = {f".github/workflows/{name}.yml@refs/heads/main" for name in RUNNER_WORKFLOWS}

    assert {name for name in files if name not in page} == set()
    for word in (TOKEN, "plinth-audit", *TOKEN_ENVIRONMENTS):
        assert f"`{word}`" in page
