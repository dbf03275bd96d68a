"""A limit on what nobody could measure: a gap, unless the policy says that it needn't be there."""

import pytest
from support.cases import candidate, evaluation, evidence, first_right, outcome, passing, result_of
from support.policy_documents import ruled

from gate.judge import decide, judge
from judging.case import Absent, Case

NAME, METRIC = "error_limit.years", "era.median_absolute_error"
LEARNED = {"style": "learned", "era": "learned"}
PERIODS = {"style": "learned", "era": "periods"}
OFF = {"style": "learned"}
LIMIT = {
    "id": "years",
    "metric": METRIC,
    "at_most": 60,
    "reason": "Because a larger error would name another style's time.",
    "decided_on": "2026-11-22",
}


def unmeasured(origins, allowed=("periods", "off"), year=None, era=True, **changes: object) -> Case:
    """A holdout of one year or none, and a model of such heads that nothing was measured of."""
    whole = evaluation(first_right(180))
    truths = (year, *(None,) * (len(whole.photos) - 1))
    years = (whole.regression[0].model_copy(update={"truths": truths}),) if era else ()
    metrics = {name: e for name, e in evidence().metrics.items() if not name.startswith("era.")}
    fields = {
        "policy": ruled(error_limits=[{**LIMIT, "unmeasured_allowed_for": allowed}]),
        "candidate": candidate(origins=origins),
        "evaluation": whole.model_copy(update={"regression": years}),
        "evidence": evidence(metrics=metrics),
    }
    return passing(**(fields | changes))


def test_an_era_from_periods_needs_no_error_where_no_year_is_known():
    found = result_of(unmeasured(PERIODS), NAME)
    assert (found.outcome, found.value) == ("passed", None)
    assert found.reason.startswith("not measured: no years in the holdout; era comes from its")
    assert "unmeasured_allowed_for" in found.reason


def test_an_era_that_is_off_needs_no_error():
    found = result_of(unmeasured(OFF, era=False), NAME)
    assert (found.outcome, found.value) == ("passed", None)
    assert found.reason.startswith("not measured: era is off")


@pytest.mark.parametrize(
    ("origins", "allowed", "era"),
    [
        (PERIODS, (), True),
        (PERIODS, ("off",), True),
        (OFF, (), False),
        (OFF, ("periods",), False),
        (LEARNED, ("periods", "off"), True),
    ],
)
def test_what_the_policy_does_not_let_stay_unmeasured_is_missing(origins, allowed, era):
    case = unmeasured(origins, allowed, era=era)
    assert outcome(case, NAME) == "missing"
    assert decide(judge(case), first_release=False) == "undecided"


@pytest.mark.parametrize("origins", [PERIODS, LEARNED])
def test_one_known_year_and_no_error_is_missing(origins):
    """Whoever has a year to measure by has to measure."""
    assert outcome(unmeasured(origins, year=1900.0), NAME) == "missing"


def test_an_era_from_periods_is_refused_for_an_error_that_was_measured():
    worse = evidence().metrics[METRIC].model_copy(update={"value": 61.0})
    case = unmeasured(PERIODS, evidence=evidence(metrics=evidence().metrics | {METRIC: worse}))
    found = result_of(case, NAME)
    assert found.outcome == "failed"
    assert found.reason.endswith("era comes from its labels' periods")


def test_a_measured_era_says_that_it_comes_from_periods():
    case = unmeasured(PERIODS, evidence=evidence())
    assert result_of(case, NAME).reason.endswith("; era comes from its labels' periods")
    assert "periods" not in result_of(unmeasured(LEARNED, evidence=evidence()), NAME).reason


@pytest.mark.parametrize("part", ["candidate", "evaluation"])
def test_without_a_candidate_or_an_evaluation_nothing_is_let_pass(part):
    assert outcome(unmeasured(PERIODS, **{part: Absent("gone")}), NAME) == "missing"


def test_a_measured_limit_is_judged_without_a_candidate():
    case = unmeasured(PERIODS, evidence=evidence(), candidate=Absent("gone"))
    assert (outcome(case, NAME), result_of(case, NAME).value) == ("passed", 20.0)


def unmeasured_style(origins, **changes: object) -> Case:
    """Nothing was measured of a style, which the policy lets stay so."""
    floor = {name: value for name, value in LIMIT.items() if name != "at_most"}
    floor |= {"id": "right", "metric": "style.accuracy", "at_least": 0.5}
    floors = [{**floor, "unmeasured_allowed_for": ["periods", "off"]}]
    fields = {
        "policy": ruled(floors=floors),
        "evidence": evidence(metrics={}),
        "candidate": candidate(origins=origins),
    }
    return passing(**(fields | changes))


def test_a_style_that_was_not_measured_is_missing_whatever_the_policy_says_of_it():
    assert outcome(unmeasured_style(LEARNED), "floor.right") == "missing"


def test_known_styles_have_to_be_measured_by_whomever():
    assert outcome(unmeasured_style({"era": "learned"}), "floor.right") == "missing"


def test_years_say_nothing_of_a_style_that_is_off():
    whole = evaluation(first_right(180))
    case = unmeasured_style(
        {"era": "learned"}, evaluation=whole.model_copy(update={"classification": ()})
    )
    found = result_of(case, "floor.right")
    assert (found.outcome, found.reason.partition(".")[0]) == (
        "passed",
        "not measured: style is off",
    )
