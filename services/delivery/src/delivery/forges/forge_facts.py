"""How a forge is set up: what protects main, who may deploy, whose jobs runners take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from artifacts.cant_tell import CantTell

AUDIT_BRANCH: Final = "plinth-audit"
"""Where the audit log's heads are published: a branch that only grows."""

IMPOSTORS: Final = tuple(
    f"refs/tags/{place}{branch}" for branch in ("main", AUDIT_BRANCH) for place in ("", "origin/")
)
"""Tags that a tool of approvers would read in place of a branch."""


@dataclass(frozen=True)
class RequiredCheck:
    """A status that a merge needs; `app` is the only one whose status counts, None for any."""

    name: str
    app: int | None


@dataclass(frozen=True)
class MergeQueue:
    """How main's merge queue merges: in which way, and how many changes at once."""

    method: str
    built_at_once: int
    merged_at_once: int


@dataclass(frozen=True)
class MainRules:
    """What protects main, by rulesets and by branch protection together."""

    reviews: int = 0
    last_push_is_approved: bool = False
    stale_reviews_go: bool = False
    checks: frozenset[RequiredCheck] = frozenset()
    up_to_date: bool = False
    queue: MergeQueue | None = None
    no_force_push: bool = False
    no_deletion: bool = False


@dataclass(frozen=True)
class AuditRules:
    """What protects the branch of audit heads; `writers` is None where whoever may push writes."""

    no_force_push: bool
    no_deletion: bool
    writers: frozenset[str] | None


@dataclass(frozen=True)
class EnvironmentRules:
    """What protects an environment; `branches` are those that may deploy, None where all may."""

    reviewers: int
    branches: frozenset[str] | None
    secrets: frozenset[str] | CantTell = frozenset()


@dataclass(frozen=True)
class MergeMethods:
    """The ways in which a pull request may be merged."""

    merge: bool
    squash: bool
    rebase: bool


@dataclass(frozen=True)
class RunnerGroup:
    """Runners of an organization by name, and whose jobs they take: None where all may ask."""

    name: str
    repositories: frozenset[str] | None
    workflows: frozenset[str] | None
    runners: tuple[str, ...]
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What each runner is asked for by."""


@dataclass(frozen=True)
class ForgeFacts:
    """How a forge is set up, as far as it says."""

    repository: str
    default_branch: str | CantTell
    merge_methods: MergeMethods | CantTell
    main: MainRules | CantTell
    binds_administrators: bool | CantTell
    actions_app: int | CantTell
    audit: AuditRules | CantTell
    impostors: frozenset[str] | CantTell
    guarded_tags: frozenset[str] | CantTell
    environments: dict[str, EnvironmentRules] | CantTell
    secrets: frozenset[str] | CantTell
    variables: dict[str, str] | CantTell
    workflow_permissions: str | CantTell
    workflows_approve: bool | CantTell
    forks_wait: bool | CantTell
    own_runners: tuple[str, ...] | CantTell
    groups: tuple[RunnerGroup, ...] | CantTell
