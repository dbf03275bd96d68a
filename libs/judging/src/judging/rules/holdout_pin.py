"""holdout_pin: the holdout is the one that git pins, photo by photo, column by column.

Whoever may drop the photos that a model gets wrong, or move them to another slice, can pass any
gate. So membership and every column that a rule reads are pinned, and the pin may only grow.
"""

from typing import Final

from artifacts.records.gate import RuleResult
from judging.case import Absent, Case
from judging.rule import AlwaysOn, absent, result

RULE = "holdout_pin"
LIMIT = "every pinned photo as it is pinned, and no other"
SHOWN = 5


def judge_holdout_pin(case: Case) -> RuleResult:
    """Fail where pinned photos are missing or changed; unpinned ones leave undecided.

    The value is the count of photos that differ from the pin.
    """
    found = case.membership
    if isinstance(found, Absent):
        return absent(RULE, LIMIT, found)
    gone, changed, unpinned = len(found.missing), len(found.changed), len(found.unpinned)
    count = float(gone + changed + unpinned)
    if gone or changed:
        named = ", ".join((*found.missing, *found.changed)[:SHOWN])
        reason = (
            f"{gone} pinned photos are missing and {changed} differ from the pin"
            f"{' in ' + ', '.join(found.columns) if found.columns else ''}: {named}"
            + (" and more" if gone + changed > SHOWN else "")
        )
        return result(RULE, "failed", LIMIT, reason, count)
    if unpinned:
        reason = (
            f"{unpinned} photos of the holdout are not pinned: pin them with `gate pin-holdout`"
            " in a pull request of its own"
        )
        return result(RULE, "missing", LIMIT, reason, count)
    return result(RULE, "passed", LIMIT, f"as pinned: {found.pin}", 0.0)


RULES: Final = (
    AlwaysOn(
        "holdout_pin",
        "The holdout is the one pinned in git: no photo was taken out or given "
        "another truth, and none was added without being pinned.",
        "Dwork et al., The reusable holdout, Science 349 (2015).",
        order=40,
        judge=judge_holdout_pin,
    ),
)
