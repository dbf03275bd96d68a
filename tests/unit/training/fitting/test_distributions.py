from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from support.training_doubles import a_training_set, small_params

from scoring.distributions import shortest_intervals
from training.dataset.training_set import TrainingSet
from training.fitting.distributions import (
    DistributionHeads,
    conformal_mass,
    knots_of,
    shares_by_label,
)
from training.fitting.selection import Fold, run_task, value_tasks
from training.models.definition import RegressionTarget
from training.params import DistributionParams

PARAMS = small_params().train
TARGET = RegressionTarget("era", "year", before=2030, periods={})


def dated(values: NDArray[np.float64], labels: NDArray[np.intp]) -> TrainingSet:
    random = np.random.default_rng(1)
    vectors = random.normal(size=(len(values), 6)) + 3 * np.eye(6)[labels]
    return a_training_set(vectors.astype(np.float32), labels, values)


def head_of(
    data: TrainingSet, honest: NDArray[np.float64], params: DistributionParams
) -> tuple[DistributionHeads, dict[str, float]]:
    train = PARAMS.model_copy(update={"distribution": params})
    heads = DistributionHeads(TARGET, "style", data, honest, train)
    tasks = list(value_tasks(data, train.regression, heads.knots, train.folds, 7))
    folds: list[Fold] = [(task, run_task(task, data, 7)) for task in tasks]
    return heads, heads.head(train.regression[0], folds)[1]


def test_knots_begin_below_the_least_and_part_the_rest_evenly() -> None:
    values = np.arange(1900.0, 2000.0)
    knots = knots_of(values, DistributionParams(knots=5))
    assert knots[0] == 1899
    assert (knots[1], knots[-1]) == (1900, 1999)
    parts = np.diff([(values <= knot).sum() for knot in knots[1:]])
    assert np.ptp(parts) <= 1


def test_one_year_alone_makes_a_distribution_too() -> None:
    assert knots_of(np.full(10, 1900.0), DistributionParams()).tolist() == [1899, 1900]


def test_a_label_with_few_known_years_is_drawn_towards_all() -> None:
    labels = np.repeat([0, 1, 2], 4)
    values = np.array([1.0, 1, 1, 1, 5, np.nan, np.nan, np.nan, *[np.nan] * 4])
    data = dated(values, labels)
    found = shares_by_label(data, np.array([0.0, 1.0, 5.0]), DistributionParams(prior_photos=1))
    assert [label.label for label in found] == list(data.names)
    assert found[0].shares == pytest.approx((0, 4.8 / 5, 1))
    assert found[1].shares == pytest.approx((0, 0.8 / 2, 1))
    assert found[2].shares == pytest.approx((0, 0.8, 1)), "none known: those of all"
    assert [label.weight for label in found] == pytest.approx([1, 2 / 5, 1 / 5])


def test_the_intervals_hold_fresh_truths_at_the_level_and_differ_in_width() -> None:
    random = np.random.default_rng(4)
    knots, covered, widths = np.linspace(-10, 10, 81), [], []
    for _ in range(60):
        scale = random.choice([0.3, 2.0], size=400)
        truths = random.normal(size=400) * scale
        # A model that takes every number for twice as certain as it is.
        shares = np.clip(0.5 + knots / (2 * scale[:, None]), 0, 1)
        mass = conformal_mass(knots, shares[:200], truths[:200], 0.8)
        low, high = shortest_intervals(knots, shares[200:], mass)
        covered.append(((low <= truths[200:]) & (truths[200:] <= high)).mean())
        widths.append([(high - low)[scale[200:] == s].mean() for s in (0.3, 2.0)])
    assert np.mean(covered) == pytest.approx(0.8, abs=0.02)
    sure, unsure = np.mean(widths, axis=0)
    assert unsure > 4 * sure


def test_the_least_mass_that_holds_enough_is_taken_and_all_where_none_does() -> None:
    knots, shares = np.array([0.0, 10.0]), np.tile([0.0, 1.0], (9, 1))
    truths = np.arange(1.0, 10)
    # The lowest interval of a mass begins at 0: to hold nine of nine it must reach 9.
    assert conformal_mass(knots, shares, truths, 0.9) == 0.9
    assert conformal_mass(knots, shares, truths, 0.8) == 0.8
    assert conformal_mass(knots, shares, truths, 0.95) == 1.0


def test_what_is_scored_is_learned_without_the_building_alone() -> None:
    # A label is one building and its year: whoever has seen the building knows the year.
    buildings = 40
    labels = np.repeat(np.arange(buildings), 3)
    random = np.random.default_rng(2)
    values = np.repeat(random.permutation(np.arange(1700.0, 1900.0, 5)), 3)
    data = a_training_set(random.normal(size=(120, 6)).astype(np.float32), labels, values)
    honest, by_label = np.eye(buildings)[labels], DistributionParams(label_share=1, prior_photos=1)
    _, apart = head_of(replace(data, groups=labels), honest, by_label)
    _, together = head_of(replace(data, groups=np.arange(120)), honest, by_label)
    assert together["median_absolute_error"] < 10
    assert apart["median_absolute_error"] > 25


def test_a_head_covers_and_errs_less_than_one_that_learned_nothing() -> None:
    labels = np.arange(150) % 3
    random = np.random.default_rng(6)
    values = 1700 + 100 * labels + random.normal(0, 10, 150)
    heads, metrics = head_of(
        dated(np.round(values), labels), np.eye(3)[labels], DistributionParams()
    )
    assert metrics["interval_coverage"] >= PARAMS.interval_level
    assert metrics["mean_absolute_error"] < 15
    assert metrics["interval_width"] < 80
    assert heads.knots[-1] <= values.max() + 1
