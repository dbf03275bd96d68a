"""What a model card is made of, how it writes numbers, and which photos it shows.

Records, each of which may be missing but the manifest.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from artifacts.policies.tiers import RiskTiers
from artifacts.records.evaluation import ClassificationOutcomes, Evaluation, RegressionOutcomes
from artifacts.records.evidence import Estimate, Evidence
from artifacts.records.gate import GateReport
from artifacts.records.manifest import (
    ClassificationHead,
    ModelManifest,
    NumberHead,
)
from gate.evidence_page import strongest_mistakes
from judging.policy import Policy
from judging.rules.metric_limits import MetricLimit
from pages import KeyNumber, PhotoTile, Picture, Unshown
from scoring.labels import quantise, winners


@dataclass(frozen=True)
class CardRecords:
    """The records of one candidate. None: there is none, and the card says so."""

    manifest: ModelManifest
    policy: Policy | None = None
    tiers: RiskTiers | None = None
    evidence: Evidence | None = None
    report: GateReport | None = None
    evaluation: Evaluation | None = None

    def discords(self) -> tuple[str, ...]:
        """Name what belongs to another model than the rest, or to another judgement."""
        return tuple(self._discords())

    def _discords(self) -> Iterator[str]:
        model = self.manifest.digest
        if self.policy and self.policy.model != self.manifest.name:
            yield f"the policy is of {self.policy.model}, the model is {self.manifest.name}"
        if self.evidence and self.evidence.model != model:
            yield f"the evidence is of {self.evidence.model}, the model is {model}"
        if self.evaluation and self.evaluation.model not in {None, model}:
            yield f"the evaluation is of {self.evaluation.model}, the model is {model}"
        if self.report:
            yield from self._discords_of_report(self.report)

    def _discords_of_report(self, report: GateReport) -> Iterator[str]:
        grounds = (
            ("candidate", report.candidate, self.manifest),
            ("policy", report.policy, self.policy),
            ("risk tiers", report.risk_tiers, self.tiers),
            ("evidence", report.evidence, self.evidence),
        )
        for what, judged, given in grounds:
            if given is not None and judged is not None and judged != given.digest:
                yield f"the gate judged by the {what} {judged}, given is {given.digest}"

    @property
    def classes(self) -> ClassificationHead | None:
        """The head that names labels, the first if there are several."""
        heads = (head for head in self.manifest.heads if isinstance(head, ClassificationHead))
        return next(heads, None)

    @property
    def numbers(self) -> NumberHead | None:
        """The head that gives a number, the first if there are several."""
        heads = (h for h in self.manifest.heads if isinstance(h, NumberHead))
        return next(heads, None)

    @property
    def outcomes(self) -> ClassificationOutcomes | None:
        """What the head that names labels answered."""
        found = self.evaluation.classification if self.evaluation else ()
        name = self.classes.name if self.classes else ""
        return next((outcomes for outcomes in found if outcomes.head == name), None)

    @property
    def values(self) -> RegressionOutcomes | None:
        """What the head that gives a number answered."""
        found = self.evaluation.regression if self.evaluation else ()
        name = self.numbers.name if self.numbers else ""
        return next((outcomes for outcomes in found if outcomes.head == name), None)

    def metric(self, name: str) -> Estimate | None:
        """Return a metric over the whole holdout."""
        return self.evidence.metrics.get(name) if self.evidence else None

    def limits(self, metric: str) -> tuple[MetricLimit, ...]:
        """Return the policy's limits on a metric over the whole holdout."""
        if self.policy is None:
            return ()
        return tuple(one for one in self.policy.every(MetricLimit) if one.metric == metric)


NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accuracy": "Right answers",
        "macro_f1": "Macro F1",
        "top3_accuracy": "Truth among the first three",
        "brier_score": "Brier score",
        "calibration_error": "Calibration error",
        "set_coverage": "Sets that hold the truth",
        "set_size": "Labels in a set",
        "median_absolute_error": "Median error",
        "mean_absolute_error": "Mean error",
        "interval_coverage": "Intervals that hold the truth",
        "interval_width": "Width of an interval",
        "unfamiliar": "Buildings declined as strange",
        "none_of_these": "Buildings declined as of no style",
        "others_declined": "Other pictures declined",
    }
)
_IN_UNITS: Final = frozenset({"median_absolute_error", "mean_absolute_error", "interval_width"})


def name_of(metric: str) -> str:
    """Return what people call a metric `<head>.<name>`."""
    head, _, name = metric.partition(".")
    return f"{NAMES.get(name, name.replace('_', ' '))} ({head})"


def share(value: float, digits: int = 1) -> str:
    """Write a share as a percentage; the number and its sign stay on one line."""
    return f"{100 * value:.{digits}f}\N{NO-BREAK SPACE}%"


def spoken(label: str) -> str:
    """Return a label as people write it."""
    return label.replace("_", " ")


def written(metric: str, value: float, unit: str) -> str:
    """Write a metric's value as people read it."""
    name = metric.partition(".")[2]
    if name in _IN_UNITS:
        return f"{value:.0f}\N{NO-BREAK SPACE}{unit}s" if unit else f"{value:.0f}"
    if name == "brier_score":
        return f"{value:.3f}"
    return f"{value:.1f}" if name == "set_size" else share(value)


def interval(metric: str, estimate: Estimate, unit: str) -> str:
    """Write the interval around a metric's value."""
    if estimate.low is None or estimate.high is None:
        return "no interval"
    # One unit behind both bounds is enough.
    low = written(metric, estimate.low, unit).split("\N{NO-BREAK SPACE}")[0]
    return f"{low} to {written(metric, estimate.high, unit)}"


def limit_text(limit: MetricLimit, unit: str) -> str:
    """Write a limit."""
    words = "at least" if limit.side == "at_least" else "at most"
    return f"{words} {written(limit.metric, limit.limit, unit).replace('.0', '')}"


def key_number(records: CardRecords, metric: str, remark: str = "") -> KeyNumber | None:
    """Write a metric with its interval and limits; bad where its value breaks one."""
    estimate = records.metric(metric)
    if estimate is None:
        return None
    unit = records.numbers.unit if records.numbers else ""
    limits = records.limits(metric)
    asked = "asked: " + ", ".join(limit_text(limit, unit) for limit in limits) if limits else ""
    return KeyNumber(
        label=name_of(metric),
        value=written(metric, estimate.value, unit),
        interval=interval(metric, estimate, unit),
        remark="; ".join(part for part in (remark, asked) if part),
        tone="plain" if all(limit.holds(estimate.value) for limit in limits) else "bad",
    )


def key_numbers(records: CardRecords, *metrics: str, remark: str = "") -> tuple[KeyNumber, ...]:
    """Write those of some metrics that were measured."""
    found = (key_number(records, metric, remark) for metric in metrics)
    return tuple(number for number in found if number is not None)


EXAMPLES: Final = 12
CONFUSIONS: Final = 6
OF_A_CONFUSION: Final = 3
DOUBTS: Final = 24
PAIRS: Final = 6


@dataclass(frozen=True)
class Answered:
    """A photo, its truth, its answer and how probable that was said to be."""

    photo: str
    truth: str
    answer: str
    probability: float

    @property
    def right(self) -> bool:
        """Whether the answer is the truth."""
        return self.truth == self.answer


@dataclass(frozen=True)
class Confused:
    """Two labels that are taken for each other: how often, of how many, and photos of it."""

    truth: str
    answer: str
    photos: int
    of: int
    examples: tuple[Answered, ...]


@dataclass(frozen=True)
class Examples:
    """The photos that a card shows of a model's answers."""

    right: tuple[Answered, ...]
    wrong: tuple[Answered, ...]
    confused: tuple[Confused, ...]


def choose(records: CardRecords) -> Examples:
    """Choose the most confident answers, right (one a label) and wrong, and confused labels."""
    answers = sorted(answered(records), key=lambda a: (-a.probability, a.photo))
    best: dict[str, Answered] = {}
    for answer in answers:
        if answer.right:
            best.setdefault(answer.truth, answer)
    wrong = tuple(answer for answer in answers if not answer.right)
    return Examples(tuple(best.values())[:EXAMPLES], wrong[:EXAMPLES], _confused(records, wrong))


def photos_shown(records: CardRecords, examples: Examples) -> tuple[str, ...]:
    """Return the digests of all photos that the card shows, each once."""
    confused = (answer for pair in examples.confused for answer in pair.examples)
    found = [answer.photo for answer in (*examples.right, *examples.wrong, *confused)]
    if evidence := records.evidence:
        found += [doubt.photo for doubt in evidence.label_doubts[:DOUBTS]]
        for pair in evidence.leakage.near_duplicates[:PAIRS]:
            found += [pair.holdout, pair.other]
    return tuple(dict.fromkeys(found))


def answered(records: CardRecords) -> tuple[Answered, ...]:
    """Return what was answered of every photo whose label is known."""
    outcomes, evaluation = records.outcomes, records.evaluation
    if outcomes is None or evaluation is None or not outcomes.probabilities:
        return ()
    rows = quantise(np.array(outcomes.probabilities, dtype=float))
    return tuple(
        Answered(photo, outcomes.labels[truth], outcomes.labels[index], float(rows[n, index]))
        for n, (photo, truth, index) in enumerate(
            zip(evaluation.photos, outcomes.truths, winners(rows), strict=True)
        )
        if truth is not None
    )


def _confused(records: CardRecords, wrong: tuple[Answered, ...]) -> tuple[Confused, ...]:
    head = records.classes.name if records.classes else ""
    tables = records.evidence.confusions if records.evidence else ()
    pairs = next((strongest_mistakes(table) for table in tables if table.head == head), [])
    return tuple(
        Confused(
            *(truth, answer, photos, of),
            tuple(a for a in wrong if (a.truth, a.answer) == (truth, answer))[:OF_A_CONFUSION],
        )
        for truth, answer, photos, of in pairs[:CONFUSIONS]
    )


class Gallery:
    """The pictures of a card, and what places a photo in time and origin."""

    def __init__(
        self, pictures: Mapping[str, Picture | Unshown], evaluation: Evaluation | None = None
    ) -> None:
        self._pictures = pictures
        regression = evaluation.regression[:1] if evaluation else ()
        photos = evaluation.photos if evaluation else ()
        self._years = {
            photo: (truth, value)
            for outcomes in regression
            for photo, truth, value in zip(photos, outcomes.truths, outcomes.values, strict=True)
        }

    def picture(self, photo: str) -> Picture | Unshown:
        """Return a photo's picture, or why there is none."""
        return self._pictures.get(photo, Unshown("no dataset was given to show it from"))

    def tiles(self, answers: Iterable[Answered]) -> tuple[PhotoTile, ...]:
        """Show answers."""
        return tuple(map(self._tile, answers))

    def _tile(self, answer: Answered) -> PhotoTile:
        sure, said = share(answer.probability, 0), spoken(answer.answer)
        return PhotoTile(
            picture=self.picture(answer.photo),
            alt=f"holdout photo labelled {spoken(answer.truth)}, answered {said}",
            title=spoken(answer.truth),
            lines=(
                f"{sure} sure" if answer.right else f"answered {said}, {sure} sure",
                *self._era(answer.photo),
            ),
        )

    def _era(self, photo: str) -> tuple[str, ...]:
        truth, value = self._years.get(photo, (None, 0.0))
        return () if truth is None else (f"{truth:.0f}, answered {value:.0f}",)
