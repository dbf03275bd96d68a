"""floors, error_limits, calibration, coverage, declining: metrics that must keep a limit.

The point value is judged; the interval beside it says how far it may be trusted. What was not
measured doesn't pass, but where a policy says of an entry that it needn't have been: of a head that
nothing was trained for, over a holdout without a single truth of it.
"""

import math
from typing import Annotated, ClassVar, Final, Literal

from pydantic import BeforeValidator, model_validator

from artifacts.policies.tiers import Id
from artifacts.records.evidence import Estimate, MetricName
from artifacts.records.gate import RuleResult
from artifacts.records.manifest import spelled_off
from judging.case import Absent, Case
from judging.metric_names import LIMITS, Limit, limit_of
from judging.rule import Chosen, absent, bounds_of, result
from judging.setting import Setting

FLOOR: Final = "floor"
ERROR_LIMIT: Final = "error_limit"
CALIBRATION: Final = "calibration"
COVERAGE: Final = "coverage"
DECLINING: Final = "declining"
FROM_PERIODS: Final = "comes from its labels' periods"
ORIGINS: Final = {"periods": "from periods", "off": "that is off"}
Unlearned = Annotated[Literal["periods", "off"], BeforeValidator(spelled_off)]
"""Where answers come from that nothing was trained for."""
SIGNS: Final = {"at_least": ">=", "at_most": "<="}


class MetricLimit(Setting):
    """A limit that a metric keeps. Exactly one of `at_least` and `at_most`; equal to it passes.

    What could not be measured is no pass. Only of heads whose answers come from
    `unmeasured_allowed_for` is a limit not asked where no photo of the holdout has a truth: nothing
    was learned that could be wrong, or there is nothing to measure.
    """

    metrics: ClassVar[frozenset[str]] = frozenset(LIMITS)

    id: Id
    metric: MetricName
    at_least: float | None = None
    at_most: float | None = None
    unmeasured_allowed_for: tuple[Unlearned, ...] = ()

    @model_validator(mode="after")
    def _limits_the_worse_side(self) -> "MetricLimit":
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"{self.id}: give exactly one of at_least and at_most")
        name = self.metric.partition(".")[2]
        limit = limit_of(self.metric)
        if name not in self.metrics:
            raise ValueError(f"{self.metric} has no place here; {', '.join(sorted(self.metrics))}")
        if limit != self.side:
            raise ValueError(f"{self.id}: {self.metric} is limited by {limit}, not by {self.side}")
        if self.at_least is not None and self.at_least <= 0:
            raise ValueError(f"{self.id}: at least {self.at_least:g} lets every model pass")
        if self.at_most is not None and self.at_most < 0:
            raise ValueError(f"{self.id}: at most {self.at_most:g} lets no model pass")
        return self

    @property
    def key(self) -> str:
        """Its id."""
        return self.id

    @property
    def words(self) -> str:
        """The limit, and where it isn't asked for."""
        asked = f"{self.metric} is {self.side.replace('_', ' ')} {self.limit:g} ({self.id})"
        if not self.unmeasured_allowed_for:
            return asked
        ways = " or ".join(ORIGINS[origin] for origin in self.unmeasured_allowed_for)
        head = self.metric.partition(".")[0]
        return f"{asked}; where the holdout has no {head} to measure by, not asked of {head} {ways}"

    @property
    def side(self) -> Limit:
        """Which side is limited."""
        return "at_most" if self.at_least is None else "at_least"

    @property
    def limit(self) -> float:
        """The limit itself, in the metric's own unit."""
        limits = [limit for limit in (self.at_least, self.at_most) if limit is not None]
        return limits[0]

    def holds(self, value: float) -> bool:
        """Whether a value keeps the limit; a value equal to it does."""
        return value >= self.limit if self.side == "at_least" else value <= self.limit


class Floor(MetricLimit):
    """How often labels must be right."""

    metrics = frozenset({"accuracy", "macro_f1", "top3_accuracy"})


class ErrorLimit(MetricLimit):
    """How far numbers may be off, in the head's unit."""

    metrics = frozenset({"median_absolute_error", "mean_absolute_error"})


class CalibrationLimit(MetricLimit):
    """How far stated probabilities may be from how often the answer is right."""

    metrics = frozenset({"brier_score", "calibration_error"})


class CoverageLimit(MetricLimit):
    """How often prediction sets and intervals must hold the truth, and how large they may be."""

    metrics = frozenset({"set_coverage", "set_size", "interval_coverage", "interval_width"})


class DecliningLimit(MetricLimit):
    """How often photos that could be answered may be declined, and others must be."""

    metrics = frozenset({"unfamiliar", "none_of_these", "others_declined"})


def judge_floor(limit: Floor, case: Case) -> RuleResult:
    """Judge how often labels are right. The value is the metric over the holdout, 0 to 1."""
    return judge_limit(FLOOR, limit, case)


def judge_error_limit(limit: ErrorLimit, case: Case) -> RuleResult:
    """Judge how far numbers are off. The value is the error in the head's unit, say years."""
    return judge_limit(ERROR_LIMIT, limit, case)


def judge_calibration(limit: CalibrationLimit, case: Case) -> RuleResult:
    """Judge how far stated probabilities are from shares that are right: the value, 0 to 1."""
    return judge_limit(CALIBRATION, limit, case)


def judge_coverage(limit: CoverageLimit, case: Case) -> RuleResult:
    """Judge how often sets and intervals hold the truth, and their size, each the value."""
    return judge_limit(COVERAGE, limit, case)


def judge_declining(limit: DecliningLimit, case: Case) -> RuleResult:
    """Judge the share that is declined, of photos or of other pictures: the value, 0 to 1."""
    return judge_limit(DECLINING, limit, case)


def judge_limit(prefix: str, limit: MetricLimit, case: Case) -> RuleResult:
    """Judge one metric. Equal to the limit passes; without a number see `_unmeasured`."""
    rule, text = f"{prefix}.{limit.key}", limit_text(limit)
    if isinstance(case.evidence, Absent):
        return absent(rule, text, case.evidence)
    estimate = case.evidence.metrics.get(limit.metric)
    if estimate is None:
        return _unmeasured(rule, text, limit, case)
    if not math.isfinite(estimate.value):
        return result(rule, "missing", text, f"{limit.metric} is not a finite number")
    return _compare(rule, limit, estimate, _origin_note(case, limit))


def limit_text(limit: MetricLimit) -> str:
    """Write a metric's limit: `style.accuracy >= 0.25`."""
    return f"{limit.metric} {SIGNS[limit.side]} {limit.limit:g}"


def _unmeasured(rule: str, text: str, limit: MetricLimit, case: Case) -> RuleResult:
    """Say why a metric has no number: a gap, or something that the policy doesn't ask for.

    It isn't asked for only where the entry says so of a head that nothing was trained for, and no
    photo of the holdout has a truth of that head.
    """
    head, gap = limit.metric.partition(".")[0], f"{limit.metric} was not measured"
    if isinstance(case.candidate, Absent) or isinstance(case.evaluation, Absent):
        return result(rule, "missing", text, gap)
    numbers = [one for one in case.evaluation.regression if one.head == head]
    labels = [one for one in case.evaluation.classification if one.head == head]
    given = [one.truths for one in numbers] + [one.truths for one in labels]
    if any(truth is not None for truths in given for truth in truths):
        return result(rule, "missing", text, gap)
    origin = case.candidate.origin(head)
    if origin == "off":
        reason = f"not measured: {head} is off"
    else:
        what = next((one.unit for one in numbers), "truth")
        come = FROM_PERIODS if origin == "periods" else "was learned"
        reason = f"not measured: no {what}s in the holdout; {head} {come}"
    if origin in limit.unmeasured_allowed_for:
        reason += ". The policy doesn't ask for it then (unmeasured_allowed_for)"
        return result(rule, "passed", text, reason)
    return result(rule, "missing", text, f"{gap}: {reason.removeprefix('not measured: ')}")


def _origin_note(case: Case, limit: MetricLimit) -> str:
    head = limit.metric.partition(".")[0]
    derived = not isinstance(case.candidate, Absent) and case.candidate.origin(head) == "periods"
    return f"; {head} {FROM_PERIODS}" if derived else ""


def _compare(rule: str, limit: MetricLimit, estimate: Estimate, note: str) -> RuleResult:
    text, bounds = limit_text(limit), bounds_of(estimate)
    if limit.holds(estimate.value):
        reason = f"{limit.metric} keeps its limit{note}"
        return result(rule, "passed", text, reason, estimate.value, bounds)
    reason = f"{limit.metric} breaks its limit: {limit.reason}{note}"
    return result(rule, "failed", text, reason, estimate.value, bounds)


RULES: Final = (
    Chosen(
        "floors",
        "Labels are right at least so often, whatever the champion does.",
        "Breck et al., The ML test score, IEEE Big Data (2017), model tests.",
        order=100,
        settings=Floor,
        judge=judge_floor,
        prefix=FLOOR,
    ),
    Chosen(
        "error_limits",
        "Numbers, such as the year of building, are off by at most so much.",
        "Willmott and Matsuura, Advantages of the mean absolute error, Climate Research 30 (2005).",
        order=110,
        settings=ErrorLimit,
        judge=judge_error_limit,
        prefix=ERROR_LIMIT,
    ),
    Chosen(
        "calibration",
        "Stated probabilities are near the share of answers that are right.",
        "Guo et al., On calibration of modern neural networks, ICML (2017).",
        order=120,
        settings=CalibrationLimit,
        judge=judge_calibration,
        prefix=CALIBRATION,
    ),
    Chosen(
        "coverage",
        "Prediction sets and intervals hold the truth as often as they must, and are "
        "not so large that they say nothing.",
        "Vovk, Gammerman and Shafer, Algorithmic learning in a random world (2005).",
        order=130,
        settings=CoverageLimit,
        judge=judge_coverage,
        prefix=COVERAGE,
    ),
    Chosen(
        "declining",
        "Photos that could be answered are seldom declined, and pictures of something else mostly.",
        "Hendrycks and Gimpel, A baseline for detecting misclassified and out-of-distribution "
        "examples, ICLR (2017).",
        order=135,
        settings=DecliningLimit,
        judge=judge_declining,
        prefix=DECLINING,
    ),
)
