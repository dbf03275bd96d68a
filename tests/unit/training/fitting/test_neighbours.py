import numpy as np
import pytest
from numpy.typing import NDArray

from training.fitting.neighbours import NeighboursClassifier

WIDTH, PHOTOS, LABELS = 30, 80, 4


def photos(seed: int, count: int = PHOTOS) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(count, WIDTH)).astype(np.float32)


def fitted(neighbours: int, levels: int, count: int = PHOTOS) -> NeighboursClassifier:
    labels = np.arange(count, dtype=np.intp) % LABELS
    return NeighboursClassifier(neighbours, levels).fit(photos(1, count), labels)


def by_hand(model: NeighboursClassifier, vector: NDArray[np.float32]) -> list[float]:
    """The same in whole numbers of Python, photo by photo."""
    levels = [
        sum(bool(x > t) for t in ts) for x, ts in zip(vector, model.thresholds_.T, strict=True)
    ]
    distances = [
        sum((int(a) - b) ** 2 for a, b in zip(seen, levels, strict=True)) for seen in model.seen_
    ]
    nearest = sorted(range(len(distances)), key=lambda n: (distances[n], n))[: model.neighbours]
    votes = [1] * LABELS
    for rank, photo in enumerate(nearest):
        votes[int(model.votes_[photo].argmax())] += len(nearest) - rank
    return [vote / sum(votes) for vote in votes]


@pytest.mark.parametrize(("neighbours", "levels"), [(1, 2), (5, 4), (15, 16), (200, 8)])
def test_shares_are_those_counted_by_hand(neighbours: int, levels: int) -> None:
    model, seen = fitted(neighbours, levels), photos(2, 10)
    wanted = [by_hand(model, vector) for vector in seen]
    assert model.predict_proba(seen) == pytest.approx(np.array(wanted), abs=1e-12)


def test_of_equally_near_photos_the_first_is_nearer() -> None:
    vectors = np.repeat(photos(1, 2), 3, axis=0)
    model = NeighboursClassifier(2, 4).fit(vectors, np.array([2, 1, 0, 0, 1, 2]))
    assert model.predict_proba(vectors[:1])[0].tolist() == [1 / 6, 2 / 6, 3 / 6]


def test_features_fill_their_levels_evenly_whatever_their_scale() -> None:
    stretched = photos(1) * np.logspace(-8, 8, WIDTH, dtype=np.float32)
    plain = fitted(3, 8)
    model = NeighboursClassifier(3, 8).fit(stretched, np.arange(PHOTOS) % LABELS)
    counts = np.bincount(model.seen_.ravel(), minlength=8) / model.seen_.size
    assert counts == pytest.approx(np.full(8, 1 / 8), abs=0.02)
    assert (model.seen_ == plain.seen_).all()


def test_thresholds_are_float32_values_of_the_photos() -> None:
    model = fitted(3, 8)
    assert model.thresholds_.dtype == np.float32
    assert all(np.isin(model.thresholds_[:, n], photos(1)[:, n]).all() for n in range(WIDTH))


def test_many_photos_are_answered_as_each_alone() -> None:
    model, seen = fitted(5, 8), photos(3, 1100)
    one_by_one = np.concatenate([model.predict_proba(seen[n : n + 1]) for n in range(1100)])
    assert (model.predict_proba(seen) == one_by_one).all()
