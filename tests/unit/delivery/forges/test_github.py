"""What the contract of forges doesn't say: pages, failures and limits."""

from collections.abc import Iterator
from typing import Any

import pytest
from support.github_stand_in import REPOSITORY, TOKEN, Github, serving

from delivery.errors import ForgeUnavailable
from delivery.forges.forge import Merged, mark_of
from delivery.forges.github import GithubForge, GithubStatuses
from delivery.forges.github_api import ATTEMPTS, GithubApi, GithubRefusal, github_client

LIMITED: tuple[int, dict[str, str], Any] = (
    403,
    {"Retry-After": "7"},
    {"message": "You have exceeded a secondary rate limit"},
)
BROKEN: tuple[int, dict[str, str], Any] = (502, {}, b"<html>")


@pytest.fixture
def github() -> Github:
    return Github()


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def api(github: Github, slept: list[float]) -> Iterator[GithubApi]:
    with serving(github) as url, github_client(url, TOKEN) as client:
        yield GithubApi(client, REPOSITORY, slept.append)


@pytest.fixture
def forge(api: GithubApi) -> GithubForge:
    return GithubForge(api)


def test_a_comment_is_found_behind_the_first_page(forge: GithubForge, github: Github) -> None:
    for number in range(230):
        github.say(1, f"words {number}")
    forge.comment(1, "judge", "first")

    forge.comment(1, "judge", "second")

    mine = [c for c in github.comments[1] if c["body"].startswith(mark_of("judge"))]
    assert [comment["body"].splitlines()[-1] for comment in mine] == ["second"]


def test_a_strangers_comment_with_our_mark_is_not_taken_for_ours(
    forge: GithubForge, github: Github
) -> None:
    github.say(1, f"{mark_of('judge')}\nforged")

    forge.comment(1, "judge", "true")

    bodies = [comment["body"] for comment in github.comments[1]]
    assert bodies == [f"{mark_of('judge')}\nforged", f"{mark_of('judge')}\ntrue"]


def test_a_collaborators_comment_with_our_mark_is_brought_up_to_date(
    forge: GithubForge, github: Github
) -> None:
    github.say(1, f"{mark_of('judge')}\nold", who="COLLABORATOR")

    forge.comment(1, "judge", "new")

    assert [comment["body"] for comment in github.comments[1]] == [f"{mark_of('judge')}\nnew"]


def test_a_body_that_github_would_not_take_is_cut(forge: GithubForge, github: Github) -> None:
    opened = forge.open_pull_request("branch", "title", "a line of words\n" * 10_000)

    assert "doesn't fit" in github.pulls[opened.number]["body"]


def test_a_closed_pull_request_is_not_the_one_that_is_brought_up_to_date(
    forge: GithubForge, github: Github
) -> None:
    first = forge.open_pull_request("branch", "title", "body")
    github.pulls[first.number]["state"] = "closed"
    found = forge.pull_request_of("branch")

    second = forge.open_pull_request("branch", "title", "body")

    assert found is not None
    assert found.state == "closed"
    assert second.number != first.number


def test_a_failing_server_is_asked_again_and_waited_for(
    forge: GithubForge, github: Github, slept: list[float]
) -> None:
    github.failures = [BROKEN, BROKEN]

    assert forge.pull_request_of("branch") is None
    assert slept == [1.0, 2.0]


def test_a_rate_limit_is_waited_for_as_long_as_it_says(
    forge: GithubForge, github: Github, slept: list[float]
) -> None:
    github.failures = [LIMITED]

    forge.open_pull_request("branch", "title", "body")

    assert slept == [7.0]


def test_a_limit_of_an_hour_is_not_waited_for(
    forge: GithubForge, github: Github, slept: list[float]
) -> None:
    github.failures = [(429, {"Retry-After": "3600"}, {"message": "slow down"})]

    with pytest.raises(ForgeUnavailable, match="limits its rate"):
        forge.pull_request_of("branch")
    assert slept == []


def test_patience_ends(forge: GithubForge, github: Github, slept: list[float]) -> None:
    github.failures = [BROKEN] * 10

    with pytest.raises(ForgeUnavailable, match="502"):
        forge.pull_request_of("branch")
    assert len(slept) == ATTEMPTS - 1


def test_what_may_have_been_created_is_not_created_twice(
    forge: GithubForge, github: Github
) -> None:
    forge.open_pull_request("other", "title", "body")
    github.failures = []
    before = len([line for line in github.asked if line.startswith("POST")])
    github.failures = [(200, {}, []), BROKEN]

    with pytest.raises(ForgeUnavailable, match="502"):
        forge.open_pull_request("branch", "title", "body")

    assert len([line for line in github.asked if line.startswith("POST")]) == before + 1


@pytest.mark.parametrize(
    ("status", "advice"),
    [(401, "renew PLINTH_FORGE_TOKEN"), (403, "lacks a permission"), (404, "may not see it")],
)
def test_a_refusal_says_what_may_be_wrong_with_the_token(
    forge: GithubForge, github: Github, status: int, advice: str
) -> None:
    github.failures = [(status, {}, {"message": "no"})]

    with pytest.raises(ForgeUnavailable, match=advice):
        forge.merge(1)


def test_what_a_forge_says_reaches_no_terminal_as_it_stands(
    forge: GithubForge, github: Github
) -> None:
    github.failures = [(404, {}, {"message": "\x1b[2Jgone"})]

    with pytest.raises(ForgeUnavailable) as refusal:
        forge.merge(1)
    assert "\x1b" not in str(refusal.value)


@pytest.mark.parametrize("body", [b"<html>", {"number": "no pull request"}])
def test_an_answer_that_is_not_as_documented_is_a_breakdown(
    forge: GithubForge, github: Github, body: Any
) -> None:
    github.failures = [(200, {}, body)]

    with pytest.raises(ForgeUnavailable):
        forge.merge(1)


def test_a_server_that_is_not_there_is_a_breakdown(slept: list[float]) -> None:
    with github_client("http://127.0.0.1:9", TOKEN) as client:
        forge = GithubForge(GithubApi(client, REPOSITORY, slept.append))

        with pytest.raises(ForgeUnavailable, match="can't be reached"):
            forge.pull_request_of("branch")
    assert len(slept) == ATTEMPTS - 1


def test_what_is_merged_is_the_head_that_was_looked_at(forge: GithubForge, github: Github) -> None:
    opened = forge.open_pull_request("branch", "title", "body")

    assert isinstance(forge.merge(opened.number), Merged)
    assert f"PUT /repos/{REPOSITORY}/pulls/1/merge" in github.asked


def test_a_status_says_whether_a_check_of_a_commit_is_green(api: GithubApi, github: Github) -> None:
    report = GithubStatuses(api)

    report("a" * 40, "judge", green=True, description="x" * 200)
    report("b" * 40, "judge", green=False, description="refused")

    assert github.statuses == [
        ("a" * 40, {"context": "judge", "state": "success", "description": "x" * 140}),
        ("b" * 40, {"context": "judge", "state": "failure", "description": "refused"}),
    ]


def test_a_status_that_is_not_taken_is_a_breakdown(api: GithubApi, github: Github) -> None:
    github.failures = [(422, {}, {"message": "No commit found for SHA"})]

    with pytest.raises(GithubRefusal, match="No commit found"):
        GithubStatuses(api)("a" * 40, "judge", green=True, description="")
