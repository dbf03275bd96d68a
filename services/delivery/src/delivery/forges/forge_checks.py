"""What a forge must be set up to do before a team may rely on it, item by item."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

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


TRAINING_RUNNER: Final = "TRAINING_RUNNER"
"""The variable that names the label of training's own runner."""
_SHARED: Final = "self-hosted"
"""The label that jobs with keys ask for; a runner has it unless it was registered without."""


@dataclass(frozen=True)
class Noted:
    """An item holds, and this is to be said of it."""

    words: str


def trains_apart(facts: ForgeFacts, missing_wall: str) -> str | Noted | CantTell:
    """Whether training's job goes to another runner than those with keys, or into a room there."""
    if isinstance(facts.variables, CantTell):
        return facts.variables
    label = facts.variables.get(TRAINING_RUNNER, "")
    keyed = facts.variables.get("RUNNER", "")
    if not label and missing_wall:
        return (
            f"it runs on the machine of the keys ({TRAINING_RUNNER} is not set), and this machine "
            f"has no wall: {missing_wall}"
        )
    if not label:
        return Noted(
            f"it runs on the machine of the keys ({TRAINING_RUNNER} is not set), in a room: "
            "`bin/plinth delivery walls` tries its wall there"
        )
    if label in {_SHARED, keyed} or (keyed and label.startswith(f"codebuild-{keyed}-")):
        return f"{TRAINING_RUNNER} is {label}, the label that jobs with keys ask for, too"
    # Jobs with keys ask for `self-hosted`, or for a machine that CodeBuild starts.
    if isinstance(facts.groups, CantTell):
        return facts.groups
    return _is_apart(facts.groups, label, in_the_cloud=bool(keyed))


def _is_apart(groups: tuple[RunnerGroup, ...], label: str, *, in_the_cloud: bool) -> str | Noted:
    labels = {name: found for group in groups for name, found in group.labels.items()}
    trains = {name for name, found in labels.items() if label in found}
    both = sorted(name for name in trains if _SHARED in labels[name])
    if not trains:
        return f"no runner of a group that serves this repository has the label {label}"
    if both and not in_the_cloud:
        return (
            f"{', '.join(both)}: it has the label self-hosted as well, so jobs with keys are sent "
            "to it"
        )
    return Noted(f"its runner is {', '.join(sorted(trains))}")


State = Literal["ok", "missing", "can't tell"]
T = TypeVar("T")

REQUIRED_CHECKS: Final = ("ci", "judge")
TOKEN: Final = "PLINTH_FORGE_TOKEN"  # noqa: S105 - a secret's name
TOKEN_ENVIRONMENTS: Final = ("staging", "production", "retrain", "promote")
"""Whose jobs open pull requests. Other keys lie on the runner itself."""

RUNNER_WORKFLOWS: Final = ("deploy", "drift", "judge", "promote", "retrain")
"""The workflows whose jobs run on a team's own runners."""

CLOUD_ENVIRONMENTS: Final = ("build", "drift", "look")
"""Whose jobs take a role of the cloud, beside those of staging and production."""

Answer = bool | str | Noted | CantTell
"""True where an item holds, or else what is wrong: False where the item's name says it."""


SO_IT_IS: Final = "so it is"


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
    holds: Callable[[ForgeFacts], Answer]


def checklist(facts: ForgeFacts, missing_wall: str = "") -> tuple[Item, ...]:
    """Return every item with its state, in the order in which a team would see to them.

    `missing_wall` says why the machine that asks has no wall around training; empty: one stands.
    """
    items = [_item(check, check.holds(facts)) for check in _CHECKS]
    return (*items, _item(_TRAINING, trains_apart(facts, missing_wall)))


def _item(check: _Check, holds: Answer) -> Item:
    if isinstance(holds, CantTell):
        return Item(check.name, "can't tell", holds.reason, check.todo)
    if isinstance(holds, Noted):
        return Item(check.name, "ok", holds.words)
    if holds is True:
        return Item(check.name, "ok", SO_IT_IS)
    return Item(check.name, "missing", holds or "it isn't so", check.todo)


def _of(fact: T | CantTell, holds: Callable[[T], Answer]) -> Answer:
    return fact if isinstance(fact, CantTell) else holds(fact)


def _main(holds: Callable[[MainRules], Answer]) -> Callable[[ForgeFacts], Answer]:
    return lambda facts: _of(facts.main, holds)


def _audit(holds: Callable[[AuditRules], Answer]) -> Callable[[ForgeFacts], Answer]:
    return lambda facts: _of(facts.audit, holds)


def _environment(
    name: str, holds: Callable[[EnvironmentRules], Answer]
) -> Callable[[ForgeFacts], Answer]:
    return lambda facts: _of(
        facts.environments,
        lambda known: holds(known[name]) if name in known else "there is no such environment",
    )


def _in_the_cloud(
    name: str, holds: Callable[[EnvironmentRules], Answer]
) -> Callable[[ForgeFacts], Answer]:
    """Only a repository that deploys to the cloud uses these environments."""
    return lambda facts: _of(
        facts.variables,
        lambda known: known.get("TARGET") != "aws" or _environment(name, holds)(facts),
    )


def _required(name: str) -> Callable[[ForgeFacts], Answer]:
    return _main(lambda main: any(check.name == name for check in main.checks))


def _bound(name: str) -> Callable[[ForgeFacts], Answer]:
    def holds(main: MainRules, actions: int) -> Answer:
        apps = {check.app for check in main.checks if check.name == name}
        return actions in apps or f"a status `{name}` of any app or token counts"

    return lambda facts: _of(
        facts.main, lambda main: _of(facts.actions_app, lambda app: holds(main, app))
    )


def _one_at_a_time(main: MainRules) -> Answer:
    queue = main.queue
    if queue is None or (queue.method, queue.built_at_once, queue.merged_at_once) == (
        "MERGE",
        1,
        1,
    ):
        return True
    return (
        f"it makes {queue.method} commits, builds {queue.built_at_once} changes at once and merges "
        f"up to {queue.merged_at_once}"
    )


def _only_main(environment: EnvironmentRules) -> Answer:
    if environment.branches == frozenset({"main"}):
        return True
    branches = environment.branches
    return f"it is open to {', '.join(sorted(branches)) if branches else 'every branch'}"


def _token_of(environment: EnvironmentRules) -> Answer:
    return _of(environment.secrets, lambda names: TOKEN in names)


def _one_writer(rules: AuditRules) -> Answer:
    if rules.writers is None:
        return "whoever may push to the repository writes to it, or creates it"
    if len(rules.writers) != 1:
        return f"its writers are {', '.join(sorted(rules.writers)) or 'nobody'}"
    return True


def _no_own_runners(runners: tuple[str, ...]) -> Answer:
    names = ", ".join(sorted(runners))
    return not runners or f"{names}: a runner of a repository takes jobs of every branch's workflow"


def _has_runner(facts: ForgeFacts) -> Answer:
    if isinstance(facts.own_runners, tuple) and facts.own_runners:
        return True
    of_groups = _of(facts.groups, lambda groups: any(group.runners for group in groups))
    if of_groups is False and isinstance(facts.own_runners, CantTell):
        return facts.own_runners
    return of_groups


def _groups(
    is_bound: Callable[[ForgeFacts, RunnerGroup], bool],
) -> Callable[[ForgeFacts], Answer]:
    def holds(facts: ForgeFacts, groups: tuple[RunnerGroup, ...]) -> Answer:
        serving = [group for group in groups if group.runners]
        open_ones = sorted(group.name for group in serving if not is_bound(facts, group))
        if not serving:
            return "no runner group serves this repository"
        return not open_ones or f"not so: the group {', '.join(open_ones)}"

    return lambda facts: _of(facts.groups, lambda groups: holds(facts, groups))


def _is_for_this_repository(facts: ForgeFacts, group: RunnerGroup) -> bool:
    return group.repositories == frozenset({facts.repository})


def _is_for_workflows_of_main(facts: ForgeFacts, group: RunnerGroup) -> bool:
    wanted = {workflow_of_main(facts.repository, name) for name in RUNNER_WORKFLOWS}
    return bool(group.workflows) and set(group.workflows or ()) <= wanted


def workflow_of_main(repository: str, name: str) -> str:
    """Return how a runner group names a workflow file of main."""
    return f"{repository}/.github/workflows/{name}.yml@refs/heads/main"


_RULESET: Final = "in the ruleset of main (Settings, Rules)"
_AUDIT_RULESET: Final = f"in a ruleset of the branch {AUDIT_BRANCH} that nobody may bypass"
_GROUP: Final = "(the organization's Settings, Actions, Runner groups)"
_CHECKS: Final = (
    _Check(
        "main is the default branch",
        "make main the default branch (Settings, General)",
        lambda facts: _of(facts.default_branch, lambda name: name == "main"),
    ),
    _Check(
        "merges make merge commits",
        "allow merge commits (Settings, General): a rollback reverts one",
        lambda facts: _of(facts.merge_methods, lambda allowed: allowed.merge),
    ),
    _Check(
        "squash and rebase merges are off",
        "forbid squash and rebase merging (Settings, General): they drop the signed commits that "
        "approvals and rejections are read from",
        lambda facts: _of(
            facts.merge_methods, lambda allowed: not (allowed.squash or allowed.rebase)
        ),
    ),
    _Check(
        "main takes changes by reviewed pull requests only",
        f"require a pull request with at least one approval {_RULESET}",
        _main(lambda main: main.reviews >= 1),
    ),
    _Check(
        "a push takes earlier reviews back",
        f"dismiss stale approvals when new commits are pushed {_RULESET}",
        _main(lambda main: main.stale_reviews_go),
    ),
    _Check(
        "somebody else approves the most recent push",
        f"require approval of the most recent reviewable push {_RULESET}",
        _main(lambda main: main.last_push_is_approved),
    ),
    *(
        _Check(
            f"main requires the check {name}",
            f"require the status check `{name}` {_RULESET}",
            _required(name),
        )
        for name in REQUIRED_CHECKS
    ),
    *(
        _Check(
            f"the check {name} counts only from GitHub Actions",
            f"choose GitHub Actions as the source of `{name}` {_RULESET}: otherwise whoever may "
            "set a status may set this one",
            _bound(name),
        )
        for name in REQUIRED_CHECKS
    ),
    _Check(
        "a branch is up to date before it is merged",
        f"require branches to be up to date before merging {_RULESET}: a verdict is about one "
        "commit of main",
        # A queue puts each change on top of main by itself.
        _main(lambda main: main.up_to_date or main.queue is not None),
    ),
    _Check(
        "a merge queue merges one change at a time",
        f"set the merge queue {_RULESET} to the method merge commit, build concurrency 1 and at "
        "most 1 pull request to merge, or take it away: the judge compares with main's tip. There "
        "`judge` stops mistakes, not whoever may push: a pushed workflow can set it (ADR 45)",
        _main(_one_at_a_time),
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
        f"empty the bypass list {_RULESET}; in branch protection: do not allow bypassing",
        lambda facts: facts.binds_administrators,
    ),
    _Check(
        f"{AUDIT_BRANCH} can't be pushed by force",
        f"block force pushes {_AUDIT_RULESET}",
        _audit(lambda audit: audit.no_force_push),
    ),
    _Check(
        f"{AUDIT_BRANCH} can't be deleted",
        f"restrict deletions {_AUDIT_RULESET}",
        _audit(lambda audit: audit.no_deletion),
    ),
    _Check(
        f"{AUDIT_BRANCH} has one writer",
        f"restrict creations and updates in a second ruleset of the branch {AUDIT_BRANCH}, whose "
        f"only bypass is the app, deploy key or machine account of {TOKEN} (not GitHub Actions)",
        _audit(_one_writer),
    ),
    _Check(
        "no tag is named like a branch",
        "delete these tags: git prefers a tag to a branch of the same name",
        lambda facts: _of(
            facts.impostors,
            lambda names: not names or f"there is {', '.join(sorted(names))}",
        ),
    ),
    _Check(
        "tags can't be named like branches",
        f"restrict creations of the tags {', '.join(IMPOSTORS)}, or of all, in a tag ruleset "
        "that nobody may bypass (Settings, Rules)",
        lambda facts: _of(facts.guarded_tags, lambda names: set(IMPOSTORS) <= names),
    ),
    *(
        _Check(
            f"{name} is deployed from main only",
            f"create the environment {name} and let only the branch main deploy to it",
            _environment(name, _only_main),
        )
        for name in TOKEN_ENVIRONMENTS
    ),
    *(
        _Check(
            f"{name} is deployed from main only",
            f"create the environment {name} and let only the branch main deploy to it: its jobs "
            "take a role of the cloud",
            _in_the_cloud(name, _only_main),
        )
        for name in CLOUD_ENVIRONMENTS
    ),
    _Check(
        "production has reviewers",
        "name required reviewers of the environment production",
        _environment("production", lambda rules: rules.reviewers >= 1),
    ),
    _Check(
        "plan has reviewers",
        "name required reviewers of the environment plan: without them the code of every pull "
        "request gets a role that reads the state",
        _in_the_cloud("plan", lambda rules: rules.reviewers >= 1),
    ),
    *(
        _Check(
            f"the secret {TOKEN} is there for {name}",
            "keep the token of an app or machine account with contents and pull requests (write) "
            f"as the secret {TOKEN} of the environment {name}: pull requests opened with a "
            "workflow's own token start no workflow",
            _environment(name, _token_of),
        )
        for name in TOKEN_ENVIRONMENTS
    ),
    _Check(
        f"the secret {TOKEN} is out of other branches' reach",
        f"delete {TOKEN} from the repository's and the organization's secrets: a workflow of any "
        "pushed branch reads those",
        lambda facts: _of(facts.secrets, lambda names: TOKEN not in names),
    ),
    _Check(
        "workflows may only read by default",
        "set the workflow permissions to read (Settings, Actions, General)",
        lambda facts: _of(facts.workflow_permissions, lambda default: default == "read"),
    ),
    _Check(
        "workflows can't approve pull requests",
        "take from workflows the right to approve pull requests (Settings, Actions, General)",
        lambda facts: _of(facts.workflows_approve, lambda may: not may),
    ),
    _Check(
        "pull requests from forks wait for approval to run",
        "require approval for all external contributors (Settings, Actions, General); in a "
        "private repository: run no workflows from forks, or with approval and without secrets",
        lambda facts: facts.forks_wait,
    ),
    _Check(
        "a runner of your own is registered",
        "register a self-hosted runner that has the keys, the model store and the audit log, in a "
        f"runner group {_GROUP}",
        _has_runner,
    ),
    _Check(
        "no runner is bound to the repository alone",
        "register runners in a runner group of an organization that is restricted to workflows "
        f"{_GROUP}. A repository of a personal account has no groups: move it to an organization, "
        "or let nobody push branches whom you would let near the keys",
        lambda facts: _of(facts.own_runners, _no_own_runners),
    ),
    _Check(
        "runner groups take jobs of this repository only",
        f"give each runner group selected repositories: this one alone {_GROUP}",
        _groups(_is_for_this_repository),
    ),
    _Check(
        "runner groups take jobs of main's workflows only",
        f"restrict each runner group to selected workflows {_GROUP}, each as "
        + workflow_of_main("OWNER/REPO", "deploy")
        + f"; of {', '.join(RUNNER_WORKFLOWS)}",
        _groups(_is_for_workflows_of_main),
    ),
)
_TRAINING: Final = _Check(
    "training doesn't run where keys can be read",
    "register a runner without keys (config.sh --no-default-labels --labels training) in a group "
    f"restricted to {workflow_of_main('OWNER/REPO', 'retrain')}, and set the variable "
    f"{TRAINING_RUNNER} to its label; or install bubblewrap on the machine of the keys",
    lambda _: False,
)
