"""leakage: ways in which a high score could be something else than knowledge of the truth.

Copies of holdout photos among those that a model learned from; sources that give the label away;
features that let a model score after learning labels that were shuffled.
"""

import math

from artifacts.records.evidence import Evidence, Leakage
from artifacts.records.gate import RuleResult
from gate.case import Absent, Case
from gate.rules.results import absent, at_most, result
from judging.policy import LeakageLimits

COPIES = "leakage.near_duplicates"
SOURCE = "leakage.source"
SHUFFLED = "leakage.shuffled_labels"
RULES = (COPIES, SOURCE, SHUFFLED)


def judge_leakage(case: Case) -> tuple[RuleResult, ...]:
    """Judge the three checks; each value is a share or a gain in accuracy, 0 to 1."""
    limits = None if isinstance(case.policy, Absent) else case.policy.rules.leakage
    if limits is None:
        return ()
    if isinstance(case.evidence, Absent):
        mosts = (limits.max_near_duplicates, limits.max_source_gain, limits.max_shuffled_gain)
        pairs = zip(RULES, mosts, strict=True)
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
