import numpy as np
import pytest
from scipy import stats
from support.cases import LIGHTING, PHOTOS, champion, evaluation, passing, result_of
from support.policy_documents import DECIDED, FIRST_RELEASE, policy, settings
from support.staging_asked import WHY

from artifacts.digests import digest_json
from gate.comparing import PairedResamples, student_quantile
from gate.resampling import resample_groups
from judging.case import Absent

NAME = "slice_regression.lighting"
ALL = [True] * PHOTOS
DARK = [i for i in range(PHOTOS) if LIGHTING[i] == "dark"]


def compared(ours, theirs, margin=0.05, **changes):
    rule = settings()["slice_regressions"][0] | {"margin": margin}
    fields = {
        "policy": policy(rules=settings(slice_regressions=[rule])),
        "evaluation": evaluation(ours),
        "champion": champion(theirs),
    }
    return result_of(passing(**(fields | changes)), NAME)


def without(photos):
    return [i not in photos for i in range(PHOTOS)]


def test_slice_regressions_refuses_a_loss_in_one_slice_and_names_it():
    found = compared(without(set(DARK[:20])), ALL)
    assert found.outcome == "failed"
    assert "dark -0.500 (at most -0." in found.reason
    assert "normal" not in found.reason
    assert WHY in found.reason
    assert found.value == found.high < -0.05


def test_a_loss_in_one_slice_is_found_though_the_whole_is_won():
    theirs = without(set(range(1, PHOTOS, 6)))
    found = compared(without(set(DARK[:20])), theirs)
    assert found.outcome == "failed"


def test_a_loss_that_may_be_chance_passes():
    found = compared(without(set(DARK[:4])), ALL)
    assert (found.outcome, found.value > -0.05) == ("passed", True)


@pytest.mark.parametrize(("margin", "expected"), [(0.1, "passed"), (0.0999, "failed")])
def test_slice_regressions_on_the_boundary_pass_where_the_bound_equals_the_margin(margin, expected):
    """Each building of twenty photos loses two of them, so every resample shows the same -0.1."""
    groups = tuple(f"building {i // 20}" for i in range(PHOTOS))
    ours = evaluation([i % 10 != 0 for i in range(PHOTOS)])
    same = {"slices": {"lighting": ("normal",) * PHOTOS}, "groups": groups}
    theirs = champion(ALL)
    found = compared(
        ALL,
        ALL,
        margin,
        evaluation=ours.model_copy(update=same),
        champion=type(theirs)(
            theirs.digest, theirs.photo_manifest, theirs.evaluation.model_copy(update=same)
        ),
        comparing=PairedResamples(resample_groups(groups, 2000, 7)),
    )
    assert (found.outcome, found.value) == (expected, -0.1)


def in_slices(column, ours, **changes):
    return compared(
        ours, ALL, evaluation=evaluation(ours).model_copy(update={"slices": column}), **changes
    )


def test_slices_too_small_are_not_judged_and_are_counted():
    column = ("dark",) * 29 + ("normal",) * (PHOTOS - 29)
    found = in_slices({"lighting": column}, without(set(range(29))))
    assert found.outcome == "passed"
    assert "1 with fewer than 30 photos not judged" in found.reason


def test_a_slice_of_just_enough_photos_is_judged():
    column = ("dark",) * 30 + ("normal",) * (PHOTOS - 30)
    assert in_slices({"lighting": column}, without(set(range(30)))).outcome == "failed"


@pytest.mark.parametrize("column", [{}, {"lighting": ("unknown",) * PHOTOS}])
def test_slice_regressions_is_missing_where_no_photo_carries_a_required_dimension(column):
    assert in_slices(column, ALL).outcome == "missing"


def test_an_optional_dimension_that_no_photo_carries_passes_and_says_so():
    rule = settings()["slice_regressions"][0] | {"dimension": "region"}
    slices = {
        "required": [{"dimension": "lighting", "names": ["normal"], "min_photos": 30, **DECIDED}],
        "optional": [{"dimension": "region", "min_photos": 30, **DECIDED}],
    }
    rules = settings(slice_regressions=[rule], slice_gaps=None, slice_floors=None)
    found = result_of(passing(policy=policy(slices=slices, rules=rules)), "slice_regression.region")
    assert found.outcome == "passed"
    assert "doesn't require it" in found.reason


def test_slice_regressions_is_missing_where_a_slice_has_too_few_buildings():
    groups = tuple(f"building {i // 2}" if i > 39 else "castle" for i in range(PHOTOS))
    column = ("dark",) * 40 + ("normal",) * (PHOTOS - 40)
    changes = {"slices": {"lighting": column}, "groups": groups}
    theirs = champion(ALL)
    found = compared(
        ALL,
        ALL,
        evaluation=evaluation(ALL).model_copy(update=changes),
        champion=type(theirs)(
            theirs.digest, theirs.photo_manifest, theirs.evaluation.model_copy(update=changes)
        ),
        comparing=PairedResamples(resample_groups(groups, 2000, 7)),
    )
    assert found.outcome == "missing"
    assert "no upper bound of dark" in found.reason


def test_a_stated_first_release_has_nothing_to_be_worse_than():
    found = compared(ALL, ALL, champion=FIRST_RELEASE)
    assert found.outcome == "passed"
    assert FIRST_RELEASE.reason in found.reason


@pytest.mark.parametrize("part", ["champion", "evaluation", "holdout"])
def test_slice_regressions_is_missing_where_a_side_of_the_comparison_is(part):
    found = compared(ALL, ALL, **{part: Absent("gone")})
    assert (found.outcome, found.reason) == ("missing", "gone")


def test_slice_regressions_is_missing_over_an_empty_holdout():
    assert compared(ALL, ALL, comparing=None).outcome == "missing"


def test_other_photos_are_not_compared():
    other = evaluation(ALL).model_copy(update={"split_digest": digest_json("other")})
    assert compared(ALL, ALL, evaluation=other).outcome == "missing"


def test_a_head_that_the_champion_lacks_is_not_compared():
    theirs = champion(ALL)
    bare = theirs.evaluation.model_copy(update={"classification": ()})
    found = compared(ALL, ALL, champion=type(theirs)(theirs.digest, theirs.photo_manifest, bare))
    assert found.outcome == "missing"
    assert "not measured for both" in found.reason


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.998, 0.9995])
@pytest.mark.parametrize(("degrees", "tolerance"), [(4, 0.08), (9, 0.01), (29, 1e-3), (500, 1e-6)])
def test_the_quantile_is_students(confidence, degrees, tolerance):
    expected = stats.t.ppf(confidence, degrees)
    assert student_quantile(confidence, degrees) == pytest.approx(expected, rel=tolerance)


def refused_share(slices, worse, better, trials, corrected=None, size=60, margin=0.05):
    """How often some slice of pairs of photos counts as surely worse: a share of the trials.

    `corrected` is how many slices the confidence is corrected for, all of them unless said.
    """
    rng = np.random.default_rng(5)
    groups = size // 2
    weights = rng.multinomial(groups, np.full(groups, 1 / groups), size=1000)
    quantile = student_quantile(1 - 0.05 / (corrected or slices), groups - 1) * np.sqrt(
        groups / (groups - 1)
    )
    chances = [worse, 1 - worse - better, better]
    shape = (groups, trials * slices)
    first, second = (rng.choice([-1, 0, 1], p=chances, size=shape) for _ in range(2))
    second = np.where(rng.random(shape) < 0.5, first, second)
    means = (first + second) / 2
    errors = (weights @ means / groups).std(axis=0)
    refused = means.mean(axis=0) + quantile * errors < -margin
    return float(refused.reshape(trials, slices).any(axis=1).mean())


@pytest.mark.parametrize("slices", [1, 3, 25])
@pytest.mark.parametrize("discordance", [0.06, 0.2, 0.4])
def test_one_that_is_worse_by_the_margin_everywhere_is_refused_in_one_trial_of_twenty_at_most(
    slices, discordance
):
    worse, better = (discordance + 0.05) / 2, (discordance - 0.05) / 2
    assert refused_share(slices, worse, better, trials=1500) < 0.07


def test_an_honest_model_is_hardly_ever_refused():
    assert refused_share(25, worse=0.1, better=0.1, trials=1000) < 0.02


@pytest.mark.parametrize(("loss", "least", "most"), [(0.3, 0.4, 0.6), (0.5, 0.9, 0.99)])
def test_one_style_of_25_that_lost_much_is_found_as_often_as_the_rule_says(loss, least, most):
    found = refused_share(1, loss + 0.03, 0.03, trials=2000, corrected=25)
    assert least < found < most
