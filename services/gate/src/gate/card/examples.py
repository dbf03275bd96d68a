"""Which photos a card shows, and what it says of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Confusion
from gate.card.numbers import share, spoken
from gate.card.records import CardRecords
from pages import PhotoTile, Picture, Unshown
from scoring.labels import quantise, winners

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


def strongest(confusion: Confusion) -> list[tuple[str, str, int, int]]:
    """Return truth, answer, photos and photos of that truth, the most photos first."""
    pairs = [
        (truth, answer, confusion.counts[i][j], sum(confusion.counts[i]))
        for i, truth in enumerate(confusion.labels)
        for j, answer in enumerate(confusion.labels)
        if i != j and confusion.counts[i][j]
    ]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))


def _confused(records: CardRecords, wrong: tuple[Answered, ...]) -> tuple[Confused, ...]:
    head = records.classes.name if records.classes else ""
    tables = records.evidence.confusions if records.evidence else ()
    pairs = next((strongest(table) for table in tables if table.head == head), [])
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
