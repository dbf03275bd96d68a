"""How GitHub is set up, read from what its API answers."""

from collections.abc import Iterator
from typing import Any

import pytest
from support.github_stand_in import REPOSITORY, TOKEN, Github, serving

from artifacts.cant_tell import CantTell
from delivery.forges.forge_checks import EnvironmentRules, checklist
from delivery.forges.github_api import GithubApi, github_client
from delivery.forges.github_settings import GithubSettings

ACTIONS = 15368
RULES = [
    {"type": "deletion", "ruleset_id": 5},
    {"type": "non_fast_forward", "ruleset_id": 5},
    {
        "type": "pull_request",
        "ruleset_id": 5,
        "parameters": {
            "required_approving_review_count": 1,
            "require_last_push_approval": True,
            "dismiss_stale_reviews_on_push": True,
        },
    },
    {
        "type": "required_status_checks",
        "ruleset_id": 5,
        "parameters": {
            "required_status_checks": [{"context": "ci", "integration_id": ACTIONS}],
            "strict_required_status_checks_policy": True,
        },
    },
    {
        "type": "required_status_checks",
        "ruleset_id": 6,
        "parameters": {"required_status_checks": [{"context": "judge", "integration_id": ACTIONS}]},
    },
]
AUDIT_RULES = [
    {"type": "deletion", "ruleset_id": 7},
    {"type": "non_fast_forward", "ruleset_id": 7},
    {"type": "creation", "ruleset_id": 8},
    {"type": "update", "ruleset_id": 8},
]
APP = {"actor_type": "Integration", "actor_id": 99, "bypass_mode": "always"}
TAGS = {
    "id": 9,
    "enforcement": "active",
    "bypass_actors": [],
    "conditions": {"ref_name": {"include": ["~ALL"], "exclude": []}},
    "rules": [{"type": "creation"}],
}
REVIEWED = {"type": "required_reviewers", "reviewers": [{"type": "User"}]}
CUSTOM = {"protected_branches": False, "custom_branch_policies": True}


def environment(name: str, *rules: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "protection_rules": list(rules), "deployment_branch_policy": CUSTOM}


ENVIRONMENTS = [
    environment("staging") | {"deployment_branch_policy": CUSTOM | {"protected_branches": True}},
    environment("production", REVIEWED),
    environment("retrain"),
    environment("promote"),
]
NAMES = ("staging", "production", "retrain", "promote")
KEEPERS = {
    "id": 3,
    "name": "keepers",
    "visibility": "selected",
    "restricted_to_workflows": True,
    "selected_workflows": [f"{REPOSITORY}/.github/workflows/deploy.yml@refs/heads/main"],
}
GROUPS = "/orgs/team/actions/runner-groups"
SETTINGS: dict[str, Any] = {
    "": {
        "default_branch": "main",
        "private": False,
        "owner": {"type": "Organization"},
        "allow_merge_commit": True,
        "allow_squash_merge": False,
        "allow_rebase_merge": False,
    },
    "/rules/branches/main": RULES,
    "/rules/branches/plinth-audit": AUDIT_RULES,
    "/rulesets": [{"id": 9, "target": "tag"}],
    "/rulesets/5": {"id": 5, "bypass_actors": []},
    "/rulesets/6": {"id": 6, "bypass_actors": []},
    "/rulesets/7": {"id": 7, "bypass_actors": []},
    "/rulesets/8": {"id": 8, "bypass_actors": [APP]},
    "/rulesets/9": TAGS,
    "/apps/github-actions": {"id": ACTIONS},
    "/git/matching-refs/tags": [{"ref": f"refs/tags/v{number}"} for number in range(40)],
    "/git/matching-refs/replace": [],
    "/environments": {"total_count": 4, "environments": ENVIRONMENTS},
    "/branches": [{"name": "main"}],
    **{
        f"/environments/{name}/deployment-branch-policies": {
            "branch_policies": [{"name": "main", "type": "branch"}]
        }
        for name in NAMES
    },
    **{
        f"/environments/{name}/secrets": {"secrets": [{"name": "PLINTH_FORGE_TOKEN"}]}
        for name in NAMES
    },
    "/actions/secrets": {"total_count": 1, "secrets": [{"name": "OTHER"}]},
    "/actions/organization-secrets": {"total_count": 0, "secrets": []},
    "/actions/variables": {"variables": []},
    "/actions/permissions/workflow": {
        "default_workflow_permissions": "read",
        "can_approve_pull_request_reviews": False,
    },
    "/actions/permissions/fork-pr-contributor-approval": {
        "approval_policy": "all_external_contributors"
    },
    "/actions/runners": {"total_count": 0, "runners": []},
    GROUPS: {"total_count": 1, "runner_groups": [KEEPERS]},
    f"{GROUPS}/3/repositories": {"repositories": [{"full_name": REPOSITORY}]},
    f"{GROUPS}/3/runners": {
        "runners": [{"name": "keeper", "labels": [{"id": 1, "name": "self-hosted"}]}]
    },
}
PROTECTION = {
    "required_pull_request_reviews": {
        "required_approving_review_count": 2,
        "require_last_push_approval": True,
        "dismiss_stale_reviews": True,
    },
    "required_status_checks": {
        "strict": True,
        "contexts": ["ci", "judge"],
        "checks": [
            {"context": "ci", "app_id": ACTIONS},
            {"context": "judge", "app_id": ACTIONS},
        ],
    },
    "allow_force_pushes": {"enabled": False},
    "allow_deletions": {"enabled": False},
    "enforce_admins": {"enabled": True},
}


@pytest.fixture
def github() -> Github:
    return Github()


@pytest.fixture
def api(github: Github) -> Iterator[GithubApi]:
    with serving(github) as url, github_client(url, TOKEN) as client:
        yield GithubApi(client, REPOSITORY, lambda _: None)


def missing(api: GithubApi) -> list[str]:
    return [i.name for i in checklist(GithubSettings(api).facts()) if i.state == "missing"]


def untold(api: GithubApi) -> list[str]:
    return [i.name for i in checklist(GithubSettings(api).facts()) if i.state == "can't tell"]


def test_rulesets_that_hold_all_make_a_forge_that_is_set_up(api: GithubApi, github: Github) -> None:
    github.settings = SETTINGS

    assert {item.state for item in checklist(GithubSettings(api).facts())} == {"ok"}


def test_what_runners_are_asked_for_by_is_read(api: GithubApi, github: Github) -> None:
    github.settings = SETTINGS

    groups = GithubSettings(api).facts().groups

    assert not isinstance(groups, CantTell)
    assert [group.labels for group in groups] == [{"keeper": frozenset({"self-hosted"})}]


def test_a_queue_of_one_change_at_a_time_is_what_a_queue_should_be(
    api: GithubApi, github: Github
) -> None:
    rules = [*RULES, QUEUE | {"parameters": ONE}]
    github.settings = SETTINGS | {"/rules/branches/main": rules}

    assert {item.state for item in checklist(GithubSettings(api).facts())} == {"ok"}


def test_branch_protection_does_what_rulesets_do(api: GithubApi, github: Github) -> None:
    github.settings = SETTINGS | {
        "/rules/branches/main": [],
        "/branches/main/protection": PROTECTION,
    }

    assert {item.state for item in checklist(GithubSettings(api).facts())} == {"ok"}


def changed_protection(**values: Any) -> dict[str, Any]:
    return {"/rules/branches/main": [], "/branches/main/protection": PROTECTION | values}


def changed_rule(place: int, **values: Any) -> dict[str, Any]:
    rules = [dict(rule) for rule in RULES]
    rules[place]["parameters"] = {**RULES[place]["parameters"], **values}  # type: ignore[dict-item]
    return {"/rules/branches/main": rules}


def changed_group(**values: Any) -> dict[str, Any]:
    return {GROUPS: {"runner_groups": [KEEPERS | values]}}


QUEUE = {"type": "merge_queue", "ruleset_id": 5}
ONE = {"merge_method": "MERGE", "max_entries_to_build": 1, "max_entries_to_merge": 1}
AT_ONCE = ONE | {"max_entries_to_build": 5}
FORKS_OF_PRIVATE = "/actions/permissions/fork-pr-workflows-private-repos"
PRIVATE = {"": SETTINGS[""] | {"private": True}}
CAREFUL = {
    "run_workflows_from_fork_pull_requests": True,
    "send_write_tokens_to_workflows": False,
    "send_secrets_and_variables": False,
    "require_approval_for_fork_pr_workflows": True,
}


@pytest.mark.parametrize(
    ("item", "change"),
    [
        (
            "squash and rebase merges are off",
            {"": SETTINGS[""] | {"allow_squash_merge": True}},
        ),
        (
            "squash and rebase merges are off",
            {"": SETTINGS[""] | {"allow_rebase_merge": True}},
        ),
        (
            "somebody else approves the most recent push",
            changed_rule(2, require_last_push_approval=False),
        ),
        (
            "a push takes earlier reviews back",
            changed_rule(2, dismiss_stale_reviews_on_push=False),
        ),
        (
            "the check ci counts only from GitHub Actions",
            changed_rule(3, required_status_checks=[{"context": "ci"}]),
        ),
        (
            "the check judge counts only from GitHub Actions",
            changed_rule(4, required_status_checks=[{"context": "judge", "integration_id": 7}]),
        ),
        (
            "a branch is up to date before it is merged",
            changed_rule(3, strict_required_status_checks_policy=False),
        ),
        (
            "a merge queue merges one change at a time",
            {"/rules/branches/main": [*RULES, QUEUE]},
        ),
        (
            "a merge queue merges one change at a time",
            {"/rules/branches/main": [*RULES, QUEUE | {"parameters": AT_ONCE}]},
        ),
        (
            "the rules of main bind administrators too",
            {"/rulesets/6": {"bypass_actors": [{"actor_type": "Team", "actor_id": 1}]}},
        ),
        (
            "the rules of main bind administrators too",
            changed_protection(enforce_admins={"enabled": False}),
        ),
        # A ruleset that binds everybody doesn't make up for a protection that doesn't.
        (
            "the rules of main bind administrators too",
            {"/branches/main/protection": PROTECTION | {"enforce_admins": {"enabled": False}}},
        ),
        (
            "the check judge counts only from GitHub Actions",
            changed_protection(
                required_status_checks=PROTECTION["required_status_checks"]  # type: ignore[operator]
                | {
                    "checks": [
                        {"context": "ci", "app_id": ACTIONS},
                        {"context": "judge", "app_id": -1},
                    ]
                }
            ),
        ),
        (
            "plinth-audit can't be deleted",
            {"/rules/branches/plinth-audit": AUDIT_RULES[1:]},
        ),
        (
            "plinth-audit can't be pushed by force",
            {"/rules/branches/plinth-audit": [AUDIT_RULES[0], *AUDIT_RULES[2:]]},
        ),
        (
            "plinth-audit has one writer",
            {"/rules/branches/plinth-audit": AUDIT_RULES[:3]},
        ),
        (
            "plinth-audit has one writer",
            {"/rulesets/8": {"bypass_actors": [APP, APP | {"actor_id": 98}]}},
        ),
        (
            "plinth-audit has one writer",
            {"/rulesets/8": {"bypass_actors": [APP | {"actor_id": ACTIONS}]}},
        ),
        (
            "plinth-audit has one writer",
            {"/rulesets/8": {"bypass_actors": [{"actor_type": "RepositoryRole", "actor_id": 5}]}},
        ),
        (
            "no tag is named like a branch",
            {"/git/matching-refs/tags": [{"ref": "refs/tags/origin/main"}]},
        ),
        (
            "no tag is named like a branch",
            {"/git/matching-refs/replace": [{"ref": "refs/replace/" + "a" * 40}]},
        ),
        *(
            ("tags can't be named like branches", {"/rulesets/9": TAGS | values})
            for values in (
                {"enforcement": "evaluate"},
                {"rules": [{"type": "deletion"}]},
                {"bypass_actors": [APP]},
                {"conditions": {"ref_name": {"include": ["refs/tags/*"], "exclude": []}}},
                {"conditions": {"ref_name": {"include": ["~ALL"], "exclude": ["refs/tags/m*"]}}},
            )
        ),
        ("tags can't be named like branches", {"/rulesets": [{"id": 9, "target": "branch"}]}),
        (
            "promote is deployed from main only",
            {
                "/environments/promote/deployment-branch-policies": {
                    "branch_policies": [{"name": "main", "type": "tag"}]
                }
            },
        ),
        (
            "the secret PLINTH_FORGE_TOKEN is there for retrain",
            {"/environments/retrain/secrets": {"secrets": []}},
        ),
        (
            "the secret PLINTH_FORGE_TOKEN is out of other branches' reach",
            {"/actions/secrets": {"secrets": [{"name": "PLINTH_FORGE_TOKEN"}]}},
        ),
        (
            "the secret PLINTH_FORGE_TOKEN is out of other branches' reach",
            {"/actions/organization-secrets": {"secrets": [{"name": "PLINTH_FORGE_TOKEN"}]}},
        ),
        (
            "pull requests from forks wait for approval to run",
            {
                "/actions/permissions/fork-pr-contributor-approval": {
                    "approval_policy": "first_time_contributors"
                }
            },
        ),
        *(
            (
                "pull requests from forks wait for approval to run",
                PRIVATE | {FORKS_OF_PRIVATE: CAREFUL | {key: value}},
            )
            for key, value in (
                ("send_write_tokens_to_workflows", True),
                ("send_secrets_and_variables", True),
                ("require_approval_for_fork_pr_workflows", False),
            )
        ),
        (
            "no runner is bound to the repository alone",
            {"/actions/runners": {"runners": [{"name": "loose"}]}},
        ),
        (
            "runner groups take jobs of this repository only",
            changed_group(visibility="all"),
        ),
        (
            "runner groups take jobs of this repository only",
            {f"{GROUPS}/3/repositories": {"repositories": [{"full_name": "team/other"}]}},
        ),
        (
            "runner groups take jobs of main's workflows only",
            changed_group(restricted_to_workflows=False),
        ),
        (
            "runner groups take jobs of main's workflows only",
            changed_group(
                selected_workflows=[f"{REPOSITORY}/.github/workflows/ci.yml@refs/heads/main"]
            ),
        ),
        (
            "plan has reviewers",
            {
                "/actions/variables": {
                    "variables": [
                        {"name": "TARGET", "value": "aws"},
                    ]
                }
            },
        ),
    ],
)
def test_what_is_set_up_otherwise_is_found(
    api: GithubApi, github: Github, item: str, change: dict[str, Any]
) -> None:
    github.settings = SETTINGS | change

    assert item in missing(api)


@pytest.mark.parametrize(
    "change", [{}, {"run_workflows_from_fork_pull_requests": False, "send_secrets": True}]
)
def test_a_private_repository_is_asked_for_its_own_rule_of_forks(
    api: GithubApi, github: Github, change: dict[str, Any]
) -> None:
    github.settings = SETTINGS | PRIVATE | {FORKS_OF_PRIVATE: CAREFUL | change}

    assert missing(api) == []


def test_a_tag_ruleset_that_names_the_tags_is_enough(api: GithubApi, github: Github) -> None:
    names = ["refs/tags/main", "refs/tags/plinth-*", "refs/tags/origin/*"]
    conditions = {"ref_name": {"include": names, "exclude": ["refs/tags/v*"]}}
    github.settings = SETTINGS | {"/rulesets/9": TAGS | {"conditions": conditions}}

    assert missing(api) == []


def test_a_token_that_is_not_shown_who_may_bypass_can_not_tell(
    api: GithubApi, github: Github
) -> None:
    github.settings = SETTINGS | {
        "/rulesets/5": {"id": 5},
        "/rulesets/8": {"id": 8},
        "/rulesets/9": {key: value for key, value in TAGS.items() if key != "bypass_actors"},
    }

    assert missing(api) == []
    assert untold(api) == [
        "the rules of main bind administrators too",
        "plinth-audit can't be pushed by force",
        "plinth-audit can't be deleted",
        "plinth-audit has one writer",
        "tags can't be named like branches",
    ]


def test_a_person_owns_no_runner_groups(api: GithubApi, github: Github) -> None:
    github.settings = SETTINGS | {"": SETTINGS[""] | {"owner": {"type": "User"}}}

    assert GithubSettings(api).facts().groups == ()
    assert not any(GROUPS in line for line in github.asked)


def test_groups_that_an_organization_hides_are_not_taken_for_none(
    api: GithubApi, github: Github
) -> None:
    github.settings = {key: SETTINGS[key] for key in SETTINGS if key != GROUPS}

    assert "runner groups take jobs of main's workflows only" in untold(api)


def test_an_environment_without_a_branch_policy_takes_any_branch(
    api: GithubApi, github: Github
) -> None:
    bare = {"name": "production", "protection_rules": [], "deployment_branch_policy": None}
    github.settings = SETTINGS | {"/environments": {"environments": [bare]}}

    facts = GithubSettings(api).facts()

    assert facts.environments == {
        "production": EnvironmentRules(
            reviewers=0, branches=None, secrets=frozenset({"PLINTH_FORGE_TOKEN"})
        )
    }


def test_one_thing_that_may_not_be_seen_hides_no_other(api: GithubApi, github: Github) -> None:
    github.settings = {key: SETTINGS[key] for key in SETTINGS if "/secrets" not in key}

    facts = GithubSettings(api).facts()

    assert isinstance(facts.secrets, CantTell)
    assert isinstance(facts.environments, dict)
    assert isinstance(facts.environments["retrain"].secrets, CantTell)
    assert facts.workflow_permissions == "read"
