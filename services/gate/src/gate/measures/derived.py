"""Slices that the judge makes itself, from photos and truths: no one else has a say in them.

A dimension of the same name in the photo manifest is replaced: whoever fills in that table could
otherwise hide a bad slice by naming it differently.
"""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from artifacts.records.evaluation import UNKNOWN_SLICE, ClassificationOutcomes, Evaluation
from artifacts.records.photos import PhotoManifest
from gate.measures.looks import Traits

Column = tuple[str, ...]

ERA: Final = "era"
YEAR: Final = "year"
"""The unit of heads whose truths are cut into eras."""
ERAS: Final = (
    (1400, "before 1400"),
    (1700, "1400 to 1699"),
    (1850, "1700 to 1849"),
    (1920, "1850 to 1919"),
)
LATEST_ERA: Final = "1920 and later"
DARK_BELOW: Final = 0.35
BRIGHT_FROM: Final = 0.65
"""Mean brightness, 0 to 1: about one in twenty of ordinary day-light photos lies beyond each."""
RESOLUTIONS: Final = ((128, "under 128 px"), (256, "128 to 255 px"))
FINEST: Final = "256 px and more"


def with_derived_slices(
    evaluation: Evaluation, manifest: PhotoManifest, traits: Sequence[Traits]
) -> Evaluation:
    """Return a holdout's evaluation with the judge's own slices; `traits` are in its order.

    One dimension by the true label of each classification head, named after the head, and one of
    its rare and common labels (`<head>_rarity`); one of eras for each head of years, named after
    it, or `era` where there is none; and `source`, `lighting` and `resolution`.
    """
    derived: dict[str, Column] = {}
    for classes in evaluation.classification:
        derived[classes.head] = _labels(classes)
        derived[f"{classes.head}_rarity"] = _rarity(classes, manifest)
    for numbers in evaluation.regression:
        if numbers.unit == YEAR:
            derived[numbers.head] = tuple(map(_era, numbers.truths))
    # A model without a head of years is judged over the same eras as one that has it.
    years = {row.photo: row.year for row in manifest.rows}
    derived.setdefault(ERA, tuple(_era(years[photo]) for photo in evaluation.photos))
    sources = {row.photo: row.source for row in manifest.rows}
    derived["source"] = tuple(sources[photo] for photo in evaluation.photos)
    derived["lighting"] = tuple(_lighting(trait.brightness) for trait in traits)
    derived["resolution"] = tuple(_resolution(trait.shorter_side) for trait in traits)
    # Validated anew, so that a column of another length is found here.
    return Evaluation.model_validate(dict(evaluation) | {"slices": evaluation.slices | derived})


def _labels(outcomes: ClassificationOutcomes) -> Column:
    return tuple(_named(truth, outcomes.labels) for truth in outcomes.truths)


def _named(truth: int | None, names: Sequence[str]) -> str:
    return UNKNOWN_SLICE if truth is None else names[truth]


def _rarity(outcomes: ClassificationOutcomes, manifest: PhotoManifest) -> Column:
    """A label is rare with fewer building groups to train on than the median label has."""
    groups: dict[str, set[str]] = {label: set() for label in outcomes.labels}
    for row in manifest.of_split("train"):
        groups.setdefault(str(row.truth(outcomes.head)), set()).add(row.group)
    sizes: Mapping[str, int] = {label: len(groups[label]) for label in outcomes.labels}
    middle = median(sizes.values())
    names = tuple("rare" if size < middle else "common" for size in sizes.values())
    return tuple(_named(truth, names) for truth in outcomes.truths)


def _era(year: float | None) -> str:
    if year is None:
        return UNKNOWN_SLICE
    return next((name for end, name in ERAS if year < end), LATEST_ERA)


def _lighting(brightness: float) -> str:
    if brightness < DARK_BELOW:
        return "dark"
    return "normal" if brightness < BRIGHT_FROM else "bright"


def _resolution(shorter_side: int) -> str:
    return next((name for end, name in RESOLUTIONS if shorter_side < end), FINEST)
