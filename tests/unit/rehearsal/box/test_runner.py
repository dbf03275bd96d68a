"""The runner works one run at a time, and ends what a dead one left."""

import json
from pathlib import Path

import pytest
from support.box_fakes import pull, run, sha
from support.box_world import DEPLOY, FILES, JUDGE, World

from rehearsal.box.act_engine import Ended
from rehearsal.box.errors import GitFailed
from rehearsal.box.locks import tried
from rehearsal.box.queueing import queue_again, queue_checks, queue_dispatch, queue_schedule
from rehearsal.box.records import Event, Run, State
from rehearsal.box.runner import Kind, heal, work
from rehearsal.box.workflow_files import read_workflows


def proposed(world: World) -> None:
    """Queue the checks of a pull request of the feature."""
    world.pulls.write(pull())
    queue_checks(world.box, pull(), sha("b"), "opened", "ada")


def states(world: World) -> list[State]:
    """How the runs stand."""
    return [each.state for each in world.all_runs()]


def test_runs_are_worked_in_order_with_a_status_each(world: World) -> None:
    proposed(world)

    work(world.box)

    assert [order.run.workflow for order in world.engine.orders] == ["judge", "ci"]
    assert [(s.context, s.state, s.base) for s in world.statuses.of(sha("b"))] == [
        ("judge", "pending", sha("a")), ("judge", "success", sha("a")),
        ("ci", "pending", sha("a")), ("ci", "success", sha("a")),
    ]  # fmt: skip


def test_the_judge_is_checked_out_from_main_and_the_check_from_the_branch(world: World) -> None:
    proposed(world)

    work(world.box)

    judge, ci = world.engine.orders
    event = json.loads(judge.event)
    assert (ci.checkout, ci.ref) == (sha("b"), "refs/heads/feature")
    assert (judge.checkout, judge.ref) == (sha("a"), "refs/heads/main")
    assert (event["number"], event["action"]) == (1, "opened")
    assert event["pull_request"]["head"] == {"ref": "feature", "sha": sha("b")}
    assert event["pull_request"]["base"] == {"ref": "main", "sha": sha("a")}
    assert event["sender"]["login"] == "ada"


def test_the_runner_of_all_else_takes_what_releases_where_nobody_else_does(world: World) -> None:
    """What a killed pusher left is queued by whichever runner comes by."""
    world.runs.queue(run().model_copy(update={"releases": True}))

    work(world.box, Kind.OTHERS)

    assert states(world) == [State.SUCCESS]


def test_events_have_githubs_shape(world: World) -> None:
    queue_dispatch(world.box, "deploy", "main", {"word": "x"}, "bob")
    queue_schedule(world.box, "deploy.yml", "bob")
    world.runs.queue(run(ref="refs/heads/main", commit=sha("a"), before=sha("c")))

    work(world.box)

    dispatched, scheduled, pushed = (json.loads(order.event) for order in world.engine.orders)
    assert (dispatched["ref"], dispatched["inputs"]) == ("refs/heads/main", {"word": "x"})
    assert "schedule" in scheduled
    assert (pushed["before"], pushed["after"]) == (sha("c"), sha("a"))
    assert world.engine.orders[0].environment == {"GIVEN": "yes"}
    assert world.engine.orders[0].seconds == 3600


def test_a_failed_run_is_red_with_its_reason_and_the_next_is_worked(world: World) -> None:
    world.engine.endings = [Ended(succeeded=False, description="failed: ci/check")]
    proposed(world)

    work(world.box)

    assert states(world) == [State.FAILURE, State.SUCCESS]
    assert world.runs.read(1).description == "failed: ci/check"
    assert "failed: ci/check" in world.runs.log(1)[0]


def test_a_run_that_breaks_is_red(world: World) -> None:
    world.engine.endings = [GitFailed("clone", "no space left")]
    proposed(world)

    work(world.box)

    assert states(world) == [State.FAILURE, State.SUCCESS]
    assert "no space left" in world.runs.read(1).description


def test_a_workflow_that_cannot_be_read_is_red_and_never_run(world: World) -> None:
    world.repository.files_of[sha("a")] = FILES | {JUDGE: "on: ["}
    proposed(world)

    work(world.box)

    assert [order.run.workflow for order in world.engine.orders] == ["ci"]
    assert states(world) == [State.FAILURE, State.SUCCESS]


def test_a_workflow_says_that_a_newer_run_does_its_work(world: World) -> None:
    ended = Ended(succeeded=True, superseded="main is at c", summary="# Done")
    world.engine.endings = [ended]
    world.runs.queue(run())

    work(world.box)

    assert states(world) == [State.SUPERSEDED]
    assert world.runs.read(1).description == "main is at c"
    assert world.runs.summary(1) == "# Done"


def test_a_failed_run_is_not_superseded(world: World) -> None:
    world.engine.endings = [Ended(succeeded=False, superseded="main is at c")]
    world.runs.queue(run())

    work(world.box)

    assert states(world) == [State.FAILURE]


def test_checks_of_a_head_that_moved_on_are_not_run(world: World) -> None:
    proposed(world)
    world.repository.branches["feature"] = sha("c")

    work(world.box)

    assert world.engine.orders == []
    assert states(world) == [State.SUPERSEDED] * 2
    assert world.statuses.of(sha("b"))[-1].state == "superseded"


def test_what_a_dead_runner_left_ends_as_interrupted_before_anything_else(world: World) -> None:
    world.runs.queue(run(state=State.RUNNING, scratch="left"))
    world.runs.queue(run())

    work(world.box)

    assert states(world) == [State.INTERRUPTED, State.SUCCESS]
    assert world.engine.cleared[0] == Path("left")
    status = world.statuses.of(sha("b"))[0]
    assert (status.state, status.description) == (
        "failure", "interrupted: push again or `box retry 1`",
    )  # fmt: skip


def test_heal_ends_what_a_dead_runner_left_and_runs_nothing(world: World) -> None:
    world.runs.queue(run(state=State.RUNNING))
    world.runs.queue(run())

    assert [each.number for each in heal(world.box)] == [1]
    assert states(world) == [State.INTERRUPTED, State.QUEUED]


def test_a_second_runner_does_nothing(world: World) -> None:
    world.runs.queue(run())
    world.runs.queue(run(state=State.RUNNING))

    with tried(world.box.path / "locks" / "runner"):
        work(world.box)
        healed = heal(world.box)

    assert healed == ()
    assert states(world) == [State.QUEUED, State.RUNNING]


@pytest.mark.parametrize(
    ("busy", "waits"), [("runner", "ci"), ("releases", "deploy"), ("judgements", "judge")]
)
def test_what_releases_and_what_judges_have_runners_of_their_own(
    world: World, busy: str, waits: str
) -> None:
    """A rollback and a verdict wait for no tests and no training, even if asked for after them."""
    world.runs.queue(run(workflow="ci"))
    world.runs.queue(run(workflow="deploy", commit=sha("c"), releases=True))
    world.runs.queue(
        run(workflow="judge", commit=sha("d"), ref="refs/heads/d", event=Event.PULL_REQUEST_TARGET)
    )

    with tried(world.box.path / "locks" / busy):
        work(world.box)

    waiting = [each.workflow for each in world.all_runs() if each.state == State.QUEUED]
    assert waiting == [waits]
    assert len(world.engine.orders) == 2


@pytest.mark.parametrize(
    ("first", "busy"),
    [
        (run(workflow="deploy", releases=True), "releases"),
        (run(workflow="judge", event=Event.PULL_REQUEST_TARGET), "judgements"),
    ],
)
def test_what_a_commit_releases_or_how_it_is_judged_goes_before_its_tests_and_alone(
    world: World, first: Run, busy: str
) -> None:
    world.runs.queue(run(workflow="ci"))
    world.runs.queue(run(workflow="ci", commit=sha("c")))
    world.runs.queue(first)

    with tried(world.box.path / "locks" / busy):
        work(world.box)
    work(world.box)

    made = [(order.run.workflow, order.run.commit) for order in world.engine.orders]
    assert made == [("ci", sha("c")), (first.workflow, sha("b")), ("ci", sha("b"))]


def test_tests_that_a_dead_runner_left_end_although_their_commit_is_deployed(world: World) -> None:
    world.runs.queue(run(workflow="ci", state=State.RUNNING))
    world.runs.queue(run(workflow="deploy", releases=True))

    with tried(world.box.path / "locks" / "releases"):
        healed = heal(world.box)

    assert [each.number for each in healed] == [1]
    assert states(world) == [State.INTERRUPTED, State.QUEUED]


@pytest.mark.parametrize("environment", ["production", "{name: staging}"])
def test_only_mains_own_workflow_releases(world: World, environment: str) -> None:
    text = f"name: deploy\non: [workflow_dispatch]\njobs: {{a: {{environment: {environment}}}}}\n"
    world.repository.files_of = {sha(letter): FILES | {DEPLOY: text} for letter in "ab"}

    for branch in ("main", "feature"):
        queue_dispatch(world.box, "deploy", branch, {}, "bob")

    assert [each.releases for each in world.all_runs()] == [True, False]


def test_of_the_projects_workflows_only_deploy_releases() -> None:
    folder = Path(__file__).parents[4] / ".github/workflows"
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yml")}

    assert [found.name for found in read_workflows(files) if found.releases] == ["deploy"]


def test_a_pull_requests_run_again_is_the_same_run(world: World) -> None:
    proposed(world)
    work(world.box)

    again = queue_again(world.box, world.runs.read(1))

    assert (again.number, again.event, again.pull_request) == (3, Event.PULL_REQUEST_TARGET, 1)
    assert (again.state, again.workflow, again.base) == (State.QUEUED, "judge", None)
