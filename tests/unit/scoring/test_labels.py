import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scoring.labels import GRID, label_sets, quantise, rank, winners

NOISE = 1e-7
"""What float32 and float64 sums of a forest's votes differ by, and then some."""

PROBABILITIES = arrays(
    np.float64, st.tuples(st.integers(1, 4), st.integers(2, 6)), elements=st.floats(0, 1)
)


def votes(rng: np.random.Generator, trees: int, labels: int) -> np.ndarray:
    """How a forest of pure leaves votes: exact ties are common."""
    return rng.multinomial(trees, np.full(labels, 1 / labels), size=200) / trees


@given(PROBABILITIES)
def test_a_rounded_probability_is_on_the_grid_and_half_a_step_off_at_most(p: np.ndarray):
    q = quantise(p)
    assert q.dtype == np.float64
    assert ((q >= 0) & (q <= 1)).all()
    assert np.abs(q - p).max() <= 0.5 / GRID + 1e-12
    np.testing.assert_allclose(q * GRID, np.rint(q * GRID), rtol=0, atol=1e-9)


@given(PROBABILITIES)
def test_rounding_twice_is_rounding_once(p: np.ndarray):
    np.testing.assert_array_equal(quantise(quantise(p)), quantise(p))


@pytest.mark.parametrize(("given_", "expected"), [(-1e-9, 0), (1 + 1e-6, 1), (-5, 0), (7, 1)])
def test_rounded_probabilities_stay_within_0_and_1(given_: float, expected: float):
    assert quantise(np.array([[given_]])) == expected


@given(PROBABILITIES)
def test_ranks_hold_every_label_once_and_never_rise(p: np.ndarray):
    order = rank(p)
    np.testing.assert_array_equal(
        np.sort(order, axis=1), np.tile(np.arange(p.shape[1]), (len(p), 1))
    )
    assert (np.diff(np.take_along_axis(quantise(p), order, axis=1), axis=1) <= 0).all()
    np.testing.assert_array_equal(winners(p), order[:, 0])


@given(PROBABILITIES)
def test_among_equals_the_lower_index_comes_first(p: np.ndarray):
    order = rank(p)
    ordered = np.take_along_axis(quantise(p), order, axis=1)
    tied = np.diff(ordered, axis=1) == 0
    assert (np.diff(order, axis=1)[tied] > 0).all()


def test_a_tie_goes_to_the_first_label():
    assert winners(np.array([[0.2, 0.4, 0.4], [1 / 3, 1 / 3, 1 / 3]])).tolist() == [1, 0]


def test_no_photo_gives_no_answer():
    assert winners(np.zeros((0, 3))).shape == (0,)


@pytest.mark.parametrize("trees", [7, 100, 300, 1000])
def test_noise_breaks_no_tie_of_a_forest(trees: int):
    """With 7 trees the third part of votes is no binary fraction, so summing order shows."""
    rng = np.random.default_rng(trees)
    exact = votes(rng, trees, 5)
    noisy = (exact + rng.uniform(-NOISE, NOISE, exact.shape)).astype(np.float32)
    assert (np.sort(exact, axis=1)[:, -1] == np.sort(exact, axis=1)[:, -2]).any()
    np.testing.assert_array_equal(rank(noisy), rank(exact))


@given(PROBABILITIES, st.data())
def test_noise_changes_no_rank_away_from_the_edges_of_the_grid(p: np.ndarray, data: st.DataObject):
    """The bound: no probability lies within the noise of the middle between two grid points."""
    from_edge = np.abs(p * GRID - np.floor(p * GRID) - 0.5) / GRID
    assume((from_edge > 2 * NOISE).all())
    noise = data.draw(arrays(np.float64, p.shape, elements=st.floats(-NOISE, NOISE)))
    np.testing.assert_array_equal(rank(p + noise), rank(p))
    np.testing.assert_array_equal(rank((p + noise).astype(np.float32)), rank(p))


@given(PROBABILITIES, st.data())
def test_noise_never_changes_a_label_that_leads_by_more_than_a_step(
    p: np.ndarray, data: st.DataObject
):
    """Wherever they lie: between labels more than a grid step apart noise can't change order."""
    ordered = np.sort(p, axis=1)
    assume((ordered[:, -1] - ordered[:, -2] > 1 / GRID + 4 * NOISE).all())
    noise = data.draw(arrays(np.float64, p.shape, elements=st.floats(-NOISE, NOISE)))
    np.testing.assert_array_equal(winners(p + noise), p.argmax(axis=1))


def test_noise_at_the_edge_of_the_grid_does_change_a_label():
    """The rule's limit, told honestly: two values a bit apart, astride an edge, are two steps."""
    edge = 40_000.5 / GRID
    tied = np.array([[edge - NOISE / 2, edge - NOISE / 2]])
    noisy = tied + np.array([[0, NOISE]])
    assert (winners(tied), winners(noisy)) == (0, 1)
    assert np.abs(tied - noisy).max() <= 1.01 * NOISE


def test_rows_do_not_depend_on_each_other():
    p = np.random.default_rng(0).dirichlet(np.ones(25), 100)
    together = rank(p)
    for i in range(100):
        np.testing.assert_array_equal(rank(p[i : i + 1])[0], together[i])


@given(PROBABILITIES, st.floats(0, 1))
def test_a_prediction_set_holds_the_answer_and_what_reaches_the_threshold(
    p: np.ndarray, threshold: float
):
    sets = label_sets(p, threshold)
    assert sets[np.arange(len(p)), winners(p)].all()
    beyond = sets.copy()
    beyond[np.arange(len(p)), winners(p)] = False
    np.testing.assert_array_equal(beyond, beyond & (quantise(p) >= threshold))
    assert (sets | (quantise(p) < threshold)).all()


def test_a_label_exactly_at_the_threshold_belongs_to_the_set():
    assert label_sets(np.array([[0.6, 0.3, 0.1]]), 0.3).tolist() == [[True, True, False]]


def test_among_equals_below_the_threshold_the_set_is_the_first_label_alone():
    assert label_sets(np.array([[0.5, 0.5]]), 0.6).tolist() == [[True, False]]
