"""GateReport: one decision about one candidate, with the value and limit of every rule."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from artifacts.digests import Digest
from artifacts.records.manifest import ModelName
from artifacts.records.record import Record

Outcome = Literal["passed", "failed", "insufficient", "missing"]
Decision = Literal["allowed", "refused", "undecided", "no_improvement"]


class RuleResult(Record):
    """What one rule found. `value` and the interval are None where there was nothing to measure."""

    rule: str
    outcome: Outcome
    value: float | None
    low: float | None
    high: float | None
    limit: str
    reason: str


class GateReport(Record):
    """A decision, with all that it rests on by digest."""

    model: ModelName
    candidate: Digest | None
    champion: Digest | None
    first_release: bool
    policy: Digest | None
    risk_tiers: Digest | None
    evidence: Digest | None
    photo_manifest: Digest | None
    holdout: Digest | None
    rules: Annotated[tuple[RuleResult, ...], Field(min_length=1)]
    decision: Decision
    decided_at: datetime

    @property
    def stated_at(self) -> datetime:
        """When it was decided."""
        return self.decided_at

    @model_validator(mode="after")
    def _no_pass_over_a_failure(self) -> "GateReport":
        """A report that says allowed beside a rule that didn't pass is not a report."""
        if self.decision in {"allowed", "no_improvement"} and not self.all_passed:
            raise ValueError(f"{self.decision}, but not every rule passed")
        if self.champion is not None and self.first_release:
            raise ValueError("a champion, and a first release")
        grounds = {self.candidate, self.policy, self.risk_tiers, self.evidence, self.holdout}
        if self.decision == "allowed" and None in grounds:
            raise ValueError("allowed without a candidate, a policy, tiers, evidence or a holdout")
        if self.decision == "allowed" and self.champion is None and not self.first_release:
            raise ValueError("allowed without a champion, and not as a first release")
        return self

    @property
    def all_passed(self) -> bool:
        """Whether every rule passed."""
        return all(rule.outcome == "passed" for rule in self.rules)

    @property
    def violations(self) -> tuple[RuleResult, ...]:
        """The rules that did not pass."""
        return tuple(rule for rule in self.rules if rule.outcome != "passed")
