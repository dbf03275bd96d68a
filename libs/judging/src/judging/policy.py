"""Policy: what a model must show before it may be released. One YAML file a model, in policies/.

Every threshold carries its reason and the day of its decision. Which rules a policy must have, and
how weak a threshold may be, is its risk tier's (tiers.py).
"""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    create_model,
    model_serializer,
    model_validator,
)

from artifacts.policies.tiers import Line, Reason, TierName
from artifacts.records.manifest import ModelName
from artifacts.records.record import Part, Record
from judging.setting import Measurement, Setting, Slices, SliceSetting, once
from judging.table import CHOSEN, RULES

S = TypeVar("S", bound=Setting)

NAMED_WHEN_OFF: Final = frozenset(
    {
        *("artifact_limits", "calibration", "coverage", "data_quality", "error_limits", "floors"),
        *("holdout_size", "leakage", "non_inferiority", "reproducibility", "robustness"),
        *("slice_floors", "slice_gaps", "slice_regressions"),
    }
)
"""Rules that a policy's digest names also where they are off. Of later rules it says nothing then:
a rule that a policy doesn't use must not give it another digest, for signed approvals name that."""


class Given(Part):
    """What a policy gives under `rules:`; the rules themselves are the table's."""

    @model_validator(mode="after")
    def _each_limit_once(self) -> "Given":
        """A result carries the name of its limit, so no two limits of a rule may share one."""
        for rule, entries in self.entries():
            once(rule, (entry.key for entry in entries))
        return self

    @model_serializer(mode="wrap")
    def _written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = handler(self)
        return {name: v for name, v in written.items() if v or name in NAMED_WHEN_OFF}

    def entries(self) -> Iterator[tuple[str, tuple[Setting, ...]]]:
        """Give the settings of every rule by its id; none of a rule that is off."""
        for name, value in self:
            yield name, value if isinstance(value, tuple) else (value,) * (value is not None)

    def named(self) -> tuple[str, ...]:
        """Name the rules that have settings."""
        return tuple(name for name, entries in self.entries() if entries)


if TYPE_CHECKING:
    Rules = Given
else:
    Rules = create_model(
        "Rules",
        __base__=Given,
        __doc__="Every rule with settings, by its id (libs/judging).",
        **{
            name: (tuple[rule.settings, ...], ()) if rule.prefix else (rule.settings | None, None)
            for name, rule in CHOSEN.items()
        },
    )


class Owner(Part):
    """Who answers for the model."""

    team: Line
    role: Line
    contact: Line


class Stakeholder(Part):
    """Someone whom the model's answers touch, and how."""

    who: Line
    interest: Line


class Review(Part):
    """When people last looked at all of this, and by when they must again."""

    reviewed_on: date
    due_on: date
    notes: Line

    @model_validator(mode="after")
    def _due_after(self) -> "Review":
        if self.due_on <= self.reviewed_on:
            raise ValueError("due_on is not after reviewed_on")
        return self


class Policy(Record):
    """All that is decided about one model."""

    kind: Literal["model_policy"]
    model: ModelName
    tier: TierName
    tier_reason: Reason
    owner: Owner
    intended_use: Annotated[tuple[Line, ...], Field(min_length=1)]
    forbidden_use: Annotated[tuple[Line, ...], Field(min_length=1)]
    stakeholders: Annotated[tuple[Stakeholder, ...], Field(min_length=1)]
    known_limits: Annotated[tuple[Line, ...], Field(min_length=1)]
    review: Review
    measurement: Measurement
    slices: Slices
    rules: Rules

    @model_validator(mode="after")
    def _slice_rules_name_slices(self) -> "Policy":
        """Without a size nobody knows which slices of a dimension are large enough to judge."""
        for rule, entries in self.rules.entries():
            for entry in entries:
                if isinstance(entry, SliceSetting) and entry.dimension not in self.slices.sizes:
                    raise ValueError(f"{rule}: slices says nothing of {entry.dimension}")
        return self

    def every(self, kind: type[S]) -> tuple[S, ...]:
        """Return the settings of a kind, such as every `Floor`; none where their rule is off."""
        return tuple(e for _, found in self.rules.entries() for e in found if isinstance(e, kind))

    def first(self, kind: type[S]) -> S | None:
        """Return the settings of a kind that a policy gives once; None where their rule is off."""
        return next(iter(self.every(kind)), None)

    def settings(self, rule: str) -> tuple[Setting, ...]:
        """Give each setting of a rule, of `measurement`, `required_slices` or `optional_slices`.

        None for a rule without settings, or of another name.
        """
        beside: dict[str, tuple[Setting, ...]] = {
            "measurement": (self.measurement,),
            "required_slices": self.slices.required,
            "optional_slices": self.slices.optional,
        }
        return (dict(self.rules.entries()) | beside).get(rule, ())


def unknown_rules(document: object) -> tuple[str, ...]:
    """Say which rules of a policy's document there are none of, and which there are."""
    rules = document.get("rules") if isinstance(document, dict) else None
    named = set(map(str, rules)) if isinstance(rules, dict) else set()
    return tuple(
        f"there is no rule {name!r}; the rules are {', '.join(CHOSEN)}"
        for name in sorted(named - set(CHOSEN))
    )


def results_of(policy: Policy) -> tuple[str, ...]:
    """Name every result that a report under this policy must carry, in order."""
    return tuple(name for rule in RULES for name in rule.results(policy))
