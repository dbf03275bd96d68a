import copy

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from training.errors import UnsolvableKernel
from training.fitting.kernels import (
    PLACES,
    KernelClassifier,
    KernelMap,
    KernelRegressor,
    evenly_by_label,
    evenly_by_value,
    least_squares,
)
from training.fitting.onnx_exporter import OnnxExporter
from training.params import Kernel

PHOTOS, LABELS, RUNS = 150, 4, (6, 20, 30)
WIDTH = sum(RUNS)
FAMILY = Kernel(kind="kernel", components=40, width=1.5, ridge=0.1, hand_made=0.3)


def vectors(seed: int, photos: int = PHOTOS) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(photos, WIDTH)).astype(np.float32)


def labels_of(found: NDArray[np.float32], labels: int = LABELS) -> NDArray[np.intp]:
    return np.asarray(found[:, :labels].argmax(axis=1))


def fitted(labels: int = LABELS) -> KernelClassifier:
    seen = vectors(1)
    groups = np.arange(PHOTOS) // 2
    return KernelClassifier(FAMILY, RUNS).fit(seen, labels_of(seen, labels), groups)


@pytest.mark.parametrize("labels", [2, LABELS])
def test_a_classifier_names_labels_that_it_has_not_seen_far_more_often_than_chance(
    labels: int,
) -> None:
    fresh = vectors(2, 400)
    probabilities = fitted(labels).predict_proba(fresh)
    right = (probabilities.argmax(axis=1) == labels_of(fresh, labels)).mean()
    assert right > 1.5 / labels
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(400))


def test_scores_without_a_fold_are_those_of_a_model_that_was_fitted_without_it() -> None:
    seen, groups = vectors(1), np.arange(PHOTOS) // 3
    targets = np.where(labels_of(seen)[:, None] == np.arange(LABELS), 1.0, -1.0)
    gram = KernelMap(FAMILY, RUNS).fit(seen).gram()
    penalties = np.random.default_rng(4).uniform(0.05, 0.5, PHOTOS)
    coefficients, honest = least_squares(gram.copy(), targets, penalties, groups)
    assert (gram + np.diag(penalties)) @ coefficients == pytest.approx(targets, abs=1e-9)
    for others, held in GroupKFold(5).split(targets, groups=groups):
        penalised = gram[np.ix_(others, others)] + np.diag(penalties[others])
        again = gram[np.ix_(held, others)] @ np.linalg.solve(penalised, targets[others])
        assert honest[held] == pytest.approx(again, abs=1e-9)


def test_photos_of_one_building_do_not_vouch_for_each_other() -> None:
    # Each photo is there twice, with labels by lot: whoever sees the twin knows the label.
    seen = np.repeat(vectors(1, 60), 2, axis=0)
    labels = np.repeat(np.random.default_rng(5).integers(0, LABELS, 60), 2)
    targets = np.where(labels[:, None] == np.arange(LABELS), 1.0, -1.0)
    gram = KernelMap(FAMILY, RUNS).fit(seen).gram()
    penalties = np.full(120, FAMILY.ridge)
    _, apart = least_squares(gram.copy(), targets, penalties, np.arange(120))
    _, together = least_squares(gram.copy(), targets, penalties, np.arange(120) // 2)
    assert (apart.argmax(axis=1) == labels).mean() > 0.9
    assert (together.argmax(axis=1) == labels).mean() < 0.5


def test_every_learned_run_weighs_alike_and_the_hand_made_one_as_told() -> None:
    seen = vectors(1) * np.logspace(-5, 5, WIDTH, dtype=np.float32)
    kernel = KernelMap(FAMILY, RUNS).fit(seen)
    spread = (kernel.standard(seen) / 16 * kernel.weights_).var(axis=0)
    shares = [part.sum() for part in np.split(spread, np.cumsum(RUNS)[:-1])]
    assert shares == pytest.approx([0.5, 0.5, 0.3], rel=1e-2)


def test_hand_made_features_alone_weigh_one_and_constant_ones_nothing() -> None:
    seen = vectors(1)
    seen[:, 3] = 7.3
    kernel = KernelMap(FAMILY, (WIDTH,)).fit(seen)
    spread = (kernel.standard(seen) / 16 * kernel.weights_).var(axis=0)
    assert spread.sum() == pytest.approx((WIDTH - 1) / WIDTH, rel=1e-2)
    assert kernel.scale_[3] == 0


def test_places_are_whole_numbers_within_their_bounds_and_far_photos_stay_there() -> None:
    kernel = KernelMap(FAMILY, RUNS).fit(vectors(1))
    assert np.abs(kernel.seen_).max() == PLACES
    assert kernel.seen_.dtype == np.int8
    assert (kernel.values(1e6 * vectors(2, 5)) >= 0).all()
    assert kernel.gram().diagonal() == pytest.approx(np.ones(PHOTOS))


@pytest.mark.parametrize("alike", [False, True])
def test_projections_are_equal_in_whatever_order_they_are_added(alike: bool) -> None:
    """As many features as photos have; `alike` are those that all say the same of a photo."""
    width, lot = 3643, np.random.default_rng(6)
    seen = lot.normal(size=(300, width)).astype(np.float32) ** 3
    seen = seen * 0.1 + lot.normal(size=(300, 1)).astype(np.float32) if alike else seen
    kernel = KernelMap(FAMILY, (2024, 1619)).fit(seen)
    order = lot.permutation(width)
    again = kernel.standard(seen)[:, order] @ kernel.projection_.astype(np.float32)[order]
    assert (kernel.sums(seen) == again).all()
    assert np.abs(kernel.sums(seen)).max() > 2**16
    assert (np.abs(kernel.standard(seen)) @ np.abs(kernel.projection_.astype(float))).max() < 2**24


def test_of_photos_that_are_all_alike_no_label_is_sure() -> None:
    seen = np.ones((20, WIDTH), np.float32)
    model = KernelClassifier(FAMILY, RUNS).fit(seen, np.arange(20) % 2, np.arange(20))
    assert model.predict_proba(seen) == pytest.approx(np.full((20, 2), 0.5), abs=0.15)


def test_equal_photos_make_equal_files() -> None:
    files = {OnnxExporter().export(fitted(), WIDTH) for _ in range(2)}
    assert len(files) == 1


def test_an_export_answers_within_a_hundredth_of_the_grid_that_names_labels() -> None:
    model, fresh = fitted(), vectors(3, 500)
    session = onnxruntime.InferenceSession(OnnxExporter().export(model, WIDTH))
    rows = [session.run(None, {"vectors": row[None]})[0][0] for row in fresh]
    assert np.abs(np.stack(rows) - model.predict_proba(fresh)).max() < 1e-7


def test_a_regressor_finds_a_smooth_value() -> None:
    seen, fresh = vectors(1, 600), vectors(2, 300)
    slope = np.linspace(-1, 1, WIDTH)[:, np.newaxis]
    model = KernelRegressor(FAMILY, (WIDTH,)).fit(seen, seen @ slope)
    errors = model.predict(fresh) - fresh @ slope
    assert np.abs(errors).mean() < 0.6 * np.abs(fresh @ slope).mean()


@pytest.mark.parametrize("most", [60, 100, 149])
def test_a_bound_keeps_small_labels_whole_and_large_ones_by_their_share(most: int) -> None:
    labels = np.random.default_rng(3).permutation(np.repeat(np.arange(4), [5, 10, 45, 90]))
    kept = evenly_by_label(labels, most)
    counts = np.bincount(labels[kept])
    assert (np.diff(kept) > 0).all()
    assert most - 4 <= len(kept) <= most
    assert counts[0] == 5
    assert counts[3] > counts[2] > counts[1] >= 7
    assert (counts / [5, 10, 45, 90])[2:] == pytest.approx(len(kept) / 150, abs=0.15)


def test_a_bound_above_the_photos_keeps_all_and_one_below_the_labels_one_of_each() -> None:
    labels = np.arange(30) // 2
    assert evenly_by_label(labels, 30).tolist() == list(range(30))
    assert evenly_by_value(labels.astype(float), 30).tolist() == list(range(30))
    assert np.unique(labels[evenly_by_label(labels, 4)]).tolist() == list(range(15))


def test_a_bound_keeps_values_of_the_whole_range_evenly() -> None:
    values = np.random.default_rng(3).exponential(size=1000)
    kept = evenly_by_value(values, 100)
    assert len(kept) == len(set(kept)) == 100
    shares = np.linspace(0, 1, 11)[1:-1]
    places = np.searchsorted(np.sort(values), np.quantile(values[kept], shares)) / 1000
    assert places == pytest.approx(shares, abs=0.02)


def test_a_bounded_machine_remembers_no_more_photos_and_still_names_every_label() -> None:
    seen, fresh = vectors(1, 1000), vectors(2, 400)
    few = FAMILY.model_copy(update={"max_photos": 300})
    labels = labels_of(seen)
    labels[:7] = LABELS  # a small label
    model = KernelClassifier(few, RUNS).fit(seen, labels, np.arange(1000))
    assert len(model.map.seen_) <= 300
    assert model.classes_.tolist() == list(range(LABELS + 1))
    found = model.predict_proba(fresh)
    assert (found.argmax(axis=1) == labels_of(fresh)).mean() > 1.5 / LABELS
    regressor = KernelRegressor(few, RUNS).fit(seen, seen[:, :1].astype(float))
    assert len(regressor.map.seen_) == 300


def test_balance_names_a_small_label_more_often() -> None:
    seen, fresh = vectors(1, 600), vectors(2, 600)
    labels = (seen[:, 0] + seen[:, 1] > 1.8).astype(np.intp)  # a tenth
    named, likely = [], []
    for balance in (0.0, 0.5, 1.0):
        family = FAMILY.model_copy(update={"balance": balance, "ridge": 1.0})
        model = KernelClassifier(family, RUNS).fit(seen, labels, np.arange(600))
        scores = model.map.values(fresh) @ model.coefficients_
        named.append((scores[:, 1] > scores[:, 0]).sum())
        likely.append(model.predict_proba(fresh)[:, 1].mean())
    assert named[0] < named[1] < named[2]
    assert likely[0] < likely[1] < likely[2]
    assert likely[0] == pytest.approx(0.1, abs=0.03)


def test_equal_photos_without_a_penalty_are_refused_with_what_to_do() -> None:
    seen = np.repeat(vectors(1, 30), 2, axis=0)
    family = FAMILY.model_copy(update={"ridge": 1e-300})
    with pytest.raises(UnsolvableKernel, match=r"of 60 photos .* raise the ridge") as raised:
        KernelClassifier(family, RUNS).fit(seen, np.arange(60) // 2 % 2, np.arange(60))
    # It is raised in processes of a search, and travels.
    assert str(copy.copy(raised.value)) == str(raised.value)
    with pytest.raises(UnsolvableKernel):
        KernelRegressor(family, RUNS).fit(seen, np.arange(60.0)[:, np.newaxis])
