"""What a forge must be set up to do before a team may rely on it, item by item."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

State = Literal["ok", "missing", "can't tell"]
T = TypeVar("T")

REQUIRED_CHECKS: Final = ("ci", "judge")
SECRETS: Final = ("PLINTH_FORGE_TOKEN",)
"""The token of an app, for pull requests that workflows open. Keys lie on the runner itself."""


@dataclass(frozen=True)
class Unknown:
    """What the forge keeps to itself, and why."""

    reason: str


@dataclass(frozen=True)
class MainRules:
    """What protects main, by rulesets and by branch protection together."""

    reviews: int = 0
    checks: frozenset[str] = frozenset()
    no_force_push: bool = False
    no_deletion: bool = False
    binds_administrators: bool = False


@dataclass(frozen=True)
class EnvironmentRules:
    """What protects an environment; `branches` are those that may deploy, None where all may."""

    reviewers: int
    branches: frozenset[str] | None


@dataclass(frozen=True)
class ForgeFacts:
    """How a forge is set up, as far as it says."""

    default_branch: str | Unknown
    merge_commits: bool | Unknown
    main: MainRules | Unknown
    environments: dict[str, EnvironmentRules] | Unknown
    secrets: frozenset[str] | Unknown
    workflow_permissions: str | Unknown
    workflows_approve: bool | Unknown
    runners: int | Unknown


@dataclass(frozen=True)
class Item:
    """One item of the checklist: `found` says what is so, `todo` what to do about it."""

    name: str
    state: State
    found: str
    todo: str = ""


@dataclass(frozen=True)
class _Check:
    name: str
    todo: str
    holds: Callable[[ForgeFacts], "bool | Unknown"]


def checklist(facts: ForgeFacts) -> tuple[Item, ...]:
    """Return every item with its state, in the order in which a team would see to them."""
    return tuple(_item(check, check.holds(facts)) for check in _CHECKS)


def _item(check: _Check, holds: "bool | Unknown") -> Item:
    if isinstance(holds, Unknown):
        return Item(check.name, "can't tell", holds.reason, check.todo)
    if holds:
        return Item(check.name, "ok", "so it is")
    return Item(check.name, "missing", "it isn't so", check.todo)


def _of(found: T | Unknown, holds: Callable[[T], bool]) -> "bool | Unknown":
    return found if isinstance(found, Unknown) else holds(found)


def _main(holds: Callable[[MainRules], bool]) -> Callable[[ForgeFacts], "bool | Unknown"]:
    return lambda facts: _of(facts.main, holds)


def _environment(
    name: str, holds: Callable[[EnvironmentRules], bool]
) -> Callable[[ForgeFacts], "bool | Unknown"]:
    return lambda facts: _of(facts.environments, lambda found: name in found and holds(found[name]))


def _required(check: str) -> Callable[[ForgeFacts], "bool | Unknown"]:
    return _main(lambda main: check in main.checks)


def _secret(name: str) -> Callable[[ForgeFacts], "bool | Unknown"]:
    return lambda facts: _of(facts.secrets, lambda found: name in found)


def _only_main(environment: EnvironmentRules) -> bool:
    return environment.branches == frozenset({"main"})


_RULESET: Final = "in the ruleset of main (Settings, Rules)"
_CHECKS: Final = (
    _Check(
        "main is the default branch",
        "make main the default branch (Settings, General)",
        lambda facts: _of(facts.default_branch, lambda name: name == "main"),
    ),
    _Check(
        "merges make merge commits",
        "allow merge commits (Settings, General): a rollback reverts one",
        lambda facts: _of(facts.merge_commits, bool),
    ),
    _Check(
        "main takes changes by reviewed pull requests only",
        f"require a pull request with at least one approval {_RULESET}",
        _main(lambda main: main.reviews >= 1),
    ),
    *(
        _Check(
            f"main requires the check {name}",
            f"require the status check `{name}` {_RULESET}",
            _required(name),
        )
        for name in REQUIRED_CHECKS
    ),
    _Check(
        "main can't be pushed by force",
        f"block force pushes {_RULESET}",
        _main(lambda main: main.no_force_push),
    ),
    _Check(
        "main can't be deleted",
        f"restrict deletions {_RULESET}",
        _main(lambda main: main.no_deletion),
    ),
    _Check(
        "the rules of main bind administrators too",
        f"empty the bypass list {_RULESET}",
        _main(lambda main: main.binds_administrators),
    ),
    _Check(
        "staging is deployed from main only",
        "create the environment staging and let only the branch main deploy to it",
        _environment("staging", _only_main),
    ),
    _Check(
        "production is deployed from main only",
        "create the environment production and let only the branch main deploy to it",
        _environment("production", _only_main),
    ),
    _Check(
        "production has reviewers",
        "name required reviewers of the environment production",
        _environment("production", lambda found: found.reviewers >= 1),
    ),
    *(
        _Check(
            f"the secret {name} is there",
            "install an app with contents and pull requests (write), and keep its token as the "
            f"secret {name}: pull requests opened with a workflow's own token start no workflow",
            _secret(name),
        )
        for name in SECRETS
    ),
    _Check(
        "workflows may only read by default",
        "set the workflow permissions to read (Settings, Actions, General)",
        lambda facts: _of(facts.workflow_permissions, lambda found: found == "read"),
    ),
    _Check(
        "workflows can't approve pull requests",
        "take from workflows the right to approve pull requests (Settings, Actions, General)",
        lambda facts: _of(facts.workflows_approve, lambda may: not may),
    ),
    _Check(
        "a runner of your own is registered",
        "register a self-hosted runner that has the keys, the model store and the audit log",
        lambda facts: _of(facts.runners, lambda count: count >= 1),
    ),
)
