"""What the contract of forges doesn't say: pages, failures, limits, and how GitHub is set up."""

from collections.abc import Iterator
from typing import Any

import pytest
from support.github_stand_in import REPOSITORY, TOKEN, Github, serving

from delivery.adapters.forge_github import GithubForge
from delivery.adapters.forge_github_settings import GithubSettings
from delivery.adapters.github_api import ATTEMPTS, GithubApi, github_client
from delivery.domain.forge import Merged, mark_of
from delivery.domain.forge_checks import EnvironmentRules, Unknown, checklist
from delivery.errors import ForgeUnavailable

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


RULES = [
    {"type": "deletion", "ruleset_id": 5},
    {"type": "non_fast_forward", "ruleset_id": 5},
    {
        "type": "pull_request",
        "ruleset_id": 5,
        "parameters": {"required_approving_review_count": 1},
    },
    {
        "type": "required_status_checks",
        "ruleset_id": 5,
        "parameters": {"required_status_checks": [{"context": "ci"}]},
    },
    {
        "type": "required_status_checks",
        "ruleset_id": 6,
        "parameters": {"required_status_checks": [{"context": "judge"}]},
    },
]
REVIEWED = {"type": "required_reviewers", "reviewers": [{"type": "User"}]}
CUSTOM = {"protected_branches": False, "custom_branch_policies": True}
SETTINGS: dict[str, Any] = {
    "": {"default_branch": "main", "allow_merge_commit": True},
    "/rules/branches/main": RULES,
    "/rulesets/5": {"id": 5, "bypass_actors": []},
    "/rulesets/6": {"id": 6, "bypass_actors": []},
    "/environments": {
        "total_count": 2,
        "environments": [
            {
                "name": "staging",
                "protection_rules": [],
                "deployment_branch_policy": CUSTOM | {"protected_branches": True},
            },
            {
                "name": "production",
                "protection_rules": [REVIEWED],
                "deployment_branch_policy": CUSTOM,
            },
        ],
    },
    "/branches": [{"name": "main"}],
    "/environments/production/deployment-branch-policies": {"branch_policies": [{"name": "main"}]},
    "/actions/secrets": {"total_count": 1, "secrets": [{"name": "PLINTH_FORGE_TOKEN"}]},
    "/actions/permissions/workflow": {
        "default_workflow_permissions": "read",
        "can_approve_pull_request_reviews": False,
    },
    "/actions/runners": {"total_count": 1, "runners": []},
}
PROTECTION = {
    "required_pull_request_reviews": {"required_approving_review_count": 2},
    "required_status_checks": {"contexts": ["ci", "judge"]},
    "allow_force_pushes": {"enabled": False},
    "allow_deletions": {"enabled": False},
    "enforce_admins": {"enabled": True},
}


def test_rulesets_that_hold_all_make_a_forge_that_is_set_up(api: GithubApi, github: Github) -> None:
    github.settings = SETTINGS

    assert {item.state for item in checklist(GithubSettings(api).facts())} == {"ok"}


def test_branch_protection_does_what_rulesets_do(api: GithubApi, github: Github) -> None:
    github.settings = SETTINGS | {
        "/rules/branches/main": [],
        "/branches/main/protection": PROTECTION,
    }

    assert {item.state for item in checklist(GithubSettings(api).facts())} == {"ok"}


def test_somebody_who_may_pass_by_a_ruleset_is_found(api: GithubApi, github: Github) -> None:
    github.settings = SETTINGS | {"/rulesets/6": {"bypass_actors": [{"actor_type": "Team"}]}}

    missing = [i.name for i in checklist(GithubSettings(api).facts()) if i.state == "missing"]

    assert missing == ["the rules of main bind administrators too"]


def test_an_environment_without_a_branch_policy_takes_any_branch(
    api: GithubApi, github: Github
) -> None:
    bare = {"name": "production", "protection_rules": [], "deployment_branch_policy": None}
    github.settings = SETTINGS | {"/environments": {"environments": [bare]}}

    facts = GithubSettings(api).facts()

    assert facts.environments == {"production": EnvironmentRules(reviewers=0, branches=None)}


def test_one_thing_that_may_not_be_seen_hides_no_other(api: GithubApi, github: Github) -> None:
    github.settings = {key: SETTINGS[key] for key in SETTINGS if "secrets" not in key}

    facts = GithubSettings(api).facts()

    assert isinstance(facts.secrets, Unknown)
    assert facts.runners == 1
