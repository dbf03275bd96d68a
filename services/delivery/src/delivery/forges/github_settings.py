"""How a repository on GitHub is set up, as far as the token may ask."""

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from artifacts.cant_tell import CantTell
from delivery.errors import ForgeUnavailable
from delivery.forges.forge_checks import (
    AUDIT_BRANCH,
    IMPOSTORS,
    AuditRules,
    EnvironmentRules,
    ForgeFacts,
    MainRules,
    MergeMethods,
    MergeQueue,
    RequiredCheck,
    RunnerGroup,
)
from delivery.forges.github_api import GithubApi, GithubRefusal

T = TypeVar("T")


class GithubSettings:
    """Asks the API item by item: what one token may not see doesn't hide the rest."""

    def __init__(self, api: GithubApi) -> None:
        self._api = api
        self._organization = api.below(f"/orgs/{api.owner}")

    def facts(self) -> ForgeFacts:
        """Return what GitHub says of the repository; ForgeUnavailable if it can't be reached."""
        whole: Any = self._api.get("")
        workflow = "/actions/permissions/workflow"
        return ForgeFacts(
            repository=self._api.repository,
            default_branch=_told(lambda: str(whole["default_branch"])),
            merge_methods=_told(
                lambda: MergeMethods(
                    merge=bool(whole["allow_merge_commit"]),
                    squash=bool(whole["allow_squash_merge"]),
                    rebase=bool(whole["allow_rebase_merge"]),
                )
            ),
            main=_told(self._main),
            binds_administrators=_told(self._binds_administrators),
            actions_app=_told(lambda: int(self._api.below("/apps").get("/github-actions")["id"])),
            audit=_told(self._audit),
            impostors=_told(self._impostors),
            guarded_tags=_told(self._guarded_tags),
            environments=_told(self._environments),
            secrets=_told(self._secrets),
            variables=_told(self._variables),
            workflow_permissions=_told(
                lambda: str(self._api.get(workflow)["default_workflow_permissions"])
            ),
            workflows_approve=_told(
                lambda: bool(self._api.get(workflow)["can_approve_pull_request_reviews"])
            ),
            forks_wait=_told(lambda: self._forks_wait(private=bool(whole["private"]))),
            own_runners=_told(lambda: tuple(_labels(self._api, "/actions/runners"))),
            groups=_told(lambda: self._groups(str(whole["owner"]["type"]))),
        )

    def _main(self) -> MainRules:
        """Rulesets and branch protection add up; either may be what a team uses."""
        rules = MainRules()
        for rule in self._api.pages("/rules/branches/main"):
            rules = _joined(rules, _of_rule(str(rule["type"]), rule.get("parameters") or {}))
        return _joined(rules, _of_protection(self._protection()))

    def _protection(self) -> Any:
        try:
            return self._api.get("/branches/main/protection")
        except GithubRefusal as exc:
            if exc.status == HTTPStatus.NOT_FOUND:
                return {}
            raise

    def _binds_administrators(self) -> bool:
        """Whether nobody may pass by any of what protects main, of which there must be some."""
        numbers = {rule["ruleset_id"] for rule in self._api.pages("/rules/branches/main")}
        protection = self._protection()
        if not numbers and not protection:
            return False
        if any(self._bypass(number) for number in numbers):
            return False
        return not protection or bool(protection["enforce_admins"]["enabled"])

    def _bypass(self, number: object) -> list[str]:
        """Who may pass by a ruleset. GitHub leaves that out for a token that can't change it."""
        ruleset = self._api.get(f"/rulesets/{number}")
        if "bypass_actors" not in ruleset:
            raise ForgeUnavailable(
                f"GET /rulesets/{number}", "only an administrator's token is shown who may bypass"
            )
        return [f"{one['actor_type']} {one.get('actor_id')}" for one in ruleset["bypass_actors"]]

    def _audit(self) -> AuditRules:
        """Rules that somebody may bypass bind nobody, but for the one that names the writer."""
        rules = list(self._api.pages(f"/rules/branches/{AUDIT_BRANCH}"))
        bypass = {number: self._bypass(number) for number in {rule["ruleset_id"] for rule in rules}}
        binding = {str(rule["type"]) for rule in rules if not bypass[rule["ruleset_id"]]}
        # Roles, and GitHub's own app, which is every workflow of every branch, stand for many: each
        # counts as more than one writer.
        everybody = f"Integration {self._api.below('/apps').get('/github-actions')['id']}"
        many = ("RepositoryRole", "OrganizationAdmin", everybody)
        writers: frozenset[str] | None = frozenset()
        for kind in ("update", "creation"):
            numbers = [rule["ruleset_id"] for rule in rules if rule["type"] == kind]
            actors = [actor for number in numbers for actor in bypass[number]]
            actors += [f"all of {actor}" for actor in actors if actor.startswith(many)]
            writers = writers.union(actors) if numbers and writers is not None else None
        return AuditRules(
            no_force_push="non_fast_forward" in binding,
            no_deletion="deletion" in binding,
            writers=writers,
        )

    def _impostors(self) -> frozenset[str]:
        answers = [self._api.get(f"/git/matching-refs/{prefix}") for prefix in ("tags", "replace")]
        names = {str(ref["ref"]) for answer in answers for ref in answer}
        return frozenset(n for n in names if n in IMPOSTORS or n.startswith("refs/replace/"))

    def _guarded_tags(self) -> frozenset[str]:
        guarded: set[str] = set()
        for listed in self._api.pages("/rulesets", targets="tag"):
            ruleset = self._api.get(f"/rulesets/{listed['id']}")
            kinds = {str(rule["type"]) for rule in ruleset.get("rules", [])}
            if ruleset["enforcement"] != "active" or "creation" not in kinds:
                continue
            if listed.get("target") == "tag" and not self._bypass(listed["id"]):
                names = ruleset["conditions"]["ref_name"]
                guarded |= {
                    tag
                    for tag in IMPOSTORS
                    if _matches(tag, names["include"]) and not _matches(tag, names["exclude"])
                }
        return frozenset(guarded)

    def _environments(self) -> dict[str, EnvironmentRules]:
        found = {}
        for one in self._api.pages("/environments", key="environments"):
            place = f"/environments/{quote(str(one['name']), safe='')}"
            rules = one.get("protection_rules", [])
            asked = [rule for rule in rules if rule["type"] == "required_reviewers"]
            secrets = partial(_names, self._api, f"{place}/secrets", key="secrets")
            found[str(one["name"])] = EnvironmentRules(
                reviewers=sum(len(rule.get("reviewers", [])) for rule in asked),
                branches=self._branches(one, place),
                secrets=_told(secrets),
            )
        return found

    def _branches(self, environment: Any, place: str) -> frozenset[str] | None:
        policy = environment.get("deployment_branch_policy")
        if not policy:
            return None
        if policy.get("protected_branches"):
            return _names(self._api, "/branches", protected="true")
        found = self._api.pages(f"{place}/deployment-branch-policies", key="branch_policies")
        return frozenset(
            str(one["name"]) if one.get("type", "branch") == "branch" else f"tag {one['name']}"
            for one in found
        )

    def _secrets(self) -> frozenset[str]:
        """Secrets that a workflow of any branch reads: the repository's, and those shared."""
        own = _names(self._api, "/actions/secrets", key="secrets")
        return own | _names(self._api, "/actions/organization-secrets", key="secrets")

    def _variables(self) -> dict[str, str]:
        found = self._api.pages("/actions/variables", key="variables")
        return {str(variable["name"]): str(variable["value"]) for variable in found}

    def _forks_wait(self, *, private: bool) -> bool:
        permissions = "/actions/permissions"
        if not private:
            policy = self._api.get(f"{permissions}/fork-pr-contributor-approval")
            return bool(policy["approval_policy"] == "all_external_contributors")
        rules = self._api.get(f"{permissions}/fork-pr-workflows-private-repos")
        if not rules["run_workflows_from_fork_pull_requests"]:
            return True
        gives = rules["send_secrets_and_variables"] or rules["send_write_tokens_to_workflows"]
        return bool(rules["require_approval_for_fork_pr_workflows"]) and not gives

    def _groups(self, owner: str) -> tuple[RunnerGroup, ...]:
        """Groups whose runners this repository may use; a person's account has none."""
        if owner != "Organization":
            return ()
        name = self._api.repository.partition("/")[2]
        found = self._organization.pages(
            "/actions/runner-groups", key="runner_groups", visible_to_repository=name
        )
        return tuple(self._group(group) for group in found)

    def _group(self, group: Any) -> RunnerGroup:
        place = f"/actions/runner-groups/{group['id']}"
        repositories = None
        if group["visibility"] == "selected":
            named = self._organization.pages(f"{place}/repositories", key="repositories")
            repositories = frozenset(str(one["full_name"]) for one in named)
        bound = group["restricted_to_workflows"]
        labels = _labels(self._organization, f"{place}/runners")
        return RunnerGroup(
            name=str(group["name"]),
            repositories=repositories,
            workflows=frozenset(map(str, group["selected_workflows"])) if bound else None,
            runners=tuple(labels),
            labels=labels,
        )


def _told(ask: Callable[[], T]) -> T | CantTell:
    try:
        return ask()
    except ForgeUnavailable as exc:
        return CantTell("the forge", exc.reason, "place")
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        return CantTell("the forge", f"its answer is not as documented: {exc!r}", "place")


def _names(api: GithubApi, path: str, **params: str) -> frozenset[str]:
    return frozenset(str(one["name"]) for one in api.pages(path, **params))


def _labels(api: GithubApi, path: str) -> dict[str, frozenset[str]]:
    return {
        str(runner["name"]): frozenset(str(label["name"]) for label in runner.get("labels", ()))
        for runner in api.pages(path, key="runners")
    }


def _matches(tag: str, patterns: Iterable[str]) -> bool:
    """Whether one of a ruleset's patterns names a tag; as there, `*` doesn't match a slash."""
    for pattern in patterns:
        if pattern in {"~ALL", tag, "refs/tags/**/*", "refs/tags/**"}:
            return True
        if pattern.count("/") == tag.count("/") and fnmatchcase(tag, pattern):
            return True
    return False


def _of_rule(kind: str, parameters: Any) -> MainRules:
    checks = parameters.get("required_status_checks", [])
    queue = MergeQueue(
        method=str(parameters.get("merge_method", "unknown")),
        built_at_once=int(parameters.get("max_entries_to_build", 0)),
        merged_at_once=int(parameters.get("max_entries_to_merge", 0)),
    )
    return MainRules(
        reviews=int(parameters.get("required_approving_review_count", 0)),
        last_push_is_approved=bool(parameters.get("require_last_push_approval", False)),
        stale_reviews_go=bool(parameters.get("dismiss_stale_reviews_on_push", False)),
        checks=frozenset(_check(one, "integration_id") for one in checks),
        up_to_date=bool(parameters.get("strict_required_status_checks_policy", False)),
        queue=queue if kind == "merge_queue" else None,
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
        last_push_is_approved=bool(reviews.get("require_last_push_approval", False)),
        stale_reviews_go=bool(reviews.get("dismiss_stale_reviews", False)),
        checks=frozenset(_check(one, "app_id") for one in checks.get("checks", [])),
        up_to_date=bool(checks.get("strict", False)),
        no_force_push=not found.get("allow_force_pushes", {}).get("enabled", False),
        no_deletion=not found.get("allow_deletions", {}).get("enabled", False),
    )


def _check(required: Any, app: str) -> RequiredCheck:
    """In branch protection the app -1 stands for any."""
    number = required.get(app)
    return RequiredCheck(str(required["context"]), None if number in {None, -1} else int(number))


def _joined(one: MainRules, other: MainRules) -> MainRules:
    return MainRules(
        reviews=max(one.reviews, other.reviews),
        last_push_is_approved=one.last_push_is_approved or other.last_push_is_approved,
        stale_reviews_go=one.stale_reviews_go or other.stale_reviews_go,
        checks=one.checks | other.checks,
        up_to_date=one.up_to_date or other.up_to_date,
        queue=one.queue or other.queue,
        no_force_push=one.no_force_push or other.no_force_push,
        no_deletion=one.no_deletion or other.no_deletion,
    )
