import math

import pytest
from support.cases import measured, outcome, passing, resources, result_of
from support.staging_asked import WHY

from judging.case import Absent

SIZE, LOAD, LATENCY = (f"artifact_limits.{name}" for name in ("size", "load", "latency"))
EDGES = [
    (SIZE, {"size_bytes": 2**22}, {"size_bytes": 2**22 + 1}),
    (LOAD, {"load_seconds": 2.0}, {"load_seconds": 2.001}),
    (LATENCY, {"latency_p95_ms": 100.0}, {"latency_p95_ms": 100.1}),
]


def weighed(**changes):
    return measured(resources=resources(**changes))


@pytest.mark.parametrize(("name", "equal", "beyond"), EDGES)
def test_artifact_limits_on_the_boundary_pass_and_beyond_it_fail(name, equal, beyond):
    assert outcome(weighed(**equal), name) == "passed"
    assert outcome(weighed(**beyond), name) == "failed"


@pytest.mark.parametrize(("name", "equal", "beyond"), EDGES)
def test_artifact_limits_refuses_by_the_name_of_what_is_too_large(name, equal, beyond):
    found = result_of(weighed(**beyond), name)
    assert found.value > result_of(weighed(**equal), name).value
    assert WHY in found.reason
    others = {SIZE, LOAD, LATENCY} - {name}
    assert {outcome(weighed(**beyond), other) for other in others} == {"passed"}


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        (SIZE, {"size_bytes": 0}),
        (LOAD, {"photos_timed": 0}),
        (LATENCY, {"photos_timed": 0}),
        (LOAD, {"load_seconds": math.nan}),
        (LATENCY, {"latency_p95_ms": math.inf}),
    ],
)
def test_artifact_limits_is_missing_where_nothing_was_weighed_or_timed(name, changes):
    found = result_of(weighed(**changes), name)
    assert (found.outcome, found.value) == ("missing", None)


@pytest.mark.parametrize("name", [SIZE, LOAD, LATENCY])
@pytest.mark.parametrize(("at_fault", "expected"), [(False, "missing"), (True, "failed")])
def test_artifact_limits_is_missing_without_evidence(name, at_fault, expected):
    assert outcome(passing(evidence=Absent("gone", at_fault)), name) == expected


@pytest.mark.parametrize("name", [LOAD, LATENCY])
def test_one_timed_photo_is_a_measurement(name):
    assert outcome(weighed(photos_timed=1), name) == "passed"
