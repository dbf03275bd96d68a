"""Policy: what a model must show before it may be released. One YAML file a model, in policies/.

Every threshold carries its reason and the day of its decision. Which rules a policy must have, and
how weak a threshold may be, is its risk tier's (tiers.py).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, ClassVar, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from artifacts.policies.tiers import Id, Line, Reason, TierName
from artifacts.records.evidence import MetricName
from artifacts.records.manifest import ModelName, spelled_off
from artifacts.records.record import Part, Record
from judging.metric_names import LIMITS, Limit, limit_of

Share = Annotated[float, Field(ge=0, le=1)]
Unlearned = Annotated[Literal["periods", "off"], BeforeValidator(spelled_off)]
"""Where answers come from that nothing was trained for."""


def _once(what: str, names: Iterable[str]) -> None:
    """Raise ValueError where a name stands twice: of two limits nobody knows which is meant."""
    if twice := sorted(name for name, times in Counter(names).items() if times > 1):
        raise ValueError(f"{what}: {', '.join(twice)} stands twice")


class Setting(Part):
    """A rule's setting: `reason` says why it is as it is, for someone who wasn't there."""

    reason: Reason
    decided_on: date


class MetricLimit(Setting):
    """A limit that a metric keeps. Exactly one of `at_least` and `at_most`; equal to it passes.

    What could not be measured is no pass. Only of heads whose answers come from
    `unmeasured_allowed_for` is a limit not asked where no photo of the holdout has a truth: nothing
    was learned that could be wrong, or there is nothing to measure.
    """

    metrics: ClassVar[frozenset[str]] = frozenset(LIMITS)

    id: Id
    metric: MetricName
    at_least: float | None = None
    at_most: float | None = None
    unmeasured_allowed_for: tuple[Unlearned, ...] = ()

    @model_validator(mode="after")
    def _limits_the_worse_side(self) -> "MetricLimit":
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"{self.id}: give exactly one of at_least and at_most")
        name = self.metric.partition(".")[2]
        limit = limit_of(self.metric)
        if name not in self.metrics:
            raise ValueError(f"{self.metric} has no place here; {', '.join(sorted(self.metrics))}")
        if limit != self.side:
            raise ValueError(f"{self.id}: {self.metric} is limited by {limit}, not by {self.side}")
        if self.at_least is not None and self.at_least <= 0:
            raise ValueError(f"{self.id}: at least {self.at_least:g} lets every model pass")
        if self.at_most is not None and self.at_most < 0:
            raise ValueError(f"{self.id}: at most {self.at_most:g} lets no model pass")
        return self

    @property
    def side(self) -> Limit:
        """Which side is limited."""
        return "at_most" if self.at_least is None else "at_least"

    @property
    def limit(self) -> float:
        """The limit itself, in the metric's own unit."""
        limits = [limit for limit in (self.at_least, self.at_most) if limit is not None]
        return limits[0]

    def holds(self, value: float) -> bool:
        """Whether a value keeps the limit; a value equal to it does."""
        return value >= self.limit if self.side == "at_least" else value <= self.limit


class Floor(MetricLimit):
    """How often labels must be right."""

    metrics = frozenset({"accuracy", "macro_f1", "top3_accuracy"})


class ErrorLimit(MetricLimit):
    """How far numbers may be off, in the head's unit."""

    metrics = frozenset({"median_absolute_error", "mean_absolute_error"})


class CalibrationLimit(MetricLimit):
    """How far stated probabilities may be from how often the answer is right."""

    metrics = frozenset({"brier_score", "calibration_error"})


class CoverageLimit(MetricLimit):
    """How often prediction sets and intervals must hold the truth, and how large they may be."""

    metrics = frozenset({"set_coverage", "set_size", "interval_coverage", "interval_width"})


class HoldoutSize(Setting):
    """How many photos and building groups a holdout needs before numbers over it mean anything."""

    min_photos: Annotated[int, Field(ge=1)]
    min_groups: Annotated[int, Field(ge=2)]


class NonInferiority(Setting):
    """How much worse than the champion a candidate may be, and how sure of it we want to be.

    `confidence` is one-sided. A margin above 0.1 would let nearly anything pass, so there is none.
    """

    metric: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}\.accuracy$")]
    margin: Annotated[float, Field(ge=0, le=0.1)]
    confidence: Annotated[float, Field(ge=0.9, lt=1)]


class SliceFloor(Setting):
    """The least that the lower confidence bound of a metric may be in every large enough slice."""

    dimension: Id
    metric: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}\.(accuracy|top3_accuracy)$")]
    at_least: Annotated[float, Field(gt=0, lt=1)]


class SliceGapLimit(Setting):
    """The most that a metric may differ between a dimension's best and worst large enough slice."""

    dimension: Id
    metric: MetricName
    at_most: Annotated[float, Field(ge=0)]


class SliceRegression(Setting):
    """How much worse than the champion a candidate may be in any one large enough slice.

    It fails where we are sure at `confidence` (one-sided, over all slices of the dimension) that
    more than `margin` was lost: of accuracy, or of the Brier score, which sees smaller losses. So a
    higher confidence refuses less.
    """

    dimension: Id
    metric: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}\.(accuracy|brier_score)$")]
    margin: Annotated[float, Field(ge=0, le=0.2)]
    confidence: Annotated[float, Field(ge=0.9, lt=1)]


class RobustnessLimit(Setting):
    """The most accuracy that a corruption of up to a severity (1 to 5) may cost."""

    corruption: Id
    head: Id
    up_to_severity: Annotated[int, Field(ge=1, le=5)]
    max_drop: Share


class LeakageLimits(Setting):
    """What the leakage checks may find.

    `within_bits`: photos of other splits this alike (of 256 bits) count as copies. The share of
    holdout photos with a copy; the accuracy of naming the source's commonest label, less that of
    always naming the commonest; accuracy after training on shuffled labels, less chance.
    """

    within_bits: Annotated[int, Field(ge=0, le=64)]
    max_near_duplicates: Share
    max_source_gain: Share
    max_shuffled_gain: Share


class DataQuality(Setting):
    """What the data must be like: building groups a label to train on, doubted holdout labels."""

    min_groups_per_label: Annotated[int, Field(ge=1)]
    max_doubted_labels: Share


class ArtifactLimits(Setting):
    """The most that an artifact may weigh and take, on one core of the judge's machine."""

    max_size_mib: Annotated[float, Field(gt=0)]
    max_load_seconds: Annotated[float, Field(gt=0)]
    max_latency_p95_ms: Annotated[float, Field(gt=0)]


class Reproducibility(Setting):
    """Whether the clean commit in the signed manifest is enough, or a rebuild must have been made.

    With `rebuilt` a reproduction must be `equal`, or also `equal_within_tolerance` where allowed.
    """

    ask: Literal["attested", "rebuilt"]
    accept_tolerance: bool


class Measurement(Setting):
    """How evidence is measured: two-sided confidence of intervals, resamples, seed, photos.

    `max_cpu_minutes` of all processes together, and `max_memory_mib` of the largest, are the most
    that measuring one model may cost. A model that costs more is refused: it is too slow to judge.
    """

    confidence: Annotated[float, Field(ge=0.9, lt=1)]
    resamples: Annotated[int, Field(ge=1000, le=20_000)]
    seed: Annotated[int, Field(ge=0)]
    robustness_photos: Annotated[int, Field(ge=20)]
    max_cpu_minutes: Annotated[float, Field(gt=0, le=480)]
    max_memory_mib: Annotated[int, Field(ge=1024, le=65_536)]


class RequiredSlices(Setting):
    """Slices that must be there with so many photos; too few refuse, whatever the numbers say."""

    dimension: Id
    names: Annotated[tuple[str, ...], Field(min_length=1)]
    min_photos: Annotated[int, Field(ge=5)]


class OptionalSlices(Setting):
    """Slices that are gated where they have so many photos, and only reported where not."""

    dimension: Id
    min_photos: Annotated[int, Field(ge=5)]


class Slices(Part):
    """Which slices are looked at. A dimension is either required or optional."""

    required: Annotated[tuple[RequiredSlices, ...], Field(min_length=1)]
    optional: tuple[OptionalSlices, ...]

    @model_validator(mode="after")
    def _each_dimension_once(self) -> "Slices":
        required = [entry.dimension for entry in self.required]
        _once("slices", [*required, *(entry.dimension for entry in self.optional)])
        return self

    def requires(self, dimension: str) -> bool:
        """Whether slices of a dimension must be there."""
        return dimension in {entry.dimension for entry in self.required}

    @property
    def sizes(self) -> dict[str, int]:
        """How many photos a slice needs to be gated, by dimension; others are not looked at."""
        required = {entry.dimension: entry.min_photos for entry in self.required}
        return required | {entry.dimension: entry.min_photos for entry in self.optional}

    def min_photos(self, dimension: str) -> int | None:
        """Return how many photos a slice of a dimension needs to be gated; None: not looked at."""
        return self.sizes.get(dimension)


SLICE_RULES: Final = ("slice_floors", "slice_gaps", "slice_regressions")


class Rules(Part):
    """Every rule with settings, by its id in the table of rules (gate/rules/table.py)."""

    holdout_size: HoldoutSize | None = None
    floors: tuple[Floor, ...] = ()
    error_limits: tuple[ErrorLimit, ...] = ()
    calibration: tuple[CalibrationLimit, ...] = ()
    coverage: tuple[CoverageLimit, ...] = ()
    non_inferiority: NonInferiority | None = None
    slice_floors: tuple[SliceFloor, ...] = ()
    slice_gaps: tuple[SliceGapLimit, ...] = ()
    slice_regressions: tuple[SliceRegression, ...] = ()
    robustness: tuple[RobustnessLimit, ...] = ()
    leakage: LeakageLimits | None = None
    data_quality: DataQuality | None = None
    artifact_limits: ArtifactLimits | None = None
    reproducibility: Reproducibility | None = None

    @model_validator(mode="after")
    def _each_limit_once(self) -> "Rules":
        """A result carries the name of its limit, so no two limits of a rule may share one."""
        for rule in ("floors", "error_limits", "calibration", "coverage"):
            _once(rule, (entry.id for entry in getattr(self, rule)))
        for rule in SLICE_RULES:
            _once(rule, (entry.dimension for entry in getattr(self, rule)))
        _once("robustness", (entry.corruption for entry in self.robustness))
        return self

    def named(self) -> tuple[str, ...]:
        """Name the rules that have settings."""
        return tuple(name for name in type(self).model_fields if getattr(self, name))

    def settings(self, rule: str) -> Iterator[Setting]:
        """Give each setting of a rule."""
        found = getattr(self, rule)
        if isinstance(found, tuple):
            yield from found
        elif found is not None:
            yield found


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
        for rule in SLICE_RULES:
            for entry in getattr(self.rules, rule):
                if self.slices.min_photos(entry.dimension) is None:
                    raise ValueError(f"{rule}: slices says nothing of {entry.dimension}")
        return self

    def settings(self, rule: str) -> tuple[Setting, ...]:
        """Give each setting of a rule, of `measurement`, `required_slices` or `optional_slices`.

        None for a rule without settings, or of another name.
        """
        beside: dict[str, tuple[Setting, ...]] = {
            "measurement": (self.measurement,),
            "required_slices": self.slices.required,
            "optional_slices": self.slices.optional,
        }
        if rule in Rules.model_fields:
            return tuple(self.rules.settings(rule))
        return beside.get(rule, ())


def unknown_rules(document: object) -> tuple[str, ...]:
    """Say which rules of a policy's document there are none of, and which there are."""
    rules = document.get("rules") if isinstance(document, dict) else None
    named = set(map(str, rules)) if isinstance(rules, dict) else set()
    known = ", ".join(Rules.model_fields)
    return tuple(
        f"there is no rule {name!r}; the rules are {known}"
        for name in sorted(named - set(Rules.model_fields))
    )
