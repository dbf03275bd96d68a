import pytest
from pydantic import ValidationError
from support.delivery_fakes import TODAY, WHY, comparison, floor, policy

from delivery.domain.policy import Floor, NonInferiority, Policy


def make_floor(**changes):
    fields = {"id": "x", "metric": "style.accuracy", "at_least": 0.5, "reason": WHY}
    return Floor.model_validate(fields | {"decided_on": TODAY} | changes)


def test_a_policy_without_a_floor_is_none():
    with pytest.raises(ValidationError, match="floors"):
        policy(floors=())


def test_a_floor_that_stands_twice_is_refused():
    with pytest.raises(ValidationError, match="stands twice"):
        policy(floors=(floor(), floor()))


@pytest.mark.parametrize("limit", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("side", ["at_least", "at_most"])
def test_a_limit_that_is_not_finite_is_refused(limit, side):
    with pytest.raises(ValidationError):
        make_floor(**{"at_least": None, side: limit})


@pytest.mark.parametrize("changes", [{"at_most": 0.9}, {"at_least": None}])
def test_a_floor_needs_exactly_one_limit(changes):
    with pytest.raises(ValidationError, match="exactly one"):
        make_floor(**changes)


def test_a_metric_that_nobody_measures_is_refused():
    with pytest.raises(ValidationError, match="is no metric"):
        make_floor(metric="style.beauty")


@pytest.mark.parametrize(
    "changes",
    [
        {"metric": "era.median_absolute_error"},
        {"at_least": None, "at_most": 0.9},
        {"metric": "era.interval_coverage", "at_least": None, "at_most": 0.9},
    ],
)
def test_a_limit_on_the_better_side_is_refused(changes):
    """An error of at least 60 years would be kept by the worst model of all."""
    with pytest.raises(ValidationError, match="is limited by"):
        make_floor(**changes)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_everything_keeps_is_refused(limit):
    with pytest.raises(ValidationError):
        make_floor(at_least=limit)


@pytest.mark.parametrize("field", ["reason", "decided_on"])
def test_a_floor_without_its_reason_or_day_is_refused(field):
    with pytest.raises(ValidationError, match=field):
        make_floor(**{field: None})


@pytest.mark.parametrize(
    "changes",
    [
        {"margin": -0.01},
        {"margin": 0.11},
        {"margin": float("nan")},
        {"confidence": 0.5},
        {"confidence": 1.0},
        {"resamples": 10},
        {"resamples": 10**9},
        {"seed": -1},
        {"metric": "era.median_absolute_error"},
        {"reason": "short"},
    ],
)
def test_a_comparison_that_shows_nothing_is_refused(changes):
    with pytest.raises(ValidationError):
        comparison(**changes)


@pytest.mark.parametrize("model", [Floor, NonInferiority, Policy])
def test_unknown_keys_are_refused(model):
    """An `override: true` that nobody reads looks like one that somebody does."""
    given = {Floor: floor(), NonInferiority: comparison(), Policy: policy()}[model]
    with pytest.raises(ValidationError, match="override"):
        model.model_validate(given.model_dump() | {"override": True})


@pytest.mark.parametrize(("value", "holds"), [(0.2499, False), (0.25, True), (0.2501, True)])
def test_a_lower_limit_holds_on_the_boundary(value, holds):
    assert floor(at_least=0.25).holds(value) is holds


@pytest.mark.parametrize(("value", "holds"), [(59.9, True), (60, True), (60.1, False)])
def test_an_upper_limit_holds_on_the_boundary(value, holds):
    assert floor("era.median_absolute_error", at_most=60).holds(value) is holds
