"""Every rule of main refuses what it is for; tests/integration has git ask them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.box_fakes import NOON, pull, sha, status, update

from rehearsal.box.protection import (
    MergeFacts,
    audit_refusals,
    merge_refusals,
    namesake_refusals,
    ref_refusals,
)
from rehearsal.box.records import AUDIT, MAIN, NO_COMMIT, BoxConfig, CheckState, Event, Update

MERGE = update(MAIN, old=sha("a"), new=sha("f"))
GOOD = MergeFacts(
    fast_forward=True,
    parents=(sha("a"), sha("b")),
    pull_request=pull(),
    statuses=(status("ci"), status("judge")),
    tree="t",
    merged_tree="t",
    committed_at=NOON,
    tip_committed_at=NOON,
    now=NOON,
)


def refused(facts: MergeFacts, config: BoxConfig | None = None) -> str:
    """Why a merge is refused, as one text."""
    return "; ".join(merge_refusals(MERGE, facts, config or BoxConfig()))


def test_the_merge_of_a_green_pull_request_passes() -> None:
    assert merge_refusals(MERGE, GOOD, BoxConfig()) == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"fast_forward": False}, "never goes back"),
        ({"parents": (sha("a"),)}, "push a branch, and open a pull request"),
        ({"parents": ()}, "push a branch, and open a pull request"),
        ({"parents": (sha("a"), sha("b"), sha("c"))}, "this one has 3"),
        ({"parents": (sha("b"), sha("a"))}, "its first parent is bbbb"),
        ({"pull_request": None}, f", and {'b' * 12} is the head of no open pull request"),
        ({"tree": "other"}, "something else than git makes"),
        ({"merged_tree": None}, "something else than git makes"),
        ({"statuses": (status("judge"),)}, "the check ci has not run"),
        ({"statuses": (status("ci"),)}, "the check judge has not run"),
        (
            {"statuses": (status("ci", "failure", description="it broke"), status("judge"))},
            "the check ci is red (run 1): it broke",
        ),
        ({"statuses": (status("ci", "pending"), status("judge"))}, "the check ci is not done"),
        ({"statuses": (status("ci", "superseded"), status("judge"))}, "ci is superseded"),
        (
            {"statuses": (status("ci"), status("judge", base=sha("c")))},
            "the check judge was made before main moved to aaaa",
        ),
        (
            {"statuses": (status("ci"), status("judge", event=Event.PULL_REQUEST))},
            "the check judge has not run",
        ),
        (
            {"statuses": (status("ci", event=Event.PUSH), status("judge"))},
            "the check ci has not run",
        ),
    ],
)
def test_a_merge_is_refused(change: dict[str, object], reason: str) -> None:
    assert reason in refused(replace(GOOD, **change))  # type: ignore[arg-type]


def test_the_last_status_of_a_check_counts() -> None:
    red, green = status("ci", "failure"), status("ci")

    assert refused(replace(GOOD, statuses=(red, green, status("judge")))) == ""
    assert "ci is red" in refused(replace(GOOD, statuses=(green, red, status("judge"))))


def test_ci_may_be_of_an_earlier_main() -> None:
    statuses = (status("ci", base=sha("c")), status("judge"))

    assert refused(replace(GOOD, statuses=statuses)) == ""


def test_a_ci_that_is_red_as_mains_own_is_not_made_green_by_the_branchs() -> None:
    own = status("ci", "failure", event=Event.PULL_REQUEST_TARGET)

    assert "ci is red" in refused(replace(GOOD, statuses=(own, status("ci"), status("judge"))))


def test_all_reasons_are_told_at_once() -> None:
    assert refused(replace(GOOD, statuses=(), tree="other")).count("; ") == 2


def test_a_box_may_ask_for_no_check() -> None:
    config = BoxConfig(required=())

    assert refused(replace(GOOD, statuses=()), config) == ""


@pytest.mark.parametrize(
    ("ref", "old", "new", "reason"),
    [
        (MAIN, sha("a"), NO_COMMIT, "can't be deleted"),
        ("refs/tags/v1", sha("a"), sha("b"), "neither moved nor deleted"),
        ("refs/tags/v1", sha("a"), NO_COMMIT, "neither moved nor deleted"),
        ("refs/notes/plinth-status", NO_COMMIT, sha("b"), "written by the runner"),
        ("refs/notes/other", sha("a"), sha("b"), "written by the runner"),
        ("refs/pull/1/head", NO_COMMIT, sha("b"), "only branches and tags"),
        ("refs/heads", NO_COMMIT, sha("b"), "only branches and tags"),
    ],
)
def test_a_ref_is_refused(ref: str, old: str, new: str, reason: str) -> None:
    assert reason in "".join(ref_refusals(update(ref, old, new)))


@pytest.mark.parametrize(
    ("ref", "old", "new"),
    [
        ("refs/heads/feature", NO_COMMIT, sha("b")),
        ("refs/heads/feature", sha("a"), sha("b")),
        ("refs/heads/feature", sha("a"), NO_COMMIT),
        ("refs/heads/mainly", sha("a"), NO_COMMIT),
        (MAIN, sha("a"), sha("b")),  # what is merged has rules of its own
        ("refs/tags/v1", NO_COMMIT, sha("b")),
    ],
)
def test_branches_are_free_and_tags_are_new(ref: str, old: str, new: str) -> None:
    assert ref_refusals(update(ref, old, new)) == ()


def test_a_ref_with_an_escape_sequence_is_shown_without_it() -> None:
    assert "\x1b" not in "".join(ref_refusals(update("refs/x\x1b[31m")))


def test_every_state_of_a_check_but_success_refuses() -> None:
    for state in CheckState:
        facts = replace(GOOD, statuses=(status("ci", state.value), status("judge")))
        assert bool(refused(facts)) == (state != CheckState.SUCCESS)


@pytest.mark.parametrize("kind", ["heads", "tags"])
@pytest.mark.parametrize(
    "name",
    [
        *("HEAD", "head", "ORIG_HEAD", "FETCH_HEAD", "AUTO_MERGE", "@", "Main", "origin/main"),
        *("refs/heads/x", "heads/main", "BISECT_HEAD", "CHERRY_PICK_HEAD", "MERGE_HEAD"),
        *("REBASE_HEAD", "REVERT_HEAD", "heads/x", "origin/x", "remotes/x"),
        *("tags/v1", "remotes/origin/main", "box/main", "up/HEAD", "notes/x", "pull/1", "stash"),
        *("deadbee", "a" * 40, "Plinth-Audit"),
    ],
)
def test_a_new_name_that_reads_as_something_else_is_refused(kind: str, name: str) -> None:
    assert "for something else" in "".join(ref_refusals(update(f"refs/{kind}/{name}")))


@pytest.mark.parametrize("name", ["main", "plinth-audit"])
def test_no_tag_is_called_like_a_protected_branch(name: str) -> None:
    assert "for something else" in "".join(ref_refusals(update(f"refs/tags/{name}")))


@pytest.mark.parametrize("name", ["v1", "original", "mainly", "proposals/dead-beef", "abcdef"])
def test_other_new_names_pass(name: str) -> None:
    assert ref_refusals(update(f"refs/heads/{name}")) == ()
    assert ref_refusals(update(f"refs/tags/{name}")) == ()


def test_a_branch_of_before_the_rule_may_be_deleted() -> None:
    assert ref_refusals(update("refs/heads/origin/main", sha("a"), NO_COMMIT)) == ()


def test_a_tag_and_a_branch_of_one_name_are_refused() -> None:
    tag, branch = update("refs/tags/x"), update("refs/heads/x")

    assert "share its name" in "".join(namesake_refusals([tag], ["refs/heads/x"]))
    assert "share its name" in "".join(namesake_refusals([branch], ["refs/tags/x"]))
    assert len(namesake_refusals([tag, branch], [])) == 2
    assert namesake_refusals([tag], ["refs/heads/y"]) == ()
    gone = update("refs/heads/x", sha("a"), NO_COMMIT)
    assert namesake_refusals([tag, gone], []) == ()
    moved = update("refs/heads/x", sha("a"), sha("b"))
    assert namesake_refusals([moved], ["refs/tags/x"]) == ()


@pytest.mark.parametrize(
    ("change", "pusher", "fast_forward", "reason"),
    [
        (update(AUDIT, sha("a"), NO_COMMIT), "runner", False, "only grows"),
        (update(AUDIT, sha("a"), NO_COMMIT), "runner", True, "only grows"),
        (update(AUDIT, sha("a"), sha("b")), "runner", False, "only grows"),
        (update(AUDIT, sha("a"), sha("b")), "ada", True, "pushed by runs of main's workflows"),
        (update(AUDIT, NO_COMMIT, sha("b")), "ada", True, "pushed by runs of main's workflows"),
    ],
)
def test_the_audit_branch_grows_by_the_runner_alone(
    change: Update, pusher: str, fast_forward: bool, reason: str
) -> None:
    assert reason in "".join(audit_refusals(change, pusher, fast_forward=fast_forward))


def test_the_runner_may_start_the_audit_branch_and_add_to_it() -> None:
    for old in (NO_COMMIT, sha("a")):
        change = update(AUDIT, old, sha("b"))
        assert ref_refusals(change) == ()
        assert audit_refusals(change, "runner", fast_forward=True) == ()
    assert audit_refusals(update("refs/heads/x"), "ada", fast_forward=False) == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"committed_at": NOON - timedelta(seconds=1)}, "before main's tip"),
        ({"committed_at": NOON + timedelta(minutes=5, seconds=1)}, "and now it is"),
        ({"committed_at": None}, "no date that can be read"),
        ({"tip_committed_at": None}, "no date that can be read"),
    ],
)
def test_a_merge_dated_before_its_tip_or_after_now_is_refused(
    change: dict[str, Any], reason: str
) -> None:
    assert reason in refused(replace(GOOD, **change))


def test_a_merge_dated_on_either_bound_passes() -> None:
    assert refused(replace(GOOD, committed_at=NOON + timedelta(minutes=5))) == ""
