"""Every rule of main refuses what it is for; tests/integration has git ask them."""

from dataclasses import replace

import pytest
from support.box_fakes import pull, sha, status, update

from box.domain.protection import MergeFacts, merge_refusals, ref_refusals
from box.domain.records import MAIN, NO_COMMIT, BoxConfig, CheckState, Event

MERGE = update(MAIN, old=sha("a"), new=sha("f"))
GOOD = MergeFacts(
    fast_forward=True,
    parents=(sha("a"), sha("b")),
    pull_request=pull(),
    statuses=(status("ci"), status("judge")),
    tree="t",
    merged_tree="t",
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
        ({"pull_request": None}, "head of no open pull request"),
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
