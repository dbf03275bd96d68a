from datetime import date

import pytest
from support.policy_documents import policy, ruled

from gate.measures.plan import MeasurementPlan
from judging.rules.leakage import LeakageLimits
from judging.setting import OptionalSlices

WHY = "a reason that is long enough to be one"


def leakage(within_bits: int) -> LeakageLimits:
    return LeakageLimits(
        within_bits=within_bits,
        max_near_duplicates=0.1,
        max_source_gain=0.1,
        max_shuffled_gain=0.1,
        reason=WHY,
        decided_on=date(2026, 1, 1),
    )


def test_a_plan_takes_what_numbers_depend_on():
    given = ruled(leakage=leakage(12))
    found = MeasurementPlan.of(given)
    drawn = given.measurement
    assert (found.confidence, found.resamples, found.seed) == (
        drawn.confidence,
        drawn.resamples,
        drawn.seed,
    )
    assert (found.robustness_photos, found.within_bits) == (drawn.robustness_photos, 12)
    assert found.method.model_dump() == {
        "confidence": drawn.confidence,
        "resamples": drawn.resamples,
        "seed": drawn.seed,
    }


def test_required_and_optional_slices_alike_enter_gaps():
    given = policy()
    found = MeasurementPlan.of(given).min_photos
    assert found
    assert found == {
        name: given.slices.sizes[name]
        for name in [s.dimension for s in (*given.slices.required, *given.slices.optional)]
    }


def test_without_a_leakage_rule_copies_are_sought_as_the_import_does():
    assert MeasurementPlan.of(ruled(leakage=None)).within_bits == 32


def test_another_reason_is_no_other_plan():
    given = policy()
    reworded = given.measurement.model_copy(update={"reason": WHY + ", said otherwise"})
    other = given.model_copy(update={"measurement": reworded})
    assert MeasurementPlan.of(other).digest == MeasurementPlan.of(given).digest


@pytest.mark.parametrize(
    "change",
    [{"seed": 99}, {"resamples": 1001}, {"confidence": 0.91}, {"robustness_photos": 21}],
    ids=str,
)
def test_another_measurement_is_another_plan(change):
    given = policy()
    other = given.model_copy(update={"measurement": given.measurement.model_copy(update=change)})
    assert MeasurementPlan.of(other).digest != MeasurementPlan.of(given).digest


def test_another_size_of_slices_or_bound_of_copies_is_another_plan():
    given = policy()
    extra = OptionalSlices(dimension="moon", min_photos=9, reason=WHY, decided_on=date(2026, 1, 1))
    slices = given.slices.model_copy(update={"optional": (*given.slices.optional, extra)})
    digests = {
        MeasurementPlan.of(one).digest
        for one in (
            ruled(leakage=leakage(12)),
            ruled(leakage=leakage(13)),
            ruled(leakage=leakage(12)).model_copy(update={"slices": slices}),
        )
    }
    assert len(digests) == 3
