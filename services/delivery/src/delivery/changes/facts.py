"""Everything that the judge knows about a change, read only from commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from artifacts.cant_tell import CantTell
from artifacts.digests import digest_json
from artifacts.policies.approvers import People
from artifacts.records.approval import Approval
from artifacts.records.audit import AuditEntry
from artifacts.records.gate import GateReport
from artifacts.records.holdout import HoldoutPin
from artifacts.records.release import Environment, Release
from artifacts.ssh_signatures import MISSING, ServiceKey, Signature
from delivery.changes.path_kinds import AUTHORED, PROTECTED, Kind, classify, kind_of
from delivery.git.commits import Change
from delivery.git.plain_names import OddName

if TYPE_CHECKING:
    from artifacts.policies.tiers import RiskTiers
    from judging.policy import Policy


@dataclass(frozen=True)
class Commit:
    """A commit that a change brings.

    `changes` are what it did itself: none for a merge that only joins its parents.
    """

    id: str
    author: str
    committer: str
    changes: tuple[Change, ...]
    signature: Signature = MISSING
    names: tuple[str, str] = ("", "")
    message: str = ""

    @property
    def authored(self) -> bool:
        """Whether who made it is an author of the release or of what judges."""
        return bool(classify(change.path for change in self.changes) & AUTHORED)


@dataclass(frozen=True)
class Ground:
    """Policies, people and keys at one commit. At the base they judge; after it they are judged."""

    tiers: RiskTiers | CantTell
    people: People | CantTell
    policies: Mapping[str, Policy | CantTell] = field(default_factory=dict)
    pins: Mapping[str, HoldoutPin | CantTell] = field(default_factory=dict)
    gate: tuple[ServiceKey, ...] = ()
    services: tuple[ServiceKey, ...] = ()


@dataclass(frozen=True)
class Report:
    """A gate report as it is committed, under the digest by which a release names it.

    `added`: main doesn't have it in these bytes, so that a key must sign it which counts now.
    """

    report: GateReport | CantTell
    signature: Signature = MISSING
    added: bool = True


@dataclass(frozen=True)
class PinnedCode:
    """The code that a payload pins: whether main has its commit, and what its files come to."""

    on_main: bool
    digest: str | None


@dataclass(frozen=True)
class Statement:
    """A person's statement as some commit has it.

    `added`: this change brought it, in its present form or another. `present`: main would have it.
    `there_at`: the commits by which production left the payload that already had it, or whose
    first parent had.
    Of a rejection that `commit` has, `paths` are the protected files of the change that it is
    about, and `authors` who made that one, where the commit's own branch tells.
    """

    path: str
    approval: Approval | CantTell
    signature: Signature = MISSING
    added: bool = False
    present: bool = True
    there_at: frozenset[str] = frozenset()
    commit: str = ""
    paths: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()


@dataclass(frozen=True)
class CommittedRecord:
    """A statement or a gate report as some commit has it, with the signature beside it."""

    content: Approval | GateReport | CantTell
    signature: Signature = MISSING


@dataclass(frozen=True)
class RecordChange:
    """A statement or a report that differs, or whose signature does; None where there is none."""

    path: str
    before: CommittedRecord | None
    after: CommittedRecord | None


@dataclass(frozen=True)
class Past:
    """A release that main had: the payload (production) or models (staging), and from when on."""

    commit: str
    at: datetime
    release: Release | CantTell

    @cached_property
    def payload(self) -> str | None:
        """The digest of its payload; None where nothing was released, or nobody can tell."""
        return payload_of(self.release)


@dataclass(frozen=True)
class ChangeFacts:
    """A change: from `base`, main's commit before it, to what main becomes with it.

    `lands` is False where the two can't be joined without somebody deciding how. Histories begin
    with the oldest and end with the base's. `log` is the audit log's entries. `excess` says in
    what the change is over a bound of what is read; then nothing else is known of it. `line` has
    the place of each of main's commits up to the base. `clock` is what the machine's clock says,
    and `now` is that or the newest entry of the log, whichever is later. `keys_ever` are those that
    main ever listed of persons and of the gate; they are told where `records` lose something.

    `formerly` are the approvers that main listed before. `code_authors` wrote code that a new
    payload pins and that production doesn't run yet; `code_strangers` are addresses, of nobody on
    main, who did. `brought_by` names who made the changes that gave production the payloads that
    reviews are about. `unread` says which earlier heads of the branch nobody could read.
    """

    base: str
    head: str
    now: datetime
    lands: bool
    changes: tuple[Change, ...]
    commits: tuple[Commit, ...]
    ground: Ground
    after: Ground
    releases_before: Mapping[Environment, Release | CantTell]
    releases_after: Mapping[Environment, Release | CantTell]
    reports: Mapping[str, Report] = field(default_factory=dict)
    code: PinnedCode | None = None
    statements: tuple[Statement, ...] = ()
    production_history: tuple[Past, ...] = ()
    staging_history: tuple[Past, ...] = ()
    log: tuple[AuditEntry, ...] = ()
    pusher: str = ""
    formerly: tuple[People, ...] = ()
    code_authors: frozenset[str] = frozenset()
    code_strangers: tuple[str, ...] = ()
    brought_by: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    odd_names: tuple[OddName, ...] = ()
    excess: str = ""
    line: Mapping[str, int] = field(default_factory=dict)
    clock: datetime | None = None
    records: tuple[RecordChange, ...] = ()
    keys_ever: frozenset[str] = frozenset()

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """What kinds of change it is."""
        return classify(change.path for change in self.changes)

    @cached_property
    def payload_before(self) -> str | None:
        """The digest of the payload that production is to run before this change."""
        return payload_of(self.releases_before["production"])

    @cached_property
    def payload_after(self) -> str | None:
        """The digest of the payload that production is to run with it."""
        return payload_of(self.releases_after["production"])

    @cached_property
    def new_payload(self) -> str | None:
        """The payload that this change brings to production, or None if it brings none."""
        return self.payload_after if self.payload_after != self.payload_before else None

    @cached_property
    def protected(self) -> tuple[Change, ...]:
        """The files whose change needs the strictest tier: what judges, and lost champions."""
        lost = {f"releases/{name}.yaml" for name in self.releases_after if self._loses(name)}
        return tuple(
            change
            for change in self.changes
            if kind_of(change.path) in PROTECTED or change.path in lost
        )

    def _loses(self, environment: Environment) -> bool:
        """Whether a model had a champion and has none, though no release before was so.

        Without one the gate compares the next candidate with nothing.
        """
        before, after = self.releases_before[environment], self.releases_after[environment]
        if isinstance(before, CantTell) or isinstance(after, CantTell):
            return False
        if not set(before.released) - set(after.released):
            return False
        past = self.staging_history if environment == "staging" else self.production_history
        earlier = _before_last([one.release for one in past])
        return earlier is None or earlier.released != after.released

    @cached_property
    def change_digest(self) -> str | None:
        """The name of the change of protected files: each with what it was and becomes."""
        if not self.protected:
            return None
        return digest_json({one.path: [one.before, one.after] for one in self.protected})


def payload_of(release: Release | CantTell) -> str | None:
    """Return the digest of the payload that production's release pins, or None without one."""
    if isinstance(release, CantTell) or release.code is None:
        return None
    payload = release.payload()
    return payload.digest if payload else None


def _before_last(releases: list[Release | CantTell]) -> Release | None:
    """Return the release that main had before the present one, leaving out what was reverted."""
    stack: list[Release] = []
    for release in releases:
        if isinstance(release, CantTell):
            continue
        same = [i for i, one in enumerate(stack) if one.released == release.released]
        stack = [*(stack[: same[0]] if same else stack), release]
    return stack[-2] if len(stack) > 1 else None
