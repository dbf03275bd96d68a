"""Risk tiers: what each asks of a policy, of the people who approve, and of operation.

A stricter tier asks for all that the one below it asks for, and never for less: this is checked
here, so that no reader has to compare two lists by eye.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from artifacts.records.record import Part, Record

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Line = Annotated[str, Field(min_length=3, max_length=600)]
Reason = Annotated[str, Field(min_length=20, max_length=1200)]
TierName = Literal["low", "moderate", "high"]
TIERS: Final[tuple[TierName, ...]] = ("low", "moderate", "high")
TWO: Final = 2
LimitKind = Literal["at_least", "at_most", "one_of"]
RoomName = Literal["training", "registry", "measuring", "service"]
ROOMS: Final[tuple[RoomName, ...]] = ("training", "registry", "measuring", "service")
"""What runs beside keys and stores without anybody's approval, and so in a room of its own."""


class SettingLimit(Part):
    """The weakest that a rule's setting may be in a tier: `rule: non_inferiority, setting: margin`.

    `measurement`, `required_slices` and `optional_slices` count as rules here. Exactly one of
    `at_least`, `at_most` and `one_of`; yes and no are written "true" and "false" in `one_of`.
    """

    rule: Id
    setting: Id
    at_least: float | None = None
    at_most: float | None = None
    one_of: tuple[str, ...] = ()
    reason: Reason

    @model_validator(mode="after")
    def _one_limit(self) -> "SettingLimit":
        given = (self.at_least is not None, self.at_most is not None, bool(self.one_of))
        if sum(given) != 1:
            raise ValueError(f"{self.name}: give exactly one of at_least, at_most and one_of")
        return self

    @property
    def name(self) -> str:
        """The setting that is limited: `non_inferiority.margin`."""
        return f"{self.rule}.{self.setting}"

    @property
    def kind(self) -> LimitKind:
        """Which of the three limits is given."""
        if self.one_of:
            return "one_of"
        return "at_most" if self.at_least is None else "at_least"

    @property
    def number(self) -> float:
        """The number that is given; there is none where words are."""
        return next(one for one in (self.at_least, self.at_most) if one is not None)

    def holds(self, value: object) -> bool:
        """Whether a setting's value keeps the limit; equal to it does, no number doesn't."""
        if self.one_of:
            return str(value).lower() in self.one_of
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return value >= self.number if self.kind == "at_least" else value <= self.number

    def weaker_than(self, other: "SettingLimit") -> bool:
        """Whether this limit of the same kind lets something through that the other doesn't."""
        if self.one_of:
            return not set(self.one_of) <= set(other.one_of)
        return self.number < other.number if self.kind == "at_least" else self.number > other.number

    @property
    def value(self) -> str:
        """The weakest value that is allowed, as text."""
        if self.one_of:
            return " or ".join(self.one_of)
        return f"{self.number:g}"

    @property
    def text(self) -> str:
        """The limit in words: `at most 0.03`, `one of rebuilt`."""
        return f"{self.kind.replace('_', ' ')} {self.value}"


class Approvers(Part):
    """How many persons of a role approve."""

    role: Id
    persons: Annotated[int, Field(ge=1)]


class Staging(Part):
    """What staging must have shown of a payload before production.

    So many green verifications one after the other, spread over so many hours. Two that are further
    apart than `max_gap_hours` say nothing of the time between, and the last counts for
    `last_within_hours`.
    """

    min_verifications: Annotated[int, Field(ge=1)]
    min_hours: Annotated[float, Field(ge=0)]
    max_gap_hours: Annotated[float, Field(gt=0, le=744)]
    last_within_hours: Annotated[float, Field(gt=0, le=744)]
    reason: Reason


class Regulation(Part):
    """A rule of law or standard to check, and what to ask."""

    name: Line
    question: Line


class Tier(Part):
    """One risk tier."""

    belongs_here: Annotated[tuple[Line, ...], Field(min_length=1)]
    rules: Annotated[tuple[Id, ...], Field(min_length=1)]
    limits: tuple[SettingLimit, ...]
    approvals: Annotated[tuple[Approvers, ...], Field(min_length=1)]
    approvals_valid_days: Annotated[int, Field(ge=1)]
    staging: Staging
    monitoring: Annotated[tuple[Line, ...], Field(min_length=1)]
    review_period_days: Annotated[int, Field(ge=1, le=1096)]
    regulations: Annotated[tuple[Regulation, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _nothing_twice(self) -> "Tier":
        limited = [(limit.name, limit.kind) for limit in self.limits]
        approving = [approvers.role for approvers in self.approvals]
        for what, names in (("rule", self.rules), ("limit", limited), ("role", approving)):
            if len(set(names)) != len(names):
                raise ValueError(f"a {what} stands twice")
        return self

    @property
    def persons(self) -> int:
        """How many approvals it takes in all."""
        return sum(approvers.persons for approvers in self.approvals)


class BreakGlass(Part):
    """Who together may let a payload pass without approvals in an emergency, and for how long."""

    approvals: tuple[Approvers, ...]
    max_hours: Annotated[float, Field(gt=0, le=168)]
    reason: Reason

    @model_validator(mode="after")
    def _takes_two(self) -> "BreakGlass":
        if len({approvers.role for approvers in self.approvals}) != len(self.approvals):
            raise ValueError("a role stands twice")
        if sum(approvers.persons for approvers in self.approvals) < TWO:
            raise ValueError("it takes two persons at least to break the glass")
        return self


class MissingWall(Part):
    """A room that may do without a wall, and why that is borne."""

    room: RoomName
    reason: Reason


class Walls(Part):
    """Without which rooms' walls production is deployed all the same: none unless it is named."""

    accept_missing: tuple[MissingWall, ...] = ()

    @model_validator(mode="after")
    def _nothing_twice(self) -> "Walls":
        if len(self.accepted) != len(self.accept_missing):
            raise ValueError("accept_missing: a room stands twice")
        return self

    @property
    def accepted(self) -> frozenset[RoomName]:
        """The rooms that are named."""
        return frozenset(missing.room for missing in self.accept_missing)


class Rollback(Part):
    """Whether the release before is kept started, not answering, so that going back is quick."""

    keep_warm: bool
    reason: Reason


KEEP_WARM: Final = Rollback(
    keep_warm=True,
    reason="Going back takes the time of a start unless the release before is started already.",
)


class RiskTiers(Record):
    """policies/risk_tiers.yaml: the tiers, from low to high, and what each role answers for.

    `rejections_withdrawn_by` are the roles that may take back what another person rejected;
    `walls` says whether production may be deployed from a machine without walls, `rollback` whether
    the release before is kept warm: it is unless this says otherwise.
    """

    kind: Literal["risk_tiers"]
    roles: dict[Id, Line]
    rejections_withdrawn_by: tuple[Id, ...]
    break_glass: BreakGlass
    walls: Walls = Walls()
    rollback: Rollback = KEEP_WARM
    tiers: dict[TierName, Tier]

    @model_validator(mode="after")
    def _complete_and_rising(self) -> "RiskTiers":
        if absent := [name for name in TIERS if name not in self.tiers]:
            raise ValueError(f"no tier {', '.join(absent)}")
        asked = {a.role for tier in self.tiers.values() for a in tier.approvals}
        asked |= {a.role for a in self.break_glass.approvals} | set(self.rejections_withdrawn_by)
        if unknown := sorted(asked - set(self.roles)):
            raise ValueError(f"roles says nothing of {', '.join(unknown)}")
        for lower, upper in pairwise(TIERS):
            if problems := list(_weaker(self.tiers[upper], self.tiers[lower])):
                raise ValueError(f"{upper} asks for less than {lower}: " + "; ".join(problems))
        return self


def _weaker(upper: Tier, lower: Tier) -> Iterator[str]:
    """Say in what a tier asks for less than the one below it."""
    for rule in lower.rules:
        if rule not in upper.rules:
            yield f"not the rule {rule}"
    persons = {approvers.role: approvers.persons for approvers in upper.approvals}
    for approvers in lower.approvals:
        if persons.get(approvers.role, 0) < approvers.persons:
            yield f"fewer approvals by {approvers.role}"
    if upper.review_period_days > lower.review_period_days:
        yield "a longer review period"
    if upper.approvals_valid_days > lower.approvals_valid_days:
        yield "approvals that are valid for longer"
    yield from _weaker_staging(upper.staging, lower.staging)
    yield from _weaker_limits(upper, lower)


def _weaker_staging(upper: Staging, lower: Staging) -> Iterator[str]:
    if upper.min_verifications < lower.min_verifications:
        yield "fewer verifications in staging"
    if upper.min_hours < lower.min_hours:
        yield "fewer hours in staging"
    if upper.max_gap_hours > lower.max_gap_hours:
        yield "longer gaps between verifications in staging"
    if upper.last_within_hours > lower.last_within_hours:
        yield "an older last verification in staging"


def _weaker_limits(upper: Tier, lower: Tier) -> Iterator[str]:
    limits = {(limit.name, limit.kind): limit for limit in upper.limits}
    for limit in lower.limits:
        kept = limits.get((limit.name, limit.kind))
        if kept is None:
            yield f"no limit on {limit.name}"
        elif kept.weaker_than(limit):
            yield f"a weaker limit on {limit.name}"
