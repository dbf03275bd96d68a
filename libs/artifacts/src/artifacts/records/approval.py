"""Approval: one person's signed word about one payload in one environment, or about one change."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from artifacts.digests import Digest
from artifacts.records.manifest import ModelName
from artifacts.records.record import Part, Record
from artifacts.records.release import Environment

Person = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
"""A person's name in policies/approvers.yaml."""
Role = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class ApprovedModel(Part):
    """What an approver looked at of one model."""

    model: Digest
    gate_report: Digest
    policy: Digest
    risk_tiers: Digest
    photo_manifest: Digest


class PayloadSubject(Part):
    """A payload in an environment, with all that its models were judged by."""

    kind: Literal["payload"] = "payload"
    environment: Environment
    payload: Digest
    models: Annotated[dict[ModelName, ApprovedModel], Field(min_length=1)]


class ChangeSubject(Part):
    """A change of what judges, by digest of the files before and after."""

    kind: Literal["change"] = "change"
    change: Digest


Subject = Annotated[PayloadSubject | ChangeSubject, Field(discriminator="kind")]
Word = Literal["approved", "rejected", "withdrawn", "break_glass", "reviewed"]


class Approval(Record):
    """What one person says of a subject, in one role.

    `approved` and `rejected` speak of the subject. `withdrawn` takes an approval or a rejection
    back, named by its digest. `break_glass` lets a payload pass without the approvals and the
    verifications that its tier asks for, until `expires_at`; `reviewed` closes such a case after
    the fact, and names the statement that opened it.
    """

    subject: Subject
    word: Word
    approver: Person
    role: Role
    reason: Annotated[str, Field(min_length=10, max_length=2000)]
    at: datetime
    of: Digest | None = None
    expires_at: datetime | None = None

    @model_validator(mode="after")
    def _complete(self) -> "Approval":
        if self.at.tzinfo is None or (self.expires_at and self.expires_at.tzinfo is None):
            raise ValueError("a time has no time zone")
        if (self.of is not None) != (self.word in {"withdrawn", "reviewed"}):
            raise ValueError("`of` names the statement that is withdrawn or reviewed, and no other")
        if (self.expires_at is not None) != (self.word == "break_glass"):
            raise ValueError("`expires_at` ends a break-glass statement, and no other")
        if self.expires_at and self.expires_at <= self.at:
            raise ValueError("it expires before it is made")
        return self

    @property
    def stated_at(self) -> datetime:
        """When it was said."""
        return self.at
