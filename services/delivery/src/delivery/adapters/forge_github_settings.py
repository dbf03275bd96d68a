"""How a repository on GitHub is set up, as far as the token may ask."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from delivery.adapters.github_api import GithubApi, GithubRefusal
from delivery.domain.forge_checks import EnvironmentRules, ForgeFacts, MainRules, Unknown
from delivery.errors import ForgeUnavailable

T = TypeVar("T")


class GithubSettings:
    """Asks the API item by item: what one token may not see doesn't hide the rest."""

    def __init__(self, api: GithubApi) -> None:
        self._api = api

    def facts(self) -> ForgeFacts:
        """Return what GitHub says of the repository; ForgeUnavailable if it can't be reached."""
        whole: Any = self._api.get("")
        workflow = "/actions/permissions/workflow"
        return ForgeFacts(
            default_branch=_told(lambda: str(whole["default_branch"])),
            merge_commits=_told(lambda: bool(whole["allow_merge_commit"])),
            main=_told(self._main),
            environments=_told(self._environments),
            secrets=_told(self._secrets),
            workflow_permissions=_told(
                lambda: str(self._api.get(workflow)["default_workflow_permissions"])
            ),
            workflows_approve=_told(
                lambda: bool(self._api.get(workflow)["can_approve_pull_request_reviews"])
            ),
            runners=_told(lambda: int(self._api.get("/actions/runners")["total_count"])),
        )

    def _main(self) -> MainRules:
        """Rulesets and branch protection add up; either may be what a team uses."""
        rules = list(self._api.pages("/rules/branches/main"))
        protection = self._protection()
        return _joined(_of_rules(rules, self._bypassable(rules)), _of_protection(protection))

    def _protection(self) -> Any:
        try:
            return self._api.get("/branches/main/protection")
        except GithubRefusal as exc:
            if exc.status == HTTPStatus.NOT_FOUND:
                return {}
            raise

    def _bypassable(self, rules: list[Any]) -> bool:
        """Whether somebody may pass by one of the rulesets."""
        numbers = {rule["ruleset_id"] for rule in rules if "ruleset_id" in rule}
        found = [self._api.get(f"/rulesets/{number}") for number in sorted(numbers)]
        return any(one.get("bypass_actors") for one in found)

    def _environments(self) -> dict[str, EnvironmentRules]:
        return {
            str(found["name"]): EnvironmentRules(
                reviewers=_reviewers(found), branches=self._branches(found)
            )
            for found in self._api.pages("/environments", key="environments")
        }

    def _branches(self, environment: Any) -> frozenset[str] | None:
        policy = environment.get("deployment_branch_policy")
        if not policy:
            return None
        if policy.get("protected_branches"):
            protected = self._api.pages("/branches", protected="true")
            return frozenset(str(branch["name"]) for branch in protected)
        name = quote(str(environment["name"]), safe="")
        path = f"/environments/{name}/deployment-branch-policies"
        found = self._api.pages(path, key="branch_policies")
        return frozenset(str(one["name"]) for one in found)

    def _secrets(self) -> frozenset[str]:
        found = self._api.pages("/actions/secrets", key="secrets")
        return frozenset(str(one["name"]) for one in found)


def _told(ask: Callable[[], T]) -> T | Unknown:
    try:
        return ask()
    except ForgeUnavailable as exc:
        return Unknown(exc.reason)
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        return Unknown(f"its answer is not as documented: {exc!r}")


def _reviewers(environment: Any) -> int:
    rules = environment.get("protection_rules", [])
    return sum(
        len(one.get("reviewers", [])) for one in rules if one["type"] == "required_reviewers"
    )


def _of_rules(rules: list[Any], bypassable: bool) -> MainRules:
    joined = MainRules(binds_administrators=bool(rules) and not bypassable)
    for rule in rules:
        joined = _joined(joined, _of_rule(str(rule["type"]), rule.get("parameters") or {}))
    return joined


def _of_rule(kind: str, parameters: Any) -> MainRules:
    checks = parameters.get("required_status_checks", [])
    return MainRules(
        reviews=int(parameters.get("required_approving_review_count", 0)),
        checks=frozenset(str(check["context"]) for check in checks),
        no_force_push=kind == "non_fast_forward",
        no_deletion=kind == "deletion",
    )


def _of_protection(found: Any) -> MainRules:
    if not found:
        return MainRules()
    reviews = found.get("required_pull_request_reviews") or {}
    checks = found.get("required_status_checks") or {}
    return MainRules(
        reviews=int(reviews.get("required_approving_review_count", 0)),
        checks=frozenset(map(str, checks.get("contexts", []))),
        no_force_push=not found.get("allow_force_pushes", {}).get("enabled", False),
        no_deletion=not found.get("allow_deletions", {}).get("enabled", False),
        binds_administrators=bool(found.get("enforce_admins", {}).get("enabled", False)),
    )


def _joined(one: MainRules, other: MainRules) -> MainRules:
    return MainRules(
        reviews=max(one.reviews, other.reviews),
        checks=one.checks | other.checks,
        no_force_push=one.no_force_push or other.no_force_push,
        no_deletion=one.no_deletion or other.no_deletion,
        binds_administrators=one.binds_administrators or other.binds_administrators,
    )
