"""How a repository on GitHub answers that is set up as Plinth needs it."""

from typing import Any

from support.github_stand_in import REPOSITORY

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
