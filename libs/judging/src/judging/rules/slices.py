"""slice_floors, slice_gaps: no part of the photos may be served much worse than the rest.

A mean over all photos hides a part that is small. So each slice with enough photos is judged by the
bound that its own photos allow, and the distance between best and worst is limited. Slices with
fewer photos than the policy asks of their dimension are reported and not judged: their numbers are
noise.
"""

import math
from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import Field

from artifacts.records.evaluation import UNKNOWN_SLICE
from artifacts.records.evidence import Evidence, MetricName, Slice
from artifacts.records.gate import RuleResult
from judging.case import Absent, Case
from judging.rule import Chosen, absent, bounds_of, keeps, result
from judging.setting import Slices, SliceSetting

FLOOR: Final = "slice_floor"
GAP: Final = "slice_gap"


class SliceFloor(SliceSetting):
    """The least that the lower confidence bound of a metric may be in every large enough slice."""

    metric: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}\.(accuracy|top3_accuracy)$")]
    at_least: Annotated[float, Field(gt=0, lt=1)]

    @property
    def words(self) -> str:
        """Of which metric, and the least."""
        return (
            f"in each {self.dimension} the lower confidence bound of {self.metric} is at least "
            f"{self.at_least:g}"
        )


class SliceGapLimit(SliceSetting):
    """The most that a metric may differ between a dimension's best and worst large enough slice."""

    metric: MetricName
    at_most: Annotated[float, Field(ge=0)]

    @property
    def words(self) -> str:
        """Of which metric, and the most."""
        return (
            f"{self.metric} differs by at most {self.at_most:g} between the best and the worst "
            f"{self.dimension}"
        )


def not_judged(
    rule: str, limit: str, slices: Slices, dimension: str, sizes: Iterable[int]
) -> RuleResult | None:
    """Say why no slice of a dimension can be judged, or None where one can.

    `sizes` are the photos of each slice that the holdout carries. What the policy requires is
    missing or insufficient then; what it doesn't is passed, and said.
    """
    found, least = tuple(sizes), slices.sizes[dimension]
    if any(size >= least for size in found):
        return None
    if not found:
        reason = f"no photo of the holdout carries {dimension}"
        if slices.requires(dimension):
            return result(rule, "missing", limit, reason)
        return result(rule, "passed", limit, f"{reason}, and the policy doesn't require it")
    reason = f"none of {len(found)} slices of {dimension} has {least} photos"
    if slices.requires(dimension):
        return result(rule, "insufficient", limit, reason)
    return result(rule, "passed", limit, f"{reason}, and the policy doesn't require them")


def too_small(sizes: Iterable[int], least: int) -> str:
    """Count the slices that were too small to judge, as the end of a reason."""
    count = sum(size < least for size in sizes)
    return f"; {count} with fewer than {least} photos not judged" if count else ""


def _carried(evidence: Evidence, dimension: str) -> list[Slice]:
    """Return a dimension's slices; none where all photos lack the dimension."""
    found = [one for one in evidence.slices if one.dimension == dimension and one.photos]
    return [] if [one.name for one in found] == [UNKNOWN_SLICE] else found


def judge_slice_floor(setting: SliceFloor, case: Case) -> RuleResult:
    """Fail where a slice's lower bound is under the floor; the value is the least such bound."""
    rule, dimension, slices = f"{FLOOR}.{setting.key}", setting.dimension, case.given.slices
    limit = f"low of {setting.metric} >= {setting.at_least:g} in every slice"
    if isinstance(case.evidence, Absent):
        return absent(rule, limit, case.evidence)
    found = _carried(case.evidence, dimension)
    sizes = [one.photos for one in found]
    if unjudged := not_judged(rule, limit, slices, dimension, sizes):
        return unjudged
    least = slices.sizes[dimension]
    large = [one for one in found if one.photos >= least]
    return _judge_floor(setting, rule, limit, large, too_small(sizes, least))


def _judge_floor(
    setting: SliceFloor, rule: str, limit: str, large: list[Slice], small: str
) -> RuleResult:
    bounds = {one.name: _interval(one, setting.metric) for one in large}
    lows = {name: ends[0] for name, ends in bounds.items() if ends is not None}
    unmeasured = [name for name, ends in bounds.items() if ends is None]
    worst = min(lows, key=lambda name: (lows[name], name), default=None)
    value = None if worst is None else lows[worst]
    ends = None if worst is None else bounds[worst]
    gaps = f"; no lower bound of {', '.join(unmeasured)}" if unmeasured else ""
    broken = [one for one in large if lows.get(one.name, setting.at_least) < setting.at_least]
    if broken:
        named = ", ".join(_numbers(one, setting.metric) for one in broken)
        reason = f"{named}{gaps}{small}. {setting.reason}"
        return result(rule, "failed", limit, reason, value, ends)
    if unmeasured:
        return result(rule, "missing", limit, gaps.removeprefix("; ") + small, value, ends)
    reason = f"{len(large)} slices keep it, {worst} by least{small}"
    return result(rule, "passed", limit, reason, value, ends)


def _interval(one: Slice, metric: str) -> tuple[float, float] | None:
    estimate = one.metrics.get(metric)
    return None if estimate is None or not math.isfinite(estimate.value) else bounds_of(estimate)


def _numbers(one: Slice, metric: str) -> str:
    estimate = one.metrics[metric]
    return (
        f"{one.name} {estimate.value:.3f} (from {estimate.low:.3f} to {estimate.high:.3f}, "
        f"{one.photos} photos)"
    )


def judge_slice_gap(setting: SliceGapLimit, case: Case) -> RuleResult:
    """Fail where best and worst slice are further apart than allowed; the value is the distance."""
    rule, dimension, slices = f"{GAP}.{setting.key}", setting.dimension, case.given.slices
    limit = f"{setting.metric} best - worst <= {setting.at_most:g}"
    if isinstance(case.evidence, Absent):
        return absent(rule, limit, case.evidence)
    sizes = [one.photos for one in _carried(case.evidence, dimension)]
    if unjudged := not_judged(rule, limit, slices, dimension, sizes):
        return unjudged
    least = slices.sizes[dimension]
    small = too_small(sizes, least)
    if sum(size >= least for size in sizes) == 1:
        reason = f"one slice of {dimension} is large enough, and one alone has no gap{small}"
        return result(rule, "passed", limit, reason)
    return _judge_gap(setting, rule, limit, case.evidence, least)


def _judge_gap(
    setting: SliceGapLimit, rule: str, limit: str, evidence: Evidence, least: int
) -> RuleResult:
    asked = (setting.dimension, setting.metric, least)
    gaps = {(one.dimension, one.metric, one.min_photos): one for one in evidence.gaps}
    found = gaps.get(asked)
    if found is None or not math.isfinite(found.gap.value):
        reason = f"the gap of {setting.metric} between slices of {least} photos was not measured"
        return result(rule, "missing", limit, reason)
    between = f"{found.best} is best, {found.worst} worst"
    if keeps(found.gap.value, setting.at_most):
        return result(rule, "passed", limit, between, found.gap.value, bounds_of(found.gap))
    reason = f"{between}. {setting.reason}"
    return result(rule, "failed", limit, reason, found.gap.value, bounds_of(found.gap))


RULES: Final = (
    Chosen(
        "slice_floors",
        "In every slice with enough photos the lower confidence bound keeps a floor: "
        "a mean over all photos hides a part that is small.",
        "Buolamwini and Gebru, Gender shades, FAT* (2018); Sagawa et al., ICLR (2020).",
        order=150,
        settings=SliceFloor,
        judge=judge_slice_floor,
        prefix=FLOOR,
    ),
    Chosen(
        "slice_gaps",
        "The best and the worst slice of a dimension are at most so far apart.",
        "Bird et al., Fairlearn, Microsoft MSR-TR-2020-32 (2020): difference between groups.",
        order=160,
        settings=SliceGapLimit,
        judge=judge_slice_gap,
        prefix=GAP,
    ),
)
