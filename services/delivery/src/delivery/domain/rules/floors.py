"""floors: metrics that must keep a limit whatever the champion does.

The point value is judged; the interval beside it says how far it may be trusted.
"""

import math
from collections.abc import Mapping

from artifacts.records.evaluation import Evaluation
from artifacts.records.gate import RuleResult
from delivery.domain.evidence import Absent
from delivery.domain.metrics import resampled_metric
from delivery.domain.policy import Floor
from delivery.domain.resampling import Resampling, interval
from delivery.domain.rules.results import absent, result
from scoring.metrics import metrics_of

PREFIX = "floor."
SIGNS = {"at_least": ">=", "at_most": "<="}
CONFIDENCE = 0.95


def judge_floors(
    floors: tuple[Floor, ...], evaluation: Evaluation | Absent, resampling: Resampling | None
) -> tuple[RuleResult, ...]:
    """Judge every floor over the judge's own evaluation; `resampling` is over its photos."""
    if isinstance(evaluation, Absent) or resampling is None:
        why = evaluation if isinstance(evaluation, Absent) else Absent("the holdout is empty")
        return tuple(absent(PREFIX + floor.id, limit_text(floor), why) for floor in floors)
    values = metrics_of(evaluation)
    return tuple(
        judge_floor(floor, values, _interval(floor, evaluation, resampling)) for floor in floors
    )


def judge_floor(
    floor: Floor, values: Mapping[str, float], bounds: tuple[float, float] | None
) -> RuleResult:
    """Judge one floor over metrics by name. Equal to the limit passes; no number is missing."""
    rule, limit = PREFIX + floor.id, limit_text(floor)
    value = values.get(floor.metric)
    if value is None:
        return result(rule, "missing", limit, f"{floor.metric} was not measured")
    if not math.isfinite(value):
        return result(rule, "missing", limit, f"{floor.metric} is not a finite number")
    if floor.holds(value):
        return result(rule, "passed", limit, f"{floor.metric} keeps its limit", value, bounds)
    reason = f"{floor.metric} breaks its limit: {floor.reason}"
    return result(rule, "failed", limit, reason, value, bounds)


def limit_text(floor: Floor) -> str:
    """Write a floor's limit: `style.accuracy >= 0.25`."""
    return f"{floor.metric} {SIGNS[floor.side]} {floor.limit:g}"


def _interval(
    floor: Floor, evaluation: Evaluation, resampling: Resampling
) -> tuple[float, float] | None:
    statistics = resampled_metric(evaluation, floor.metric, resampling)
    return None if statistics is None else interval(statistics, CONFIDENCE)
