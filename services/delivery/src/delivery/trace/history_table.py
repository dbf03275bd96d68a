"""Main's history, judged again, as text."""

from collections.abc import Sequence
from datetime import UTC

from delivery.trace.verify_history import Replayed


def replayed_line(one: Replayed) -> str:
    """Return a line: when, which commit, whether it may stand, and why not."""
    parts = [
        one.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        one.commit[:12],
        one.decision,
        ", ".join(one.kinds) or "nothing changed",
    ]
    parts += [f"{found.rule}: {found.reason}" for found in one.problems]
    if one.afterwards:
        parts.append("approved afterwards")
    if one.unchecked:
        parts.append(f"not checked without the log: {', '.join(one.unchecked)}")
    return "; ".join(parts)


def history_summary(replayed: Sequence[Replayed], heads: int, faults: int) -> tuple[str, ...]:
    """Return what it comes to: how many commits may stand, and how many heads are as they were."""
    count = {
        decision: len([one for one in replayed if one.decision == decision])
        for decision in ("allowed", "refused", "undecided")
    }
    summed = ", ".join(f"{number} {decision}" for decision, number in count.items())
    unchecked = len([one for one in replayed if one.unchecked])
    lines = [f"{len(replayed)} commits of main since it names approvers: {summed}"]
    if unchecked:
        lines.append(f"{unchecked} of them not wholly checked: give the log with --audit FOLDER")
    lines.append(f"{heads} published heads, {faults} faults")
    return tuple(lines)
