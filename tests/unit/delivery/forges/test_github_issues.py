"""One issue a marker on GitHub: opened, brought up to date, closed, and never a stranger's."""

from collections.abc import Iterator

import pytest
from support.github_stand_in import REPOSITORY, TOKEN, Github, serving

from delivery.forges.forge import mark_of
from delivery.forges.github import LABEL, GithubIssues
from delivery.forges.github_api import GithubApi, github_client


@pytest.fixture
def github() -> Github:
    return Github()


@pytest.fixture
def issues(github: Github) -> Iterator[GithubIssues]:
    with serving(github) as url, github_client(url, TOKEN) as client:
        yield GithubIssues(GithubApi(client, REPOSITORY, lambda _: None))


def test_the_second_report_brings_the_first_issue_up_to_date(
    issues: GithubIssues, github: Github
) -> None:
    first = issues.report("drift", "one", "body one")

    assert issues.report("drift", "two", "body two") == first

    (only,) = github.issues.values()
    assert (only["title"], only["state"]) == ("two", "open")
    assert only["body"].endswith("body two")


def test_an_issue_is_closed_with_a_note_and_only_where_one_is_open(
    issues: GithubIssues, github: Github
) -> None:
    assert issues.settle("drift", "all well") is None
    issues.report("drift", "one", "body")

    where = issues.settle("drift", "all well")

    (number,) = github.issues
    assert where == github.issues[number]["html_url"]
    assert github.issues[number]["state"] == "closed"
    assert github.comments[number][-1]["body"] == "all well"


def test_after_one_was_closed_the_next_drift_opens_another(
    issues: GithubIssues, github: Github
) -> None:
    first = issues.report("drift", "one", "body")
    issues.settle("drift", "all well")

    assert issues.report("drift", "again", "body") != first
    assert len(github.issues) == 2


def test_a_persons_issue_with_our_mark_is_left_alone(issues: GithubIssues, github: Github) -> None:
    forged = {"title": "forged", "body": f"{mark_of('drift')}\nmine", "labels": [LABEL]}
    github.open_issue(body=forged, kind="User")

    issues.report("drift", "ours", "body")

    assert [issue["title"] for issue in github.issues.values()] == ["forged", "ours"]
