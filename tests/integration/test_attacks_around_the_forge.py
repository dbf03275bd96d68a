"""What got to main around the forge's required check is found before it counts for anything."""

from datetime import timedelta

from support.change_records import approvers
from support.change_world import World

from artifacts.records.approval import Approval
from delivery.changes.judge_merges import JudgeMerges
from delivery.git.repository import GitRepository

EVE = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Eve"), ("EMAIL", "eve@people.invalid"))
}


def promoted(world: World, *names: str) -> None:
    payload = world.promote("first")
    world.verified(payload.digest)
    world.approve(*names)
    world.merge()


def reasons(world: World) -> str:
    verdict = world.judge_deploy()
    assert verdict.decision == "refused", verdict
    return "; ".join(one.reason for one in verdict.problems)


def test_approvers_that_were_pushed_around_the_judge_approve_no_deploy(world):
    text = approvers(world.keys)
    pushed = world.commit(None, {"policies/approvers.yaml": text + "# a word\n"})
    promoted(world, "ada", "bo")
    found = reasons(world)
    assert f"main's commit {pushed[:12]} changed keys and got around the judge" in found
    assert f"delivery approve --base {world.git('rev-parse', pushed + '~1')[:12]}" in found


def test_a_merge_that_an_administrator_forced_is_found(world):
    world.branch("judge")
    world.commit("max", {"services/delivery/src/judge.py": "STRICT = False\n"})
    merged = world.merge()
    promoted(world, "ada", "bo")
    assert merged[:12] in reasons(world)


def test_what_was_merged_as_it_must_be_is_allowed(world):
    world.branch("judge")
    world.commit("max", {"services/delivery/src/judge.py": "STRICT = 1\n"})
    world.approve("ada", "bo", "cleo")
    assert world.judge().allowed
    world.merge()
    promoted(world, "ada", "bo")
    assert world.judge_deploy().allowed, world.judge_deploy().problems


def test_words_and_data_on_main_need_nothing(world):
    world.commit(None, {"docs/word.md": "a word\n", "data/one.csv": "1\n"})
    promoted(world, "ada", "bo")
    assert world.judge_deploy().allowed, world.judge_deploy().problems


def test_what_was_deployed_before_is_not_judged_again(world):
    world.commit(None, {"policies/approvers.yaml": approvers(world.keys) + "# a word\n"})
    promoted(world, "ada", "bo")
    assert not world.judge_deploy().allowed
    world.deployed(world.payload("first").digest)
    assert world.judge_deploy().allowed


def test_a_push_around_the_judge_is_approved_afterwards(world):
    pushed = world.commit(None, {"services/delivery/src/judge.py": "STRICT = 2\n"})
    parent = world.git("rev-parse", f"{pushed}~1")
    promoted(world, "ada", "bo")
    assert not world.judge_deploy().allowed
    subject = world.judge(parent, pushed).subjects[0]
    world.branch("afterwards")
    for name in ("ada", "bo", "cleo"):
        assert isinstance(world.state(name, subject=subject), Approval)
    world.merge()
    assert world.judge_deploy().allowed, world.judge_deploy().problems


def test_two_of_three_persons_afterwards_are_too_few(world):
    pushed = world.commit(None, {"services/delivery/src/judge.py": "STRICT = 2\n"})
    parent = world.git("rev-parse", f"{pushed}~1")
    promoted(world, "ada", "bo")
    subject = world.judge(parent, pushed).subjects[0]
    world.branch("afterwards")
    for name in ("ada", "bo"):
        world.state(name, subject=subject)
    world.merge()
    assert pushed[:12] in reasons(world)


def test_approvers_who_were_taken_away_and_put_back_are_no_new_beginning(world):
    nobody = "kind: approvers\npersons: {}\n"
    emptied = world.commit(None, {"policies/approvers.yaml": nobody})
    filled = world.commit(None, {"policies/approvers.yaml": approvers(world.keys)})
    promoted(world, "ada", "bo")
    found = reasons(world)
    assert emptied[:12] in found
    assert filled[:12] in found


def test_what_a_team_begins_with_is_judged_by_nobody(world):
    """Its history before it names people, and the commit that does."""
    world.now -= timedelta(days=1)
    tree = world.git("rev-parse", "main^{tree}")
    world.branch("scratch")
    world.commit(None, {"policies/approvers.yaml": "kind: approvers\npersons: {}\n"})
    first = world.git("commit-tree", "HEAD^{tree}", "-m", "before", **EVE)
    second = world.git("commit-tree", tree, "-p", first, "-m", "people", **EVE)
    merges = JudgeMerges(GitRepository(world.root), world.gather)
    assert merges.beginning(second) == second
    assert tuple(merges.since(None, second)) == ()


def test_a_rollback_goes_through_whatever_got_around_the_judge(world):
    for title in ("first", "second"):
        payload = world.promote(title)
        world.verified(payload.digest)
        world.approve("ada", "bo")
        merged = world.merge()
        world.deployed(payload.digest)
    world.commit(None, {"services/delivery/src/judge.py": "STRICT = 2\n"})
    world.revert(merged)
    world.merge()
    assert world.judge_deploy().allowed, world.judge_deploy().problems
