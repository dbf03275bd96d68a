"""What the committed policy lets stay unmeasured of an era: that without a year in the holdout."""

from dataclasses import replace
from pathlib import Path

import pytest
from support import cases

from judging.case import Case
from judging.policy_files import YamlPolicies

POLICY = YamlPolicies(Path(__file__).parents[2] / "policies").read("architecture")
OF_ERA = (
    "error_limit.era_median_absolute_error",
    "coverage.era_interval_coverage",
    "coverage.era_interval_width",
)
OTHERS = (
    "floor.style_accuracy",
    "floor.style_macro_f1",
    "floor.style_top3_accuracy",
    "calibration.style_calibration_error",
    "coverage.style_set_coverage",
    "coverage.style_set_size",
    "declining.buildings_strange",
    "declining.buildings_of_no_style",
    "declining.other_pictures",
)


def without_years(era: str) -> Case:
    """A case in which nothing was measured, over a holdout without a year."""
    whole = cases.evaluation(cases.first_right(180))
    numbers = whole.regression[0].model_copy(update={"truths": (None,) * len(whole.photos)})
    origins = {"style": "learned"} | ({} if era == "off" else {"era": era})
    found = cases.passing(policy=POLICY, candidate=cases.candidate(origins=origins))
    regression = () if era == "off" else (numbers,)
    evaluation = whole.model_copy(update={"regression": regression})
    return replace(found, evaluation=evaluation, evidence=cases.evidence(metrics={}))


@pytest.mark.parametrize("era", ["periods", "off"])
@pytest.mark.parametrize("rule", OF_ERA)
def test_an_era_that_nothing_was_trained_for_may_stay_unmeasured_without_years(rule, era):
    assert cases.outcome(without_years(era), rule) == "passed"


@pytest.mark.parametrize("rule", OF_ERA)
def test_a_learned_era_may_not(rule):
    assert cases.outcome(without_years("learned"), rule) == "missing"


@pytest.mark.parametrize("era", ["periods", "off"])
@pytest.mark.parametrize("rule", OTHERS)
def test_no_style_may(rule, era):
    assert cases.outcome(without_years(era), rule) == "missing"
