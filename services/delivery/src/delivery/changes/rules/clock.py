"""clock: what expires, and what was seen for hours, is told by a clock that is not set back."""

from typing import Final

from delivery.changes.facts import ChangeFacts
from delivery.changes.findings import Finding, passed, undecided
from delivery.changes.rule import Rule
from delivery.changes.statements import SKEW

RULE = "clock"


def judge_clock(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Leave undecided what a machine judges whose clock is behind the audit log's newest entry."""
    if facts.clock is None or not facts.log:
        return ()
    newest = max(facts.log, key=lambda entry: entry.at)
    if newest.at - facts.clock <= SKEW:
        return (passed(RULE, "the clock is not behind the audit log"),)
    behind = f"the clock says {facts.clock.isoformat()}, entry {newest.sequence} of the audit log"
    return (undecided(RULE, f"{behind} is of {newest.at.isoformat()}: set the clock right"),)


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "clock",
        "The judge's clock is not behind the newest entry of the audit log.",
        "NIST SP 800-92, 3.1: synchronised clocks; Lamport, CACM 21 (1978).",
        judge_clock,
    ),
)
