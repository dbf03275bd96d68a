"""What the examples of the committed policy are too coarse for.

Those in support/policy_examples.py count photos of a hundred, or of 240: a margin could grow by
half a photo there, and no example would notice. Their slices have all metrics alike and any name.
"""

import math
from dataclasses import replace
from pathlib import Path

import pytest
from support import cases
from support import policy_examples as examples

from artifacts.digests import digest_json
from artifacts.policies.tiers import TIERS
from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import LabelDoubt, NearDuplicate
from gate.comparing import PairedResamples
from gate.resampling import resample_groups
from judging.case import Case, Champion
from judging.policy_files import YamlPolicies

FILES = YamlPolicies(Path(__file__).parents[2] / "policies")
POLICY, RISK = FILES.read("architecture"), FILES.tiers()
BUILDINGS, EACH = 5, 1000
PHOTOS = BUILDINGS * EACH
DIMENSIONS = ("lighting", "style_rarity", "style", "era", "source", "resolution", "region")
Answer = tuple[float, float, float]
RIGHT: Answer = (1.0, 0.0, 0.0)
WRONG: Answer = (0.0, 1.0, 0.0)


def scored(model: str, answers: list[Answer]) -> Evaluation:
    """An evaluation of buildings of a thousand photos each, all of them of the first style."""
    found = cases.evaluation([True] * cases.PHOTOS, model)
    style = {"truths": (0,) * PHOTOS, "probabilities": tuple(answers)}
    changes = {
        "photos": tuple(f"photo {i}" for i in range(PHOTOS)),
        "groups": tuple(f"building {i // EACH}" for i in range(PHOTOS)),
        "slices": dict.fromkeys(DIMENSIONS, ("all",) * PHOTOS),
        "classification": (found.classification[0].model_copy(update=style),),
        "regression": (),
    }
    return found.model_copy(update=changes)


def against_a_perfect_champion(answers: list[Answer]) -> Case:
    ours, theirs = scored(cases.MODEL, answers), scored(cases.CHAMPION, [RIGHT] * PHOTOS)
    case = cases.passing(policy=POLICY, tiers=RISK, evaluation=ours)
    champion = Champion(cases.CHAMPION, cases.MANIFEST, theirs)
    return replace(
        case, champion=champion, comparing=PairedResamples(resample_groups(ours.groups, 1000, 1))
    )


def losing(of_a_thousand: int) -> Case:
    """So many photos of each building are answered wrongly."""
    return against_a_perfect_champion(
        [WRONG if i % EACH < of_a_thousand else RIGHT for i in range(PHOTOS)]
    )


def less_sure(brier_score: float) -> Case:
    """Every photo is answered with this Brier score, in place of none."""
    doubt = math.sqrt(brier_score / 2)
    return against_a_perfect_champion([(1 - doubt, doubt, 0.0)] * PHOTOS)


def outcome(case: Case, result: str) -> str:
    return cases.result_of(case, result).outcome


@pytest.mark.parametrize(
    ("result", "of_a_thousand"),
    [
        ("non_inferiority", 20),
        ("slice_regression.style_rarity", 30),
        ("slice_regression.lighting", 50),
        ("slice_regression.era", 50),
        ("slice_regression.region", 50),
    ],
)
def test_a_margin_of_accuracy_holds_to_one_photo_of_a_thousand(
    result: str, of_a_thousand: int
) -> None:
    assert outcome(losing(of_a_thousand), result) == "passed"
    assert outcome(losing(of_a_thousand + 1), result) == "failed"


def test_the_margin_of_a_style_holds_to_less_than_a_thousandth_of_the_score() -> None:
    assert outcome(less_sure(0.00999), "slice_regression.style") == "passed"
    assert outcome(less_sure(0.01001), "slice_regression.style") == "failed"


def copied(photos: int) -> Case:
    pairs = tuple(
        NearDuplicate(holdout=digest_json(i), other=digest_json(-i), split="train", bits=1)
        for i in range(1, photos + 1)
    )
    leakage = cases.leakage(within_bits=32, photos_compared=EACH, near_duplicates=pairs)
    return cases.passing(policy=POLICY, evidence=cases.evidence(photos=EACH, leakage=leakage))


def doubted(photos: int) -> Case:
    doubt = {"given": "gothic", "suggested": "baroque", "quality": 0.1}
    doubts = tuple(
        LabelDoubt.model_validate({"photo": digest_json(i), **doubt}) for i in range(photos)
    )
    return cases.passing(policy=POLICY, evidence=cases.evidence(photos=EACH, label_doubts=doubts))


def test_copies_and_doubted_labels_are_limited_to_one_photo_of_a_thousand() -> None:
    assert outcome(copied(10), "leakage.near_duplicates") == "passed"
    assert outcome(copied(11), "leakage.near_duplicates") == "failed"
    assert outcome(doubted(400), "data_quality.doubted_labels") == "passed"
    assert outcome(doubted(401), "data_quality.doubted_labels") == "failed"


def sliced(dimension: str, **lows: float) -> Case:
    """Two slices of a dimension whose lower bounds are those, by metric."""
    metrics = {
        f"style.{n}": cases.estimate(low).model_copy(update={"low": low}) for n, low in lows.items()
    }
    given = [
        cases.slice_of(dimension, name, 200, 0.9).model_copy(update={"metrics": metrics})
        for name in ("one", "other")
    ]
    return cases.passing(policy=POLICY, evidence=cases.evidence(slices=tuple(given)))


@pytest.mark.parametrize(
    ("dimension", "metric", "other"),
    [
        ("style", "top3_accuracy", "accuracy"),
        *(
            (dimension, "accuracy", "top3_accuracy")
            for dimension in ("lighting", "style_rarity", "era", "source", "resolution", "region")
        ),
    ],
)
def test_a_slice_floor_is_of_the_metric_that_was_decided(
    dimension: str, metric: str, other: str
) -> None:
    rule = f"slice_floor.{dimension}"
    assert outcome(sliced(dimension, **{metric: 0.9, other: 0.01}), rule) == "passed"
    assert outcome(sliced(dimension, **{metric: 0.01, other: 0.9}), rule) == "failed"


REQUIRED = {"lighting": ("normal",), "style_rarity": ("common", "rare")}


@pytest.mark.parametrize("dimension", REQUIRED)
def test_the_slices_that_were_decided_must_be_there_and_no_others(dimension: str) -> None:
    def without(name: str) -> Case:
        there = [one for one in (*REQUIRED[dimension], "some other") if one != name]
        slices = tuple(cases.slice_of(dimension, one, 200, 0.9) for one in there)
        return cases.passing(policy=POLICY, evidence=cases.evidence(slices=slices))

    rule = f"required_slices.{dimension}"
    assert outcome(without("some other"), rule) == "passed"
    assert {outcome(without(name), rule) for name in REQUIRED[dimension]} == {"insufficient"}


def test_limits_of_tiers_under_which_no_policy_can_be_written_are_as_they_were_decided() -> None:
    """No policy could show that one of these was loosened: a looser policy can't be read at all."""
    found = [
        (tier, (one.rule, one.setting), one.number)
        for tier in TIERS
        for one in RISK.tiers[tier].limits
        if (one.setting, one.at_least) in examples.NO_POLICY_UNDER
    ]
    assert found == [
        (tier, key, weakest[i])
        for i, tier in enumerate(TIERS)
        for key, weakest in examples.WEAKEST.items()
        if (key[1], weakest[i]) in examples.NO_POLICY_UNDER
    ]
