from pathlib import Path

import pytest
from pydantic import ValidationError

from artifacts.digests import digest_json
from gate.parity_report import DoorAnswer, ParityPhoto, compare_doors

MODEL = digest_json("model")
PHOTOS = (ParityPhoto(path=Path("/a.jpg")), ParityPhoto(path=Path("/b.jpg")))


def answer(path="/a.jpg", **changes):
    fields = {"style": "gothic", "probability": 0.5, "year": 1900}
    fields |= {"vector_digest": digest_json("vector")}
    return DoorAnswer.model_validate({"path": Path(path)} | fields | changes)


def refusal(code, path="/a.jpg"):
    return DoorAnswer(path=Path(path), error=code)


def compare(found, expected=None):
    first, second = expected or answer(), answer("/b.jpg")
    doors = (("training", (first, second)), ("http", (found, second)))
    return compare_doors(MODEL, PHOTOS, doors)


def test_equal_answers_are_equal_and_counted():
    report = compare(answer())
    assert report.equal
    assert [(c.door, c.answered, c.refused) for c in report.doors] == [
        ("training", 2, 0),
        ("http", 2, 0),
    ]


@pytest.mark.parametrize(
    ("changes", "aspect"),
    [
        ({"vector_digest": digest_json("other")}, "vector"),
        ({"style": "tudor_revival"}, "label"),
        ({"probability": 0.50001}, "probability"),
        ({"year": 1901}, "year"),
    ],
)
def test_a_planted_difference_is_found_and_named(changes, aspect):
    report = compare(answer(**changes))
    (found,) = report.differences
    assert (found.aspect, found.door, found.reference) == (aspect, "http", "training")
    assert found.path == Path("/a.jpg")
    assert found.answer != found.expected


@pytest.mark.parametrize(("gap", "equal"), [(1e-6, True), (-1e-6, True), (1.1e-6, False)])
def test_probabilities_may_differ_by_the_tolerance_and_no_more(gap, equal):
    assert compare(answer(probability=0.5 + gap)).equal is equal


def declined(reason):
    return answer(declined=reason, style=None, probability=None, year=None)


def test_doors_agree_on_what_they_decline_and_why():
    assert compare(declined("not_a_building"), declined("not_a_building")).equal
    found = compare(declined("none_of_these"), declined("not_a_building")).differences
    assert [one.aspect for one in found] == ["declined"]


def test_a_door_that_answers_what_another_declines_differs():
    aspects = {one.aspect for one in compare(answer(), declined("not_a_building")).differences}
    assert aspects == {"declined", "label", "probability", "year"}


def test_an_answer_is_not_declined_as_well():
    with pytest.raises(ValidationError, match="declined, and an answer at once"):
        answer(declined="not_a_building")


def test_every_difference_of_a_photo_is_told():
    report = compare(answer(style="baroque", year=1800, probability=0.1))
    assert [found.aspect for found in report.differences] == ["label", "probability", "year"]


def test_a_photo_that_all_doors_refuse_alike_is_equal():
    report = compare(refusal("truncated_photo"), refusal("truncated_photo"))
    assert report.equal
    assert report.doors[0].refused == 1


def test_a_photo_refused_for_another_reason_differs():
    (found,) = compare(refusal("not_an_image"), refusal("truncated_photo")).differences
    assert (found.aspect, found.answer, found.expected) == (
        "error",
        "not_an_image",
        "truncated_photo",
    )


@pytest.mark.parametrize(
    ("found", "expected"),
    [(answer(), refusal("truncated_photo")), (refusal("truncated_photo"), answer())],
)
def test_a_photo_that_one_door_alone_refuses_differs(found, expected):
    assert [d.aspect for d in compare(found, expected).differences] == ["error"]


def test_an_answer_about_another_photo_differs():
    assert [d.aspect for d in compare(answer("/c.jpg")).differences] == ["photo"]


def test_every_door_is_compared_with_the_first():
    both = (answer(), answer("/b.jpg"))
    off = (answer(year=1), answer("/b.jpg"))
    doors = (("training", both), ("batch", off), ("http", off))
    found = compare_doors(MODEL, PHOTOS, doors).differences
    assert [d.door for d in found] == ["batch", "http"]


def test_doors_with_answers_of_unequal_number_cannot_be_compared():
    with pytest.raises(ValueError, match="zip"):
        compare_doors(MODEL, PHOTOS, (("a", (answer(), answer("/b.jpg"))), ("b", (answer(),))))


def test_agreement_of_no_photos_or_one_door_is_none():
    with pytest.raises(ValidationError):
        compare_doors(MODEL, (), (("a", ()), ("b", ())))
    with pytest.raises(ValidationError):
        compare_doors(MODEL, PHOTOS, (("a", (answer(), answer("/b.jpg"))),))


@pytest.mark.parametrize("field", ["style", "probability", "vector_digest"])
def test_half_an_answer_is_none(field):
    """Two doors that both leave out the vector's digest would agree on nothing."""
    with pytest.raises(ValidationError, match="neither"):
        answer(**{field: None})


def test_an_answer_with_an_error_is_none():
    with pytest.raises(ValidationError, match="at once"):
        answer(error="truncated_photo")
