"""Parity: one photo, one model, three doors, one answer; and where they differ, photo by photo.

The doors run on one machine over the same bytes, so vectors must be equal to the last bit;
probabilities pass through text and JSON, and may differ by a millionth.
"""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from artifacts.digests import Digest
from artifacts.records.record import Record

PROBABILITY_TOLERANCE: Final = 1e-6
"""Largest difference of two probabilities that counts as none."""
_SLACK: Final = 1e-12
"""Floats: 0.500001 - 0.5 is a little more than 1e-6."""

ERA: Final = "era"
"""The head whose answer is the year."""
Aspect = Literal["error", "vector", "declined", "label", "probability", "year", "photo"]


class ParityPhoto(Record):
    """A photo's file, as every door is given it."""

    path: PurePath


class DoorAnswer(Record):
    """What a door said of a photo: all its values, why it declined, or the code of its refusal.

    A model whose era is off gives no year; of a declined photo there is no style and no year.
    """

    path: PurePath
    declined: str | None = None
    style: str | None = None
    probability: Annotated[float, Field(ge=0, le=1)] | None = None
    year: int | None = None
    vector_digest: Digest | None = None
    error: str | None = None

    @model_validator(mode="after")
    def _answers_or_refuses(self) -> "DoorAnswer":
        answer = (self.style, self.probability, self.year)
        whole = self.declined is not None or None not in (self.style, self.probability)
        if self.error is None and (not whole or self.vector_digest is None):
            raise ValueError(f"{self.path}: neither a whole answer nor an error")
        if self.declined is not None and answer != (None, None, None):
            raise ValueError(f"{self.path}: declined, and an answer at once")
        if self.error is not None and {*answer, self.declined, self.vector_digest} != {None}:
            raise ValueError(f"{self.path}: an answer and an error at once")
        return self


class DoorCount(Record):
    """How many photos a door answered, and how many it refused."""

    door: str
    answered: int
    refused: int


class ParityDifference(Record):
    """One photo, one aspect, two doors that don't agree."""

    path: PurePath
    aspect: Aspect
    door: str
    answer: str
    reference: str
    expected: str


class ParityReport(Record):
    """What the doors said of the same photos. The first door is the reference of all others."""

    model: Digest
    photos: Annotated[int, Field(ge=1)]
    probability_tolerance: float
    doors: Annotated[tuple[DoorCount, ...], Field(min_length=2)]
    differences: tuple[ParityDifference, ...]

    @property
    def equal(self) -> bool:
        """Whether all doors agree on every photo."""
        return not self.differences


Answers = tuple[str, tuple[DoorAnswer, ...]]
"""A door's name and its answers."""


def compare_doors(
    model: str, photos: tuple[ParityPhoto, ...], answers: tuple[Answers, ...]
) -> ParityReport:
    """Compare every door with the first, over the photos in order.

    ValueError where there is no photo or only one door: agreement of nothing proves nothing.
    """
    reference = answers[0]
    return ParityReport(
        model=model,
        photos=len(photos),
        probability_tolerance=PROBABILITY_TOLERANCE,
        doors=tuple(_count(name, given) for name, given in answers),
        differences=tuple(
            difference
            for other in answers[1:]
            for photo, first, second in zip(photos, reference[1], other[1], strict=True)
            for difference in _differences(photo, (reference[0], first), (other[0], second))
        ),
    )


def _count(name: str, answers: tuple[DoorAnswer, ...]) -> DoorCount:
    refused = sum(answer.error is not None for answer in answers)
    return DoorCount(door=name, answered=len(answers) - refused, refused=refused)


def _differences(
    photo: ParityPhoto, first: tuple[str, DoorAnswer], second: tuple[str, DoorAnswer]
) -> Iterator[ParityDifference]:
    (reference, expected), (door, found) = first, second
    for aspect, before, after in _aspects(photo, expected, found):
        yield ParityDifference(
            path=photo.path,
            aspect=aspect,
            door=door,
            answer=str(after),
            reference=reference,
            expected=str(before),
        )


def _aspects(
    photo: ParityPhoto, expected: DoorAnswer, found: DoorAnswer
) -> Iterator[tuple[Aspect, object, object]]:
    if (expected.path, found.path) != (photo.path, photo.path):
        yield "photo", expected.path, found.path
        return
    if expected.error != found.error:
        yield "error", expected.error, found.error
        return
    if expected.vector_digest != found.vector_digest:
        yield "vector", expected.vector_digest, found.vector_digest
    if expected.declined != found.declined:
        yield "declined", expected.declined, found.declined
    if expected.style != found.style:
        yield "label", expected.style, found.style
    if not _near(expected.probability, found.probability):
        yield "probability", expected.probability, found.probability
    if expected.year != found.year:
        yield "year", expected.year, found.year


def _near(expected: float | None, found: float | None) -> bool:
    if expected is None or found is None:
        return expected is found
    return abs(expected - found) <= PROBABILITY_TOLERANCE + _SLACK
