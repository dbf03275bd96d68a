"""Which checks a change can break: a release, an approval or a photo can't break a type."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from delivery.changes.path_kinds import Kind, classify
from delivery.errors import CommitUnknown

if TYPE_CHECKING:
    from delivery.git.repository import GitRepository

WITHOUT_TESTS: Final[frozenset[Kind]] = frozenset(
    {"staging_release", "production_release", "approvals", "reports", "data", "holdout", "docs"}
)
"""Kinds that hold no code and no rule. What they say is judged by judge.yml."""


@dataclass(frozen=True)
class Checks:
    """What CI has to run: a field for each job of ci.yml that may be left out, and a plan."""

    lint: bool
    types: bool
    unit: bool
    integration: bool
    machine: bool
    terraform: bool
    cloud: bool
    mutations: bool
    isolation: bool
    suite: bool
    """Every test. On main it takes the place of `unit` and `integration`, which run some."""
    plan: bool
    """Whether a deploy may change more than it would without: what a release or a root says."""


@dataclass(frozen=True)
class JobResult:
    """How a job of ci.yml ended, and what it said: `needs` as GitHub hands it on."""

    result: str
    outputs: Mapping[str, str] | None = None


INFRASTRUCTURE: Final = (
    "infra/",
    "services/delivery/",
    "tests/integration/aws/",
    "tests/support/aws/",
)
"""What Terraform's checks, and the tests on an emulated cloud, are about."""
CHANGES: Final = "changes"
"""The job that says which others are needed."""
RELEASES: Final[frozenset[Kind]] = frozenset({"staging_release", "production_release"})


def checks_of(paths: Iterable[str], *, whole: bool) -> Checks:
    """Return the checks that a change of some paths needs; on main the `whole` suite."""
    changed = tuple(paths)
    kinds = classify(changed)
    judge = "judge" in kinds or "policy" in kinds
    return _checks(
        tests=bool(kinds - WITHOUT_TESTS),
        infrastructure=any(path.startswith(INFRASTRUCTURE) for path in changed),
        judge=judge,
        plan=bool(kinds & RELEASES) or any(path.startswith("infra/terraform/") for path in changed),
        whole=whole,
    )


def checks_between(
    repository: "GitRepository", base: str, head: str, *, whole: bool = False
) -> Checks:
    """Return the checks of what `head` brings to `base`; all, where `base` is no commit here.

    A branch that is pushed for the first time has none, and then nothing is known. `whole` asks
    for the whole suite instead of the tests that the change can break.
    """
    after = repository.commit(head)
    try:
        before = repository.fork(repository.commit(base), after)
    except CommitUnknown:
        return every_check(whole=whole)
    if before is None:
        return every_check(whole=whole)
    changed = repository.changes(before, after)
    return checks_of((change.path for change in changed), whole=whole)


def every_check(*, whole: bool) -> Checks:
    """Return the checks of a change that nobody can tell anything about."""
    return _checks(tests=True, infrastructure=True, judge=True, plan=True, whole=whole)


def faults(results: Mapping[str, JobResult]) -> tuple[str, ...]:
    """Return why a run of CI is not green, given each job's result; nothing if it is.

    Green takes `success` from every job that was needed. A job that was not may be skipped. What
    nobody said anything about, and a result that nobody knows, is a fault.
    """
    changes = results.get(CHANGES)
    if changes is None or changes.result != "success":
        ended = "is missing" if changes is None else f"ended as {changes.result}"
        return (f"the job {CHANGES} {ended}: nobody knows what this change needs",)
    needed = dict(changes.outputs or {})
    missing = sorted(
        name for name, said in needed.items() if said != "false" and name not in results
    )
    found = [f"{name} was needed and is no job that `ci` waits for" for name in missing]
    for name, job in results.items():
        allowed = {"success", "skipped"} if needed.get(name) == "false" else {"success"}
        if name != CHANGES and job.result not in allowed:
            found.append(f"{name} ended as {job.result}")
        elif name != CHANGES and needed.get(name) not in {"true", "false"}:
            found.append(f"nobody said whether {name} was needed")
    return tuple(found)


def _checks(*, tests: bool, infrastructure: bool, judge: bool, plan: bool, whole: bool) -> Checks:
    return Checks(
        lint=tests,
        types=tests,
        unit=tests and not whole,
        integration=tests and not whole,
        # They take a quarter of an hour. What can't reach a key gets them on main.
        machine=judge or (tests and whole),
        terraform=infrastructure,
        cloud=infrastructure,
        mutations=judge,
        isolation=tests and whole,
        suite=tests and whole,
        plan=plan,
    )
