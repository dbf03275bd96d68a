"""The hops of a trace: their order, which deploy a prediction is of, and who approved that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

from artifacts.cant_tell import CantTell
from artifacts.policies.approvers import People
from artifacts.policies.tiers import TIERS, Approvers, RiskTiers
from artifacts.records.approval import Approval, PayloadSubject, Word
from artifacts.records.audit import AuditEntry
from artifacts.records.prediction import PredictionRecord
from artifacts.records.record import Part, Record
from artifacts.ssh_signatures import APPROVAL
from artifacts.text import plain
from delivery.changes.facts import Ground, Statement
from delivery.changes.statements import covers
from delivery.trail.deploy_history import BEGUN, is_deploy
from judging.policy import Policy

HopName = Literal[
    "prediction",  # what the service wrote down of its answer
    "deploy",  # the audit log's entry that put its payload where it answered
    "release",  # git's file that says so, on main
    "code",  # the files that the payload's code is made of
    "model",  # the artifact that answered, by digest and signature
    "gate report",  # what allowed the model, signed by the gate
    "approvals",  # the people who let it into production
    "commit",  # what the model was trained from
    "photo manifest",  # the photos it was trained and judged on
]
NEEDS: Final[Mapping[HopName, tuple[HopName, ...]]] = MappingProxyType(
    {
        "prediction": (),
        "deploy": ("prediction",),
        "release": ("deploy",),
        "code": ("release",),
        "model": ("release",),
        "gate report": ("model",),
        "approvals": ("gate report",),
        "commit": ("model",),
        "photo manifest": ("model", "gate report"),
    }
)
"""The hops in order, each with those whose findings it goes on from."""
Outcome = Literal["ok", "failed", "unknown"]
_REASON: Final = 1000


class Hop(Part):
    """One hop: `failed` is wrong or missing, `unknown` could not be looked at."""

    hop: HopName
    outcome: Outcome
    what: str


class Trace(Record):
    """All hops of one prediction. None is left out: what can't be checked has failed."""

    prediction: str
    hops: tuple[Hop, ...]

    @property
    def outcome(self) -> Outcome:
        """`ok` if every hop is, `failed` if any is, otherwise `unknown`."""
        found = {hop.outcome for hop in self.hops}
        if found == {"ok"}:
            return "ok"
        return "failed" if "failed" in found else "unknown"


def trace_lines(trace: Trace) -> list[str]:
    """Return a line a hop, and one that sums up."""
    width = max(len(name) for name in NEEDS)
    lines = [
        f"{'ok    ' if hop.outcome == 'ok' else 'FAILED'}  {hop.hop:{width}}  "
        f"{plain(hop.what, _REASON)}"
        for hop in trace.hops
    ]
    broken = [hop.hop for hop in trace.hops if hop.outcome != "ok"]
    if not broken:
        return [*lines, f"{plain(trace.prediction)} is traced: {len(lines)} hops, all verified"]
    return [*lines, f"{plain(trace.prediction)} is not traced: the first to fail is {broken[0]}"]


REPLACED: Final = timedelta(minutes=2)
"""For how long the processes that a deploy replaces may go on answering: a swap and its drain."""


def deploy_of(entries: Sequence[AuditEntry], record: PredictionRecord) -> AuditEntry | str:
    """Return the entry of the deploy that a prediction's payload was put there by, or why none.

    That is the last one of its environment before it. A deploy is written down as it begins and as
    it ends; what it replaces answers for a moment longer.
    """
    if record.environment is None or record.payload is None:
        return "the service that answered was started by hand: no deploy put it there"
    deploys = [entry for entry in entries if is_deploy(entry, record.environment)]
    brought_up = ("undecided", BEGUN)
    there = [e for e in deploys if e.outcome == "green" or (e.outcome, e.reason) == brought_up]
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


_WORDS: Final[tuple[Word, ...]] = ("approved", "break_glass")


@dataclass(frozen=True)
class Promotion:
    """A commit of main that gave production a payload, when, and what stood before it."""

    commit: str
    at: datetime
    ground: Ground


@dataclass(frozen=True)
class Approved:
    """The people whose statements let a payload in, or `reason`: why they are too few."""

    people: tuple[str, ...]
    word: Word = "approved"
    commit: str = ""
    reason: str = ""

    @property
    def what(self) -> str:
        """A line about it."""
        how = "approved" if self.word == "approved" else "let in by break-glass"
        return f"{how} by {', '.join(self.people)} for {self.commit[:12]}"


def approved_for(
    subject: PayloadSubject, statements: Sequence[Statement], promotion: Promotion
) -> Approved:
    """Count the statements for a payload at its promotion.

    Keys, roles and the number of people are those of main before it; whether they have expired
    since, and whether an author was among them, was the judge's to say then.
    """
    people, tiers = promotion.ground.people, promotion.ground.tiers
    if isinstance(people, CantTell):
        return Approved((), reason=f"nobody can say who is who: {people}")
    if isinstance(tiers, CantTell):
        return Approved((), reason=f"nobody can say who must approve: {tiers}")
    asked = _asked(subject, promotion.ground, tiers)
    if isinstance(asked, str):
        return Approved((), reason=asked)
    reasons: list[str] = []
    for word, of_tier in zip(_WORDS, (asked, tiers.break_glass.approvals), strict=True):
        counted, others = _sorted(word, subject, statements, people, promotion.at)
        given = [(one.approver, one.role) for one in counted]
        lacking = covers([(one.role, one.persons) for one in of_tier], given)
        if not lacking:
            names = tuple(f"{who} ({role})" for who, role in given)
            return Approved(names, word, promotion.commit)
        reasons += [f"approvals by {', '.join(lacking)} are missing"] if word == "approved" else []
        reasons += [f"not counted: {other}" for other in others]
    return Approved((), reason="; ".join(reasons))


def _asked(
    subject: PayloadSubject, ground: Ground, tiers: RiskTiers
) -> tuple[Approvers, ...] | str:
    names = []
    for model in subject.models:
        policy = ground.policies.get(model)
        if not isinstance(policy, Policy):
            return (
                f"nobody can say who must approve {model}: {policy or 'it has no policy on main'}"
            )
        names.append(policy.tier)
    return tiers.tiers[max(names, key=TIERS.index)].approvals


def _sorted(
    word: Word,
    subject: PayloadSubject,
    statements: Sequence[Statement],
    people: People,
    at: datetime,
) -> tuple[list[Approval], list[str]]:
    counted, others = [], []
    for found in statements:
        one = found.approval
        if isinstance(one, CantTell):
            others.append(str(one))
        elif one.word == word and one.subject == subject:
            reason = _against(found, one, people, at) or _withdrawn(one, statements, people, at)
            if reason:
                others.append(f"{one.approver} as {one.role}: {reason}")
            else:
                counted.append(one)
    return counted, others


def _against(found: Statement, one: Approval, people: People, at: datetime) -> str:
    signature = found.signature
    if signature.problem:
        return signature.problem
    if signature.namespace != APPROVAL:
        return f"it is signed in the namespace {signature.namespace}, not {APPROVAL}"
    if people.owner(signature.key) != one.approver:
        return "it is signed by a key that was not theirs on main"
    person = people.persons[one.approver]
    if one.role not in person.roles:
        return f"they didn't hold the role {one.role} on main"
    return person.objection(signature.key, at)


def _withdrawn(one: Approval, statements: Sequence[Statement], people: People, at: datetime) -> str:
    for found in statements:
        other = found.approval
        if isinstance(other, CantTell) or other.word != "withdrawn" or other.of != one.digest:
            continue
        own = other.approver == one.approver and not _against(found, other, people, at)
        if own and other.at <= at:
            return "they withdrew it before"
    return ""
