"""golden_photos: the candidate answers its golden photos here as it did where it was made."""

from artifacts.records.gate import RuleResult
from delivery.domain.evidence import Absent
from delivery.domain.rules.results import absent, result
from scoring.proof import Proof

RULE = "golden_photos"
LIMIT = "no difference"
SHOWN = 5


def judge_golden_photos(proof: Proof | Absent) -> RuleResult:
    """Fail where any golden photo is answered otherwise; the value is the count of differences."""
    if isinstance(proof, Absent):
        return absent(RULE, LIMIT, proof)
    count = len(proof.differences)
    if not proof.holds:
        reason = "; ".join(proof.differences[:SHOWN])
        more = f"; and {count - SHOWN} more" if count > SHOWN else ""
        return result(RULE, "failed", LIMIT, reason + more, float(count))
    vectors = "to the last bit" if proof.bit_equal else "within the stated tolerance"
    return result(RULE, "passed", LIMIT, f"answered as certified, {vectors}", 0.0)
