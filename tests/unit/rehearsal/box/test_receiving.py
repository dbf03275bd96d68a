"""A push is judged before refs move, and sets runs going once they have."""

from datetime import timedelta

import pytest
from support.box_fakes import NOON, pull, sha, update
from support.box_world import World

from rehearsal.box.outcome import Refused
from rehearsal.box.receiving import RUNNER, receive, settle
from rehearsal.box.records import MAIN, NO_COMMIT, PullState

PULL_RUNS = [("judge", "pull_request_target"), ("ci", "pull_request")]


def merge_of_feature(world: World) -> None:
    """A merge commit `f` of main and the feature, as git would make it."""
    world.repository.parents_of[sha("f")] = (sha("a"), sha("b"))
    world.repository.trees[sha("f")] = f"{sha('a')}+{sha('b')}"


def test_who_pushes_is_written_down_before_the_ref_moves(world: World) -> None:
    assert receive(world.box, [update()], "ada") is None

    (push,) = world.pushes.all()
    assert (push.pusher, push.update, push.settled) == ("ada", update(), False)


def test_a_refused_push_leaves_nothing(world: World) -> None:
    refused = receive(world.box, [update(), update(MAIN, sha("a"), sha("b"))], "ada")

    assert isinstance(refused, Refused)
    assert "push a branch" in refused.reasons[0]
    assert world.pushes.all() == ()


@pytest.mark.parametrize("name", ["", "-rf", "a b", "a\x1b[31m", "x" * 65, "$(id)"])
def test_a_name_that_is_none_is_refused(world: World, name: str) -> None:
    refused = receive(world.box, [update()], name)

    assert refused is not None
    assert "is no name" in refused.reasons[0]
    assert "\x1b" not in refused.reasons[0]


def test_a_stranger_is_refused_where_persons_are_listed_and_the_runner_is_none(
    world: World,
) -> None:
    world.configure(persons={"ada": "ada@box.invalid"})

    assert receive(world.box, [update()], "eve") is not None
    assert receive(world.box, [update()], "ada") is None
    assert receive(world.box, [update()], RUNNER) is None


def test_a_hand_made_merge_of_a_green_pull_request_passes(world: World) -> None:
    merge_of_feature(world)
    world.pulls.write(pull())
    world.green()

    assert receive(world.box, [update(MAIN, sha("a"), sha("f"))], "bob") is None


def test_a_merge_of_a_head_that_moved_on_is_refused(world: World) -> None:
    merge_of_feature(world)
    world.pulls.write(pull())
    world.green()
    world.repository.branches["feature"] = sha("c")

    refused = receive(world.box, [update(MAIN, sha("a"), sha("f"))], "bob")

    assert refused is not None
    assert "head of no open pull request" in refused.reasons[0]


def test_a_branch_without_a_pull_request_runs_what_waits_for_pushes_only(world: World) -> None:
    receive(world.box, [update()], "ada")

    assert settle(world.box, [update()]) == ()
    assert world.workflows() == []


def test_a_push_to_a_pull_request_runs_its_checks_once(world: World) -> None:
    world.pulls.write(pull())
    receive(world.box, [update()], "ada")

    first, second = settle(world.box, [update()]), settle(world.box, [update()])

    assert first == second == (1, 2)
    assert world.workflows() == PULL_RUNS


def test_a_moved_main_runs_its_own_and_settles_the_pull_request(world: World) -> None:
    merge_of_feature(world)
    world.pulls.write(pull())
    world.green()
    moved = update(MAIN, sha("a"), sha("f"))
    receive(world.box, [moved], "bob")
    world.repository.branches["main"] = sha("f")

    settle(world.box, [moved])

    merged = world.pulls.read(1)
    assert world.workflows() == [("deploy", "push")]
    assert world.runs.read(1).before == sha("a")
    assert (merged.state, merged.merge_commit, merged.merged_by) == (
        PullState.MERGED, sha("f"), "bob",
    )  # fmt: skip


def test_a_deleted_branch_closes_its_pull_request(world: World) -> None:
    world.pulls.write(pull())
    gone = update(old=sha("b"), new=NO_COMMIT)
    receive(world.box, [gone], "ada")
    del world.repository.branches["feature"]

    settle(world.box)

    assert world.pulls.read(1).state == PullState.CLOSED


def test_a_push_whose_hook_died_is_settled_by_whoever_comes_next(world: World) -> None:
    world.pulls.write(pull())
    receive(world.box, [update()], "ada")

    settle(world.box)

    assert world.workflows() == PULL_RUNS


def test_a_push_that_is_under_way_is_left_alone_and_given_up_in_time(world: World) -> None:
    world.pulls.write(pull())
    ahead = update(old=sha("b"), new=sha("c"))
    receive(world.box, [ahead], "ada")

    settle(world.box)
    under_way = world.pushes.read(1).settled
    world.clock = lambda: NOON + timedelta(hours=1)
    settle(world.box)

    assert not under_way
    assert world.pushes.read(1).settled
    assert world.workflows() == []


def test_a_tag_runs_what_waits_for_tags(world: World) -> None:
    files = {".github/workflows/tag.yml": "name: tag\non:\n  push:\n    tags: [v*]\n"}
    world.repository.files_of[sha("b")] = files
    world.repository.branches["refs/tags/v1"] = sha("b")
    tag = update("refs/tags/v1")
    receive(world.box, [tag], "ada")

    settle(world.box, [tag])

    assert world.workflows() == [("tag", "push")]
