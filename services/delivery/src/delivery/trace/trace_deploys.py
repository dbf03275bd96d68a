"""Which deploy a prediction belongs to, by the audit log."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from artifacts.records.audit import AuditEntry
from artifacts.records.prediction import PredictionRecord
from delivery.trail.deploy_history import is_deploy

REPLACED: Final = timedelta(minutes=2)
"""For how long the processes that a deploy replaces may go on answering: a swap and its drain."""
BEGUN: Final = "begun"
"""What a deploy gives for a reason when it was allowed and begins: its payload may serve since."""


def deploy_of(entries: Sequence[AuditEntry], record: PredictionRecord) -> AuditEntry | str:
    """Return the entry of the deploy that a prediction's payload was put there by, or why none.

    That is the last one of its environment before it. A deploy is written down as it begins and as
    it ends; what it replaces answers for a moment longer.
    """
    if record.environment is None or record.payload is None:
        return "the service that answered was started by hand: no deploy put it there"
    there = [
        entry for entry in entries if is_deploy(entry, record.environment) and _brought_up(entry)
    ]
    before = [entry for entry in there if entry.at <= record.at]
    own = [entry for entry in before if entry.payload == record.payload]
    if not own:
        known = " before this prediction" if any(e.payload == record.payload for e in there) else ""
        return f"the log knows no deploy of {record.payload} in {record.environment}{known}"
    since = [entry for entry in before if entry.sequence > own[-1].sequence]
    other = next((entry for entry in since if entry.outcome == "green"), None)
    if other is not None and record.at - other.at > REPLACED:
        return (
            f"at that time {record.environment} was to run {other.payload} "
            f"(entry {other.sequence}, {other.at.isoformat()})"
        )
    return own[-1]


def _brought_up(entry: AuditEntry) -> bool:
    return entry.outcome == "green" or (entry.outcome == "undecided" and entry.reason == BEGUN)
