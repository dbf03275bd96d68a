from artifacts.records.evaluation import DecliningOutcomes
from gate.measures.declining import DeclinedPicture, measure_declined
from gate.measures.plan import MeasurementPlan

PLAN = MeasurementPlan(
    confidence=0.95, resamples=200, seed=7, robustness_photos=10, within_bits=32, min_photos={}
)
PICTURES = tuple(DeclinedPicture(kind, kind != "cat") for kind in ("cat", "map", "wall", "noise"))


def declining(evaluation):
    photos = len(evaluation.photos)
    outcomes = DecliningOutcomes(
        head="declined", strangeness=(1.0,) * photos, declined=(None,) * photos
    )
    return evaluation.model_copy(update={"declining": (outcomes,)})


def test_the_share_of_pictures_that_are_declined_is_measured_over_kinds(noisy):
    """A kind that is always missed makes the interval as wide as it should be."""
    found = measure_declined(declining(noisy), PICTURES * 10, PLAN)["declined.others_declined"]
    assert found.value == 0.75
    assert found.low is not None
    assert found.low <= 0.25
    assert found.high == 1


def test_nothing_is_measured_without_pictures_or_without_a_head_that_declines(noisy):
    assert measure_declined(declining(noisy), (), PLAN) == {}
    assert measure_declined(noisy, PICTURES, PLAN) == {}
