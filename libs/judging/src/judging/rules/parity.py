"""parity: the candidate answers its golden photos in the judge's process as it was certified.

The certificate was made where the model was trained. What differs here would differ in service.
"""

from typing import Final

from artifacts.records.gate import RuleResult
from judging.case import Absent, Case
from judging.rule import AlwaysOn, absent, result

RULE = "parity"
LIMIT = "no difference"
SHOWN = 5


def judge_parity(case: Case) -> RuleResult:
    """Fail where any golden photo is answered otherwise; the value is the count of differences."""
    proof = case.proof
    if isinstance(proof, Absent):
        return absent(RULE, LIMIT, proof)
    count = len(proof.differences)
    if not proof.holds:
        reason = "; ".join(proof.differences[:SHOWN])
        more = f"; and {count - SHOWN} more" if count > SHOWN else ""
        return result(RULE, "failed", LIMIT, reason + more, float(count))
    vectors = "to the last bit" if proof.bit_equal else "within the stated tolerance"
    return result(RULE, "passed", LIMIT, f"answered as certified, {vectors}", 0.0)


RULES: Final = (
    AlwaysOn(
        "parity",
        "The candidate answers its golden photos in the judge's process as it was "
        "certified where it was trained.",
        "Breck et al., The ML test score, IEEE Big Data (2017), monitoring tests.",
        order=60,
        judge=judge_parity,
    ),
)
