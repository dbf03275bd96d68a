"""robustness: what a photo suffers on its way here may cost only so much accuracy.

The drop is judged, clean minus corrupted over the same photos, and not the accuracy: how good the
model is on clean photos is the floors' to say.
"""

import math
from typing import Annotated, Final

from pydantic import Field

from artifacts.policies.tiers import Id
from artifacts.records.evidence import Evidence, Robustness
from artifacts.records.gate import RuleResult
from judging.case import Absent, Case
from judging.rule import Chosen, absent, bounds_of, keeps, result
from judging.setting import Setting, Share

PREFIX = "robustness"


class RobustnessLimit(Setting):
    """The most accuracy that a corruption of up to a severity (1 to 5) may cost."""

    corruption: Id
    head: Id
    up_to_severity: Annotated[int, Field(ge=1, le=5)]
    max_drop: Share

    @property
    def key(self) -> str:
        """Its corruption."""
        return self.corruption

    @property
    def words(self) -> str:
        """Which corruption, and what it may cost."""
        top = self.up_to_severity
        severity = "severity 1" if top == 1 else f"severity 1 to {top}"
        return (
            f"photos made worse by {self.corruption}, {severity} (of 5), cost at most "
            f"{self.max_drop:g} of {self.head}.accuracy"
        )


def judge_robustness(setting: RobustnessLimit, case: Case) -> RuleResult:
    """Fail where a corruption of up to the policy's severity costs more than it may.

    The value is its largest drop of accuracy, 0 to 1.
    """
    rule, photos = f"{PREFIX}.{setting.key}", case.given.measurement.robustness_photos
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


RULES: Final = (
    Chosen(
        "robustness",
        "What photos suffer on their way, such as compression or blur, costs at most "
        "so much accuracy.",
        "Hendrycks and Dietterich, Benchmarking robustness to corruptions, ICLR (2019).",
        order=180,
        settings=RobustnessLimit,
        judge=judge_robustness,
        prefix=PREFIX,
    ),
)
