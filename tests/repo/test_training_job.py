"""The job that trains gets no key, secret or environment, and may have a machine of its own."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.forges.forge_checks import TRAINING_RUNNER

WORKFLOWS = Path(__file__).parents[2] / ".github/workflows"
FORGES_OWN = re.compile(r"\bsecrets\b|github\.token|GITHUB_TOKEN|toJSON\(\s*github\b")
ACTIONS = re.compile(r"actions/checkout@[0-9a-f]{40}")


@pytest.fixture(scope="module")
def workflow() -> Mapping[str, Any]:
    return yaml.safe_load((WORKFLOWS / "retrain.yml").read_text())


@pytest.fixture(scope="module")
def train(workflow: Mapping[str, Any]) -> Mapping[str, Any]:
    return workflow["jobs"]["train"]


def objections(workflow: Mapping[str, Any], job: Mapping[str, Any]) -> list[str]:
    """Say what of a job could hand a key, a token or a right to the code that trains."""
    rights = job.get("permissions", workflow["permissions"])
    named = {name for part in (job, *job["steps"]) for name in part.get("env", {})}
    return [
        *(["environment"] if "environment" in job else []),
        *(["container"] if {"container", "services"} & set(job) else []),
        *(["rights"] if rights not in ({}, {"contents": "read"}) else []),
        *(["secret"] if FORGES_OWN.search(yaml.safe_dump(job)) else []),
        *sorted((named | set(workflow.get("env", {}))) - {"INPUTS"}),
    ]


def test_the_job_that_trains_gets_nothing_but_what_to_train_on(
    workflow: Mapping[str, Any], train: Mapping[str, Any]
) -> None:
    assert objections(workflow, train) == []
    assert train["steps"][-1]["env"] == {"INPUTS": "${{ needs.plan.outputs.inputs }}"}


@pytest.mark.parametrize(
    ("change", "objection"),
    [
        ({"environment": "retrain"}, "environment"),
        ({"permissions": {"contents": "write"}}, "rights"),
        ({"permissions": {"contents": "read", "id-token": "write"}}, "rights"),
        ({"env": {"PLINTH_GATE_KEY": "/keys/gate"}}, "PLINTH_GATE_KEY"),
        ({"env": {"INPUTS": "${{ secrets.PLINTH_FORGE_TOKEN }}"}}, "secret"),
        ({"env": {"INPUTS": "${{ github.token }}"}}, "secret"),
        ({"container": {"image": "x"}}, "container"),
    ],
)
def test_what_would_hand_it_more_is_found(
    change: dict[str, Any],
    objection: str,
    workflow: Mapping[str, Any],
    train: Mapping[str, Any],
) -> None:
    assert objection in objections(workflow, {**train, **change})


def test_only_the_job_that_trains_runs_on_the_runner_of_training(
    workflow: Mapping[str, Any],
) -> None:
    asked = f"vars.{TRAINING_RUNNER} || "
    places = {
        f"{path.stem}/{name}": str(job["runs-on"])
        for path in WORKFLOWS.glob("*.yml")
        for name, job in yaml.safe_load(path.read_text())["jobs"].items()
    }

    assert {name for name, place in places.items() if TRAINING_RUNNER in place} == {"retrain/train"}
    # Without a runner of its own it is the machine of the keys, by the same words as beside it.
    assert places["retrain/train"].replace(asked, "") == places["retrain/retrain"]
    assert {places[f"retrain/{name}"] for name in workflow["jobs"] if name != "train"} == {
        places["retrain/retrain"]
    }


def test_the_job_that_trains_runs_one_command_that_needs_no_key(train: Mapping[str, Any]) -> None:
    runs = [step["run"] for step in train["steps"] if "run" in step]
    uses = [step["uses"] for step in train["steps"] if "uses" in step]

    assert runs == ['bin/plinth delivery train --inputs "$INPUTS"']
    assert len(uses) == 1
    assert ACTIONS.fullmatch(uses[0])


def test_no_job_beside_keys_starts_a_training(workflow: Mapping[str, Any]) -> None:
    """`delivery retrain` trains by itself only where nothing is handed over to it."""
    runs = {
        name: [step["run"] for step in job["steps"] if "run" in step]
        for name, job in workflow["jobs"].items()
    }

    assert runs["plan"] == ["bin/plinth delivery plan-retraining"]
    (judging,) = runs["retrain"]
    assert '--handed-over "$CANDIDATE"' in judging


def test_of_the_job_that_trains_only_a_digest_is_read(workflow: Mapping[str, Any]) -> None:
    judging = workflow["jobs"]["retrain"]
    read = set(re.findall(r"needs\.train\.[\w.]+", yaml.safe_dump(judging, width=10_000)))

    assert read == {"needs.train.result", "needs.train.outputs.candidate"}
    assert workflow["jobs"]["train"]["outputs"] == {
        "candidate": "${{ steps.train.outputs.candidate }}"
    }
