"""Pull requests are opened, commented, approved, merged and closed as on GitHub."""

import pytest
from support.box_fakes import pull, sha, status
from support.box_world import World

from rehearsal.box.outcome import Refused
from rehearsal.box.pull_requests import (
    Merged,
    Opened,
    approve,
    close_pull_request,
    comment,
    open_pull_request,
    view,
)
from rehearsal.box.queueing import queue_dispatch, queue_schedule
from rehearsal.box.records import CheckState, PullState


def reasons(outcome: object) -> str:
    """Why something is refused."""
    assert isinstance(outcome, Refused)
    return "; ".join(outcome.reasons)


def test_opening_runs_the_checks(world: World) -> None:
    opened = open_pull_request(world.box, "feature", "Better", "Why", "ada")

    assert isinstance(opened, Opened)
    assert (opened.pull_request.title, opened.pull_request.body) == ("Better", "Why")
    assert world.workflows() == [("judge", "pull_request_target"), ("ci", "pull_request")]
    assert {run.actor for run in opened.runs} == {"ada"}


def test_opening_again_changes_what_is_named_and_runs_nothing(world: World) -> None:
    open_pull_request(world.box, "feature", "Better", "Why", "ada")
    open_pull_request(world.box, "feature", None, "Because", "bob")

    (found,) = world.pulls.all()
    assert (found.title, found.body, found.opened_by) == ("Better", "Because", "ada")
    assert len(world.all_runs()) == 2


def test_only_a_branch_with_something_new_is_opened(world: World) -> None:
    world.repository.branches["old"] = sha("a")

    assert "no branch x?" in reasons(open_pull_request(world.box, "x\x1b", None, None, "ada"))
    assert "nothing that main lacks" in reasons(
        open_pull_request(world.box, "old", None, None, "ada")
    )
    assert "nothing that main lacks" in reasons(
        open_pull_request(world.box, "main", None, None, "ada")
    )


def test_a_comment_takes_the_place_of_the_one_of_its_marker(world: World) -> None:
    world.pulls.write(pull())
    comment(world.box, 1, "first", "evidence", "runner")
    comment(world.box, 1, "free", None, "ada")
    comment(world.box, 1, "second", "evidence", "runner")

    assert [comment.body for comment in world.pulls.read(1).comments] == ["free", "second"]


def test_an_approval_is_of_the_head_as_it_is_and_one_a_person(world: World) -> None:
    world.pulls.write(pull())
    approve(world.box, 1, "bob", "fine")
    approve(world.box, 1, "bob", "still fine")

    (given,) = world.pulls.read(1).approvals
    assert (given.person, given.note, given.head) == ("bob", "still fine", sha("b"))


def test_nobody_approves_their_own(world: World) -> None:
    world.pulls.write(pull())

    assert "nobody approves their own" in reasons(approve(world.box, 1, "ada", ""))


def test_a_closed_one_is_neither_closed_nor_approved_again(world: World) -> None:
    world.pulls.write(pull())
    close_pull_request(world.box, 1)

    assert "#1 is closed" in reasons(close_pull_request(world.box, 1))
    assert "#1 is closed" in reasons(approve(world.box, 1, "bob", ""))
    assert "#1 is closed" in reasons(world.merge())
    assert view(world.box, world.pulls.read(1)).refusals == ("#1 is closed",)


def test_a_view_shows_who_pushed_what_was_said_and_what_is_missing(world: World) -> None:
    world.pulls.write(pull())
    world.statuses.add(sha("b"), status("ci"))

    shown = view(world.box, world.pulls.read(1))

    assert (shown.head, shown.base) == (sha("b"), sha("a"))
    assert shown.refusals == ("the check judge has not run on the branch's head",)


def test_a_merge_moves_main_and_runs_what_waits_for_it(world: World) -> None:
    world.pulls.write(pull())
    world.green()

    merged = world.merge()

    assert isinstance(merged, Merged)
    assert merged.commit == world.repository.branches["main"] == sha("f")
    assert merged.pull_request.state == PullState.MERGED
    assert world.workflows() == [("deploy", "push")]
    assert world.repository.made == (
        "Merge pull request #1: Title of feature\n", ("bob", "bob@box.invalid"),
    )  # fmt: skip


def test_a_merge_of_a_red_head_is_refused_by_the_rules_of_a_push(world: World) -> None:
    world.pulls.write(pull())
    world.statuses.add(sha("b"), status("ci", "failure"))
    world.statuses.add(sha("b"), status("judge"))

    assert "the check ci is red" in reasons(world.merge())
    assert world.repository.branches["main"] == sha("a")


def test_a_stale_judgement_is_made_anew_before_the_merge(world: World) -> None:
    world.pulls.write(pull())
    world.green(base=sha("d"))

    assert isinstance(world.merge(), Merged)
    judged = world.statuses.of(sha("b"))[-1]
    assert (judged.context, judged.state, judged.base) == ("judge", CheckState.SUCCESS, sha("a"))
    assert world.said[0].startswith("main has moved since this was judged")


def test_a_step_that_merges_waits_for_no_judgement(world: World) -> None:
    world.pulls.write(pull())
    world.green(base=sha("d"))

    assert "made before main moved" in reasons(world.merge(may_wait=False))


def test_a_conflict_is_for_the_branch_to_solve(world: World) -> None:
    world.pulls.write(pull())
    world.green()
    world.repository.conflicts.add((sha("a"), sha("b")))

    assert "conflicts with main" in reasons(world.merge())


def test_a_main_that_moves_meanwhile_is_not_overwritten(world: World) -> None:
    world.pulls.write(pull())
    world.green()
    world.repository.refuses_to_move = True

    assert "main has moved in the meantime" in reasons(world.merge())
    assert world.pulls.read(1).state == PullState.OPEN


def test_a_merge_needs_a_branch_with_something_new(world: World) -> None:
    world.pulls.write(pull())
    world.pulls.write(pull(2, "old"))
    world.repository.branches["old"] = sha("a")
    del world.repository.branches["feature"]

    assert "is gone" in reasons(world.merge())
    assert "nothing that main lacks" in reasons(world.merge(2))


def test_only_persons_of_the_box_act(world: World) -> None:
    world.configure(persons={"ada": "ada@plinth.invalid"})
    world.pulls.write(pull())
    world.green()

    assert "no person eve" in reasons(open_pull_request(world.box, "feature", None, None, "eve"))
    assert "no person eve" in reasons(approve(world.box, 1, "eve", ""))
    assert "no person eve" in reasons(world.merge(person="eve"))
    assert isinstance(world.merge(person="ada"), Merged)
    assert world.repository.made[1] == ("ada", "ada@plinth.invalid")


@pytest.mark.parametrize(
    ("name", "inputs", "reason"),
    [
        ("nothing", {}, "no workflow nothing on main"),
        ("ci", {}, "has no `workflow_dispatch:`"),
        ("deploy", {"x": "1"}, "has no input x; it has word"),
    ],
)
def test_a_dispatch_is_refused(
    world: World, name: str, inputs: dict[str, str], reason: str
) -> None:
    assert reason in reasons(queue_dispatch(world.box, name, "main", inputs, "ada"))


def test_a_workflow_without_a_schedule_has_none(world: World) -> None:
    assert "`schedule:`" in reasons(queue_schedule(world.box, "ci", "ada"))
    assert "no workflow ci on gone" in reasons(queue_dispatch(world.box, "ci", "gone", {}, "ada"))
