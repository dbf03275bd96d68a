"""What a rule of the gate is, and how it says what it found.

A module of rules/ declares its rules in RULES: what each means, where its method is from, what its
settings are, and how it judges. The table (table.py) finds them there, and lists those alone
that are always on, so that none can get lost.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from artifacts.records.evidence import Estimate
from artifacts.records.gate import Outcome, RuleResult
from judging.case import Absent, Case
from judging.setting import Setting

if TYPE_CHECKING:
    from judging.policy import Policy

S = TypeVar("S", bound=Setting)
Results = tuple[RuleResult, ...]

DIGITS: Final = 12
"""Behind the point, to which differences of shares are exact: what is beyond is rounding."""


@dataclass(frozen=True)
class Rule(ABC):
    """A rule: its id, what it means to people, and where its method is from.

    `order` is its place in a report and on a page; rules of one place stand by their ids. It gives
    the results that `results` names, in that order, whatever the case.
    """

    id: str
    meaning: str
    source: str
    _: KW_ONLY
    order: int

    @abstractmethod
    def judged(self, case: Case) -> Results:
        """Judge a case."""

    @abstractmethod
    def results(self, policy: "Policy") -> tuple[str, ...]:
        """Name the results that it gives under a policy, in order."""


@dataclass(frozen=True)
class AlwaysOn(Rule):
    """A rule that no policy turns off, with one result of its own name unless it names more."""

    judge: Callable[[Case], RuleResult | Results]
    named: Callable[["Policy"], tuple[str, ...]] | None = None

    def judged(self, case: Case) -> Results:
        """Judge a case, with a policy or without."""
        found = self.judge(case)
        return found if isinstance(found, tuple) else (found,)

    def results(self, policy: "Policy") -> tuple[str, ...]:
        """Name its results."""
        return self.named(policy) if self.named else (self.id,)


@dataclass(frozen=True)
class Chosen(Rule, Generic[S]):
    """A rule that is on where a policy gives it settings under its id; a tier may require that.

    With a `prefix` a policy gives entries, and each has its result: `prefix` and the entry's key.
    Without, a policy gives the settings once, and they have one result of the rule's name, or those
    of its `parts`: `leakage.source`. `judge` gives them in that order.
    """

    settings: type[S]
    judge: Callable[[S, Case], RuleResult | Results]
    prefix: str = ""
    parts: tuple[str, ...] = ()

    def judged(self, case: Case) -> Results:
        """Judge a case by each entry; nothing without a policy."""
        if isinstance(case.policy, Absent):
            return ()
        found = [self.judge(entry, case) for entry in case.policy.every(self.settings)]
        return tuple(r for one in found for r in (one if isinstance(one, tuple) else (one,)))

    def results(self, policy: "Policy") -> tuple[str, ...]:
        """Name a result for each entry, or each part."""
        given = policy.every(self.settings)
        if self.prefix:
            return tuple(f"{self.prefix}.{entry.key}" for entry in given)
        return tuple(f"{self.id}.{part}" for part in self.parts if given) or (self.id,) * len(given)


def result(
    rule: str,
    outcome: Outcome,
    limit: str,
    reason: str,
    value: float | None = None,
    bounds: tuple[float, float] | None = None,
) -> RuleResult:
    """Make a rule's result; `bounds` are the ends of an interval around the value."""
    low, high = bounds or (None, None)
    return RuleResult(
        rule=rule, outcome=outcome, value=value, low=low, high=high, limit=limit, reason=reason
    )


def at_most(rule: str, value: float | None, most: float, what: str, why: str = "") -> RuleResult:
    """Judge a value with an upper limit: equal to it passes, no finite number is missing."""
    limit = f"<= {most:g}"
    if value is None or not math.isfinite(value):
        return result(rule, "missing", limit, f"not measured: {what}")
    if keeps(value, most):
        return result(rule, "passed", limit, what, value)
    return result(rule, "failed", limit, f"{what}; {why}" if why else what, value)


def keeps(value: float, most: float) -> bool:
    """Whether a value is at most a limit. 0.4 - 0.35 is 0.05, and not a bit more."""
    return round(value, DIGITS) <= most


def absent(rule: str, limit: str, evidence: Absent) -> RuleResult:
    """Say that a rule had nothing to judge: failed only where the candidate is to blame."""
    return result(rule, "failed" if evidence.at_fault else "missing", limit, evidence.reason)


def bounds_of(estimate: Estimate) -> tuple[float, float] | None:
    """Return the ends of an estimate's interval, or None where it has none that is a number."""
    low, high = estimate.low, estimate.high
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return None
    return low, high
