"""records_genuine: only statements and reports come in, by those whom main knows, in their place.

What comes in is only ever added to, so nothing else may come in. Rubbish that is there already, by
nobody whom main ever knew, may be taken out again.
"""

from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.digests import digest_json, hex_part
from artifacts.records.approval import Approval
from artifacts.ssh_signatures import APPROVAL, GATE_REPORT
from delivery.changes.facts import ChangeFacts, CommittedRecord
from delivery.changes.findings import Finding, Rule, refused, summed, undecided
from delivery.changes.path_kinds import STATEMENTS, report_path
from delivery.git.plain_names import shown_name

RULE = "records_genuine"
GATE = "gate"


def statement_path(one: Approval) -> str:
    """Return where a statement is kept: by what it is about, who made it, and its own digest."""
    folder = hex_part(digest_json(one.subject.model_dump(mode="json")))[:16]
    name = f"{one.approver}-{one.word}-{hex_part(one.digest)[:8]}.json"
    return f"{STATEMENTS}{folder}/{name}"


def judge_genuine(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse files under policies/approvals and releases/reports that are no records."""
    brought = [(one.path, one.after) for one in facts.records if one.after is not None]
    if not brought:
        return ()
    if isinstance(facts.ground.people, CantTell):
        return (undecided(RULE, f"nobody can say who is who: {facts.ground.people}"),)
    problems = tuple(
        refused(RULE, f"{shown_name(path.encode(errors='surrogateescape'))}: {fault}")
        for path, record in brought
        if (fault := malformed(path, record) or _by_a_stranger(record, facts))
    )
    return summed(RULE, problems, "what comes in is signed by those whom main knows")


def malformed(path: str, record: CommittedRecord) -> str:
    """Say why a file is no record, whoever signed it; nothing if it is one."""
    content, signature = record.content, record.signature
    if isinstance(content, CantTell):
        return content.reason
    statement = isinstance(content, Approval)
    place = (
        statement_path(content) if isinstance(content, Approval) else report_path(content.digest)
    )
    if path != place:
        return f"it belongs at {place}"
    if signature.problem:
        return signature.problem
    namespace = APPROVAL if statement else GATE_REPORT
    if signature.namespace != namespace:
        return f"it is signed in the namespace {signature.namespace}, not {namespace}"
    return ""


def _by_a_stranger(record: CommittedRecord, facts: ChangeFacts) -> str:
    people, key = facts.ground.people, record.signature.key
    if isinstance(record.content, Approval):
        owner = None if isinstance(people, CantTell) else people.owner(key)
        who = record.content.approver
        return "" if owner == who else f"it is in the name of {who}, whose key did not sign it"
    listed = any(one.key == key and one.principal == GATE for one in facts.ground.gate)
    return "" if listed else "it is signed by a key that is not the gate's on main"


def is_record(path: str, record: CommittedRecord | None, facts: ChangeFacts) -> bool:
    """Whether what main has is a record: well-formed, and signed by a key that main ever knew."""
    if record is None or malformed(path, record):
        return False
    return record.signature.key in facts.keys_ever


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "records_genuine",
        "Under policies/approvals and releases/reports come only statements of persons and reports "
        "of the gate: well-formed, in their own place, small, and signed by keys that main lists.",
        "ISO/IEC 27001:2022, A.5.33; CWE-400: uncontrolled resource consumption.",
        judge_genuine,
    ),
)
