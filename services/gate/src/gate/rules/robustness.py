"""robustness: what a photo suffers on its way here may cost only so much accuracy.

The drop is judged, clean minus corrupted over the same photos, and not the accuracy: how good the
model is on clean photos is the floors' to say.
"""

import math

from artifacts.records.evidence import Evidence, Robustness
from artifacts.records.gate import RuleResult
from gate.case import Absent, Case
from gate.rules.results import absent, bounds_of, keeps, result
from judging.policy import RobustnessLimit

PREFIX = "robustness."


def judge_robustness(case: Case) -> tuple[RuleResult, ...]:
    """Fail where a corruption of up to the policy's severity costs more than it may.

    One result a corruption; the value is its largest drop of accuracy, 0 to 1.
    """
    if isinstance(case.policy, Absent):
        return ()
    photos = case.policy.measurement.robustness_photos
    return tuple(_judge(setting, photos, case) for setting in case.policy.rules.robustness)


def _judge(setting: RobustnessLimit, photos: int, case: Case) -> RuleResult:
    rule = PREFIX + setting.corruption
    limit = f"drop of {setting.head}.accuracy <= {setting.max_drop:g} to severity "
    limit += str(setting.up_to_severity)
    if isinstance(case.evidence, Absent):
        return absent(rule, limit, case.evidence)
    points = [
        point
        for point in case.evidence.robustness
        if (point.corruption, point.head) == (setting.corruption, setting.head)
        and point.severity <= setting.up_to_severity
    ]
    if problem := _not_measured(setting, points, photos, case.evidence):
        return result(rule, "missing", limit, problem)
    worst = max(points, key=lambda point: (point.drop.value, point.severity))
    reason = (
        f"{worst.setting}: {worst.accuracy:.3f} of {worst.clean_accuracy:.3f} over "
        f"{worst.photos} photos"
    )
    if keeps(worst.drop.value, setting.max_drop):
        return result(rule, "passed", limit, reason, worst.drop.value, bounds_of(worst.drop))
    reason += f". {setting.reason}"
    return result(rule, "failed", limit, reason, worst.drop.value, bounds_of(worst.drop))


def _not_measured(
    setting: RobustnessLimit, points: list[Robustness], photos: int, evidence: Evidence
) -> str:
    """Say what of a corruption is missing: the limit's own severity, photos, or a number."""
    if setting.up_to_severity not in {point.severity for point in points}:
        return f"{setting.corruption} of severity {setting.up_to_severity} was not measured"
    asked = min(photos, evidence.photos)
    if any(point.photos < asked for point in points):
        return f"{setting.corruption} was measured over fewer than the {asked} photos asked for"
    if not all(math.isfinite(point.drop.value) for point in points):
        return f"a drop under {setting.corruption} is not a finite number"
    return ""
