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


def test_every_required_check_is_a_job_of_a_pull_request() -> None:
    checks = {job["name"] for workflow, job in jobs() if workflow in REQUIRED_CHECKS}

    assert checks == set(REQUIRED_CHECKS)


def test_no_workflow_runs_for_a_merge_queue() -> None:
    # `check-forge` wants none on main. Who adds the event takes that item away.
    events = [yaml.safe_load(path.read_text())[True] for path in WORKFLOWS]

    assert not any("merge_group" in event for event in events)


def test_the_page_about_moving_names_every_item_that_a_team_sets_by_hand() -> None:
    page = (ROOT / "docs" / "runbooks" / "moving.md").read_text()
    files = {f".github/workflows/{name}.yml@refs/heads/main" for name in RUNNER_WORKFLOWS}

    assert {name for name in files if name not in page} == set()
    for word in (TOKEN, "plinth-audit", *TOKEN_ENVIRONMENTS):
        assert f"`{word}`" in page
