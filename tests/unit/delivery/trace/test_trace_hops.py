"""A trace as lines and as an outcome."""

import pytest

from delivery.trace.hops import NEEDS, Hop, Trace, trace_lines


def trace(**outcomes):
    hops = (
        Hop(hop=name, outcome=outcomes.get(name.replace(" ", "_"), "ok"), what=f"the {name}")
        for name in NEEDS
    )
    return Trace(prediction="01a2", hops=tuple(hops))


def test_a_hop_goes_on_from_earlier_ones_only():
    names = list(NEEDS)
    for name, needs in NEEDS.items():
        assert all(names.index(need) < names.index(name) for need in needs)


@pytest.mark.parametrize(
    ("outcomes", "outcome"),
    [
        ({}, "ok"),
        ({"code": "failed"}, "failed"),
        ({"code": "unknown"}, "unknown"),
        ({"code": "unknown", "model": "failed"}, "failed"),
    ],
)
def test_one_hop_that_is_not_ok_is_enough(outcomes, outcome):
    assert trace(**outcomes).outcome == outcome


def test_each_hop_is_a_line_and_the_last_line_names_the_first_that_fails():
    lines = trace(model="failed", commit="unknown").hops
    shown = trace_lines(trace(model="failed", commit="unknown"))
    assert len(shown) == len(lines) + 1
    assert shown[0] == "ok      prediction      the prediction"
    assert shown[4] == "FAILED  model           the model"
    assert shown[7] == "FAILED  commit          the commit"
    assert shown[-1] == "01a2 is not traced: the first to fail is model"
    assert trace_lines(trace())[-1] == "01a2 is traced: 9 hops, all verified"


def test_text_of_others_can_not_draw_a_line_of_its_own():
    forged = Hop(hop="prediction", outcome="failed", what="x\nok      deploy          \x1b[2K")
    shown = trace_lines(Trace(prediction="a\nb", hops=(forged,)))
    assert len(shown) == 2
    assert all(line.isprintable() for line in shown)
