"""AuditEntry: one line of the log of all that was judged, approved, deployed and rolled back."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from artifacts.digests import Digest
from artifacts.records.approval import Person
from artifacts.records.manifest import Commit, ModelName
from artifacts.records.record import Part, Record
from artifacts.records.release import Environment

Event = Literal[
    "gate",  # a candidate was judged
    "judgement",  # a change was judged: may it be merged, may it be deployed
    "approval",  # a statement of a person was counted
    "rejection",  # one that blocks was seen
    "withdrawal",
    "break_glass",
    "review",
    "image",  # code and models were built into an image, which the registry has; `subject` is it
    "deploy",  # an environment was made to run a payload
    "rollback",  # the same, of a payload that ran there before; `left` is withdrawn
    "verification",  # what runs was compared with what should run
    "alias",  # a registry's alias was moved to where git has it
    "restart",  # a log that was lost or broken begins anew; `subject` is the last entry known of it
]
Outcome = Literal[
    "allowed", "refused", "undecided", "no_improvement", "green", "red", "superseded", "done"
]


class AuditEvent(Part):
    """What happened. Fields that an event says nothing of are None.

    `subject` is the digest of the record that it is about: a gate report, a statement, a change.
    `inputs` is the key of what a candidate was trained from, `left` the payload that a rollback
    withdraws. A statement is about a payload in an environment, or about a `change`: a rejection
    outlives its file only if the log says of what it was. Of a withdrawal and a review `subject` is
    the statement that it names, and `statement` the one that says so.

    Of a judgement, a rejection and a broken glass, `authors` are who made what it is about.
    `models` (by name, what production gets) and `paths` (protected files; a folder that ends in `/`
    stands for all in it) say what a judgement and a rejection are about, whatever becomes of its
    digest.
    """

    event: Event
    outcome: Outcome
    actor: Annotated[str, Field(max_length=200)]
    reason: Annotated[str, Field(max_length=4000)] = ""
    environment: Environment | None = None
    commit: Commit | None = None
    payload: Digest | None = None
    left: Digest | None = None
    model: ModelName | None = None
    candidate: Digest | None = None
    subject: Digest | None = None
    inputs: Digest | None = None
    change: Digest | None = None
    statement: Digest | None = None
    authors: tuple[Person, ...] = ()
    models: dict[ModelName, Digest] = Field(default_factory=dict)
    paths: Annotated[tuple[str, ...], Field(max_length=200)] = ()


class AuditEntry(AuditEvent, Record):
    """One event in the log. Entries are a chain: each names the digest of the one before it."""

    sequence: Annotated[int, Field(ge=1)]
    previous: Digest | None
    at: datetime

    @property
    def stated_at(self) -> datetime:
        """When it was made."""
        return self.at


class AuditHead(Record):
    """The last entry of a log, signed and kept outside it, so that a cut tail is found."""

    sequence: Annotated[int, Field(ge=0)]
    entry: Digest | None
