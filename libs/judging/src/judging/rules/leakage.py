"""leakage: ways in which a high score could be something else than knowledge of the truth.

Copies of holdout photos among those that a model learned from; sources that give the label away;
features that let a model score after learning labels that were shuffled.
"""

import math
from typing import Annotated, Final

from pydantic import Field

from artifacts.records.evidence import Evidence, Leakage
from artifacts.records.gate import RuleResult
from judging.case import Absent, Case
from judging.rule import Chosen, Results, absent, at_most, result
from judging.setting import Setting, Share

COPIES = "leakage.near_duplicates"
SOURCE = "leakage.source"
SHUFFLED = "leakage.shuffled_labels"


class LeakageLimits(Setting):
    """What the leakage checks may find.

    `within_bits`: photos of other splits this alike (of 256 bits) count as copies. The share of
    holdout photos with a copy; the accuracy of naming the source's commonest label, less that of
    always naming the commonest; accuracy after training on shuffled labels, less chance.
    """

    within_bits: Annotated[int, Field(ge=0, le=64)]
    max_near_duplicates: Share
    max_source_gain: Share
    max_shuffled_gain: Share

    @property
    def words(self) -> str:
        """How many copies, and how much gain."""
        return (
            f"at most {self.max_near_duplicates:g} of the holdout's photos have a copy in another "
            f"split (within {self.within_bits} of 256 bits); the source alone gains at most "
            f"{self.max_source_gain:g} in accuracy, shuffled labels at most "
            f"{self.max_shuffled_gain:g}"
        )


def judge_leakage(limits: LeakageLimits, case: Case) -> Results:
    """Judge the three checks; each value is a share or a gain in accuracy, 0 to 1."""
    if isinstance(case.evidence, Absent):
        mosts = (limits.max_near_duplicates, limits.max_source_gain, limits.max_shuffled_gain)
        pairs = zip((COPIES, SOURCE, SHUFFLED), mosts, strict=True)
        return tuple(absent(rule, f"<= {most:g}", case.evidence) for rule, most in pairs)
    found = case.evidence.leakage
    return _copies(case.evidence, limits), _source(found, limits), _shuffled(found, limits)


def _copies(evidence: Evidence, limits: LeakageLimits) -> RuleResult:
    """The share of holdout photos that another split holds a near copy of."""
    found, most = evidence.leakage, limits.max_near_duplicates
    if found.within_bits != limits.within_bits:
        reason = f"copies were sought within {found.within_bits} bits, not {limits.within_bits}"
        return result(COPIES, "missing", f"<= {most:g}", reason)
    if not evidence.photos or found.photos_compared < evidence.photos:
        reason = f"{found.photos_compared} photos were compared, the holdout has {evidence.photos}"
        return result(COPIES, "missing", f"<= {most:g}", reason)
    copied = len({one.holdout for one in found.near_duplicates})
    what = f"{copied} of {evidence.photos} holdout photos have a copy in another split"
    return at_most(COPIES, copied / evidence.photos, most, what, limits.reason)


def _source(found: Leakage, limits: LeakageLimits) -> RuleResult:
    """What is gained by naming each source's commonest label over always naming the commonest."""
    named, commonest = found.label_from_source.value, found.commonest
    what = f"from the source alone {named:.3f} are named right, {commonest:.3f} without it"
    return at_most(SOURCE, named - commonest, limits.max_source_gain, what, limits.reason)


def _shuffled(found: Leakage, limits: LeakageLimits) -> RuleResult:
    """What the luckiest probe on shuffled labels gains over naming the commonest label."""
    scores = found.shuffled_labels
    if not scores or not all(math.isfinite(score) for score in scores):
        reason = "no probe was trained on shuffled labels"
        return result(SHUFFLED, "missing", f"<= {limits.max_shuffled_gain:g}", reason)
    what = f"the best of {len(scores)} probes names {max(scores):.3f} right, chance "
    what += f"{found.commonest:.3f}"
    gain = max(scores) - found.commonest
    return at_most(SHUFFLED, gain, limits.max_shuffled_gain, what, limits.reason)


RULES: Final = (
    Chosen(
        "leakage",
        "Accuracy is not owed to copies of holdout photos, to the source of a photo, "
        "or to features that would score after learning shuffled labels.",
        "Barz and Denzler, Do we train on test data?, J. Imaging 6 (2020); Torralba "
        "and Efros, Unbiased look at dataset bias, CVPR (2011); Ojala and Garriga, "
        "JMLR 11 (2010).",
        order=190,
        settings=LeakageLimits,
        judge=judge_leakage,
        parts=("near_duplicates", "source", "shuffled_labels"),
    ),
)
