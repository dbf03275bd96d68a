"""Which workflows run is read as GitHub reads it."""

import pytest

from rehearsal.box.records import MAIN, Event
from rehearsal.box.workflow_files import Trigger, Workflow, matches, read_workflows, triggered

PATH = ".github/workflows/ci.yml"
PUSH = Trigger(Event.PUSH, "refs/heads/feature")


def one(text: str) -> Workflow:
    """The workflow of one file."""
    (found,) = read_workflows({PATH: text})
    return found


@pytest.mark.parametrize(
    "on",
    [
        "on: push",
        "on: [pull_request, push]",
        "on:\n  push:",
        "'on':\n  push: {}",
        "on:\n  push:\n    branches: ['**']",
        "on:\n  push:\n    branches-ignore: [main]",
        "on:\n  push:\n    paths: [nothing]",
    ],
)
def test_a_push_of_a_branch_runs_what_waits_for_it(on: str) -> None:
    """Bare `on` is true to YAML 1.1; paths are a step's business."""
    assert triggered(one(f"name: ci\n{on}\n"), PUSH)


@pytest.mark.parametrize(
    "on",
    [
        "on: pull_request",
        "on: [workflow_dispatch]",
        "on:\n  push:\n    branches: [main]",
        "on:\n  push:\n    branches-ignore: ['feat*']",
        "on:\n  push:\n    tags: ['v*']",
        "on:\n  push:\n    tags-ignore: [x]",
    ],
)
def test_a_push_of_a_branch_runs_nothing_else(on: str) -> None:
    assert not triggered(one(f"name: ci\n{on}\n"), PUSH)


def test_a_tag_runs_what_waits_for_tags_or_for_anything() -> None:
    tag = Trigger(Event.PUSH, "refs/tags/v1")

    assert triggered(one("on: push"), tag)
    assert triggered(one("on:\n  push:\n    tags: [v*]"), tag)
    assert not triggered(one("on:\n  push:\n    branches: ['**']"), tag)


def test_a_pull_request_counts_by_its_base_and_action() -> None:
    opened = Trigger(Event.PULL_REQUEST, MAIN, "opened")

    assert triggered(one("on:\n  pull_request:\n    branches: [main]"), opened)
    assert not triggered(one("on:\n  pull_request:\n    branches: [other]"), opened)
    assert not triggered(one("on:\n  pull_request:\n    types: [closed]"), opened)
    assert triggered(one("on:\n  pull_request:\n    types: opened"), opened)
    assert not triggered(one("on: pull_request_target"), opened)


def test_a_schedule_is_waited_for_by_a_list() -> None:
    flow = one("on:\n  schedule:\n    - cron: '0 4 * * *'")

    assert triggered(flow, Trigger(Event.SCHEDULE, MAIN))


@pytest.mark.parametrize(
    ("patterns", "name", "expected"),
    [
        (("main",), "main", True),
        (("main",), "mainly", False),
        (("release/*",), "release/1", True),
        (("release/*",), "release/1/2", False),
        (("release/**",), "release/1/2", True),
        (("**/fix",), "fix", True),
        (("v[0-9]+",), "v12", True),
        (("ab?c",), "ac", True),
        (("**", "!wip/**"), "wip/a", False),
        (("**", "!wip/**", "wip/b"), "wip/b", True),
        (("a.b",), "axb", False),
        ((), "main", False),
    ],
)
def test_patterns_match_as_github_says(
    patterns: tuple[str, ...], name: str, expected: bool
) -> None:
    assert matches(patterns, name) is expected


@pytest.mark.parametrize("text", ["on: [", "- a list", "name: ci", "a: 1\na: 2\non: push", "on: 3"])
def test_a_file_that_cannot_be_read_runs_and_fails(text: str) -> None:
    """Fail closed: a check that can't be asked is red, and never missing without a word."""
    flow = one(text)

    assert flow.problem
    assert triggered(flow, PUSH)
    assert triggered(flow, Trigger(Event.PULL_REQUEST, MAIN, "opened"))
    assert not triggered(flow, Trigger(Event.DISPATCH, MAIN))


def test_two_workflows_of_one_name_are_both_refused() -> None:
    """A status has the workflow's name: a second `ci` could make a red one green."""
    text = "name: ci\non: push\n"

    flows = read_workflows({PATH: text, ".github/workflows/x.yml": text})

    assert [flow.problem for flow in flows] == ["2 workflows are called ci"] * 2


def test_a_workflow_without_a_name_is_called_by_its_file() -> None:
    assert one("on: push").name == PATH


def test_a_name_holds_no_escape_sequence() -> None:
    assert one('name: "c\\x1b[31mi"\non: push').name == "c?[31mi"


def test_inputs_of_a_dispatch_are_known() -> None:
    flow = one("on:\n  workflow_dispatch:\n    inputs:\n      a: {}\n      b: {}\n")

    assert flow.inputs == {"a", "b"}
    assert one("on: workflow_dispatch").inputs == frozenset()


def test_what_deploys_comes_before_what_tests() -> None:
    """One run at a time: a rollback must not wait for tests."""
    text = "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n"
    files = {"a.yml": text, "b.yml": f"{text}    environment: production\n", "c.yml": text}

    assert [each.file for each in read_workflows(files)] == ["b.yml", "a.yml", "c.yml"]
