"""Which checks a change can break: a release, an approval or a photo can't break a type."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from delivery.changes.path_kinds import Kind, classify

WITHOUT_TESTS: Final[frozenset[Kind]] = frozenset(
    {"staging_release", "production_release", "approvals", "reports", "data", "holdout", "docs"}
)
"""Kinds that hold no code and no rule. What they say is judged by judge.yml."""


@dataclass(frozen=True)
class Checks:
    """What CI has to run: tests, those of Terraform and the cloud, mutations, a plan."""

    tests: bool
    terraform: bool
    judge: bool
    plan: bool
    """Whether a deploy may change more than it would without: what a release or a root says."""


INFRASTRUCTURE: Final = (
    "infra/",
    "services/delivery/",
    "tests/integration/aws/",
    "tests/support/aws/",
)
"""What Terraform's checks, and the tests on an emulated cloud, are about."""
EVERYTHING: Final = Checks(tests=True, terraform=True, judge=True, plan=True)
RELEASES: Final[frozenset[Kind]] = frozenset({"staging_release", "production_release"})


def checks_of(paths: Iterable[str]) -> Checks:
    """Return the checks that a change of some paths needs."""
    changed = tuple(paths)
    kinds = classify(changed)
    tests = bool(kinds - WITHOUT_TESTS)
    terraform = any(path.startswith(INFRASTRUCTURE) for path in changed)
    plan = bool(kinds & RELEASES) or any(path.startswith("infra/terraform/") for path in changed)
    judge = "judge" in kinds or "policy" in kinds
    return Checks(tests=tests, terraform=terraform, judge=judge, plan=plan)
