"""Whether a rebuilt model is the original: their manifests field by field, then their answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from artifacts.records.answers import Answer, ClassificationAnswer, RegressionAnswer
from artifacts.records.manifest import (
    ClassificationHead,
    DecliningHead,
    DistributionHead,
    Head,
    ModelManifest,
    PeriodsHead,
)
from artifacts.records.reproduction import Outcome
from scoring.proof import PROBABILITY_TOLERANCE, VALUE_TOLERANCE, differs

Answers = Mapping[str, Answer]

_INPUTS = ("format", "name", "code", "environment", "params", "feature_schema", "data")
_SHOWN = 5


@dataclass(frozen=True)
class ManifestDifferences:
    """Where two manifests part: in what went in, and in what came out of it."""

    inputs: tuple[str, ...]
    products: tuple[str, ...]


@dataclass(frozen=True)
class AnswerDifferences:
    """How two models answer `photos` photos: what is beyond the tolerances, and the largest gaps.

    `probability` is absolute, `value` relative to the original's value (or to 1, if it is less).
    """

    photos: int
    beyond: tuple[str, ...]
    probability: float
    value: float


def manifest_differences(original: ModelManifest, rebuilt: ModelManifest) -> ManifestDifferences:
    """Compare two manifests field by field; both parts are empty only if they are equal."""
    before, after = original.model_dump(mode="json"), rebuilt.model_dump(mode="json")
    inputs = [text for name in _INPUTS for text in _parting(name, before[name], after[name])]
    products = [
        text
        for name, key in (
            ("files", "path"),
            ("heads", "name"),
            ("metrics", "over name"),
            ("comparison", "head family settings"),
            ("golden_photos", "file"),
        )
        for text in _parting(name, _by(key, before[name]), _by(key, after[name]))
    ]
    if not inputs and not products and original.digest != rebuilt.digest:
        products.append("the order of some list in the manifest")
    return ManifestDifferences(tuple(inputs), tuple(products))


def answer_differences(
    photos: Sequence[str], original: Sequence[Answers], rebuilt: Sequence[Answers]
) -> AnswerDifferences:
    """Compare two models' answers to the same photos, by the tolerances of scoring's proof."""
    beyond: list[str] = []
    gaps = [(0.0, 0.0)]
    for photo, before, after in zip(photos, original, rebuilt, strict=True):
        for head in before.keys() & after.keys():
            gaps.append(_gap(before[head], after[head]))
            if reason := differs(before[head], after[head]):
                beyond.append(f"photo {photo}: {head} {reason}")
    probabilities, values = zip(*gaps, strict=True)
    return AnswerDifferences(len(photos), tuple(sorted(beyond)), max(probabilities), max(values))


def verdict(
    original: ModelManifest,
    rebuilt: ModelManifest,
    found: ManifestDifferences,
    answers: AnswerDifferences | None,
) -> tuple[Outcome, tuple[str, ...]]:
    """Say how far two models are one, and where they part.

    Without answers, what differs can't be within tolerance: they weren't worth asking for, or
    there was no photo to ask about.
    """
    if original.digest == rebuilt.digest:
        return "equal", ()
    named = (*found.inputs, *found.products)
    if answers is None or not answers.photos:
        return "different", named
    gaps = (
        f"answers to {answers.photos} validation photos: the largest gap of a probability is "
        f"{answers.probability:.2g}, of a value {answers.value:.2g} (relative)"
    )
    beyond = (*answers.beyond[:_SHOWN], *_unlike(original.heads, rebuilt.heads))
    if len(answers.beyond) > _SHOWN:
        beyond += (f"and {len(answers.beyond) - _SHOWN} answers more are beyond the tolerances",)
    if found.inputs or beyond:
        return "different", (*named, gaps, *beyond)
    return "equal_within_tolerance", (*named, gaps)


def _parting(path: str, before: object, after: object) -> list[str]:
    """Name the innermost fields that differ, with both values."""
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict) and before and after:
        names = [*before, *(name for name in after if name not in before)]
        fields = ((f"{path}.{name}", before.get(name), after.get(name)) for name in names)
        return [text for field in fields for text in _parting(*field)]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        items = ((f"{path}.{i}", *pair) for i, pair in enumerate(zip(before, after, strict=True)))
        return list(islice((text for item in items for text in _parting(*item)), _SHOWN))
    return [f"{path} was {_short(before)}, is {_short(after)}"]


def _short(value: object) -> str:
    text = "absent" if value is None else str(value)
    return text if len(text) <= 100 else f"{text[:97]}..."  # noqa: PLR2004 - a line of text


def _by(key: str, items: Sequence[Mapping[str, object]]) -> dict[str, object]:
    return {" ".join(str(item[name]) for name in key.split()): item for item in items}


def _gap(before: Answer, after: Answer) -> tuple[float, float]:
    if isinstance(before, ClassificationAnswer) and isinstance(after, ClassificationAnswer):
        found = {item.label: item.probability for item in after.ranking}
        gaps = [abs(found.get(item.label, 0.0) - item.probability) for item in before.ranking]
        return max(gaps), 0.0
    if isinstance(before, RegressionAnswer) and isinstance(after, RegressionAnswer):
        return 0.0, abs(after.value - before.value) / max(1.0, abs(before.value))
    return 0.0, 0.0


def _unlike(before: Sequence[Head], after: Sequence[Head]) -> tuple[str, ...]:
    """Name what of heads no answer shows, and is not equal or not nearly."""
    if [head.name for head in before] != [head.name for head in after]:
        return ("the heads are others",)
    pairs = zip(before, after, strict=True)
    return tuple(reason for one, other in pairs for reason in _unlike_head(one, other))


def _unlike_head(one: Head, other: Head) -> list[str]:
    if (one.kind, one.family) != (other.kind, other.family):
        return [f"head {one.name} is of another family"]
    if isinstance(one, ClassificationHead) and isinstance(other, ClassificationHead):
        sets, others = one.prediction_set, other.prediction_set
        gap = abs(sets.threshold - others.threshold)
        if sets.level != others.level or gap > PROBABILITY_TOLERANCE:
            return [f"head {one.name} makes other prediction sets"]
    if isinstance(one, PeriodsHead) and isinstance(other, PeriodsHead):
        same = (one.of, one.periods, one.level) == (other.of, other.periods, other.level)
        if not same or abs(one.mass - other.mass) > PROBABILITY_TOLERANCE:
            return [f"head {one.name} answers by other periods"]
    if isinstance(one, DecliningHead) and isinstance(other, DecliningHead):
        same = (one.of, one.level, one.pictures) == (other.of, other.level, other.pictures)
        strange = abs(one.limit - other.limit) > VALUE_TOLERANCE * max(1.0, one.limit)
        unsure = abs(one.least_probability - other.least_probability) > PROBABILITY_TOLERANCE
        if not same or strange or unsure:
            return [f"head {one.name} declines by other limits"]
    if isinstance(one, DistributionHead) and isinstance(other, DistributionHead):
        same = one.model_copy(update={"mass": other.mass}) == other
        if not same or abs(one.mass - other.mass) > 2 * PROBABILITY_TOLERANCE:
            return [f"head {one.name} learned from other {one.unit}s, or makes other intervals"]
    return []
