import itertools

import numpy as np
import onnxruntime
import pytest

from features import OtherPicture
from training.fitting.declining import (
    FARTHEST,
    Strangeness,
    declining_head,
    pictures_digest,
)
from training.fitting.onnx_exporter import OnnxExporter

RUNS = (6, 4, 10)
DIGEST = "sha256:" + "0" * 64


def vectors_of(photos, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(photos, sum(RUNS))) * np.arange(1, 21) + 5).astype(np.float32)


def head_of(buildings, others, honest=None, level=0.02):
    honest = np.full((100, 2), 0.5) if honest is None else honest
    return declining_head("style", level, np.array(buildings), np.array(others), honest, DIGEST)


def test_what_was_learned_from_is_strange_by_one_in_the_mean():
    vectors = vectors_of(400)
    assert Strangeness().fit(vectors, RUNS).predict(vectors).mean() == pytest.approx(1, abs=1e-3)


def test_a_vector_far_from_all_is_stranger_than_each():
    vectors = vectors_of(400)
    strange = Strangeness().fit(vectors, RUNS)
    assert strange.predict(vectors[:1] + 200)[0] > strange.predict(vectors).max()


def test_a_wide_part_counts_no_more_than_a_narrow_one_and_the_hand_made_less():
    vectors = vectors_of(400)
    strange = Strangeness().fit(vectors, RUNS)
    ends = np.cumsum((0, *RUNS))
    shares = [strange.share_[a:b].sum() for a, b in itertools.pairwise(ends)]
    assert shares[0] == pytest.approx(shares[1]) == pytest.approx(shares[2] / 0.6, rel=1e-5)


def test_features_that_never_vary_say_nothing_and_one_that_hardly_does_is_bounded():
    vectors = vectors_of(50)
    vectors[:, 0] = 3
    vectors[:, 1] = 1 + 1e-5 * (np.arange(50) % 2)
    strange = Strangeness().fit(vectors, RUNS)
    moved = vectors[:1].copy()
    moved[0, :2] = (1e6, 1e6)
    share = float(strange.share_[1])
    assert strange.predict(moved)[0] <= strange.predict(vectors[:1])[0] + FARTHEST**2 * share + 1e-3


def test_onnx_finds_the_same_strangeness():
    vectors = vectors_of(200)
    strange = Strangeness().fit(vectors, RUNS)
    session = onnxruntime.InferenceSession(OnnxExporter().export(strange, sum(RUNS)))
    (found,) = session.run(None, {"vectors": vectors_of(50, seed=1)})
    wanted = strange.predict(vectors_of(50, seed=1))
    assert np.allclose(found[:, 0], wanted, rtol=1e-5)


def test_the_limit_lies_halfway_by_ratio_between_buildings_and_pictures():
    head = head_of([1.0] * 98 + [2.0] * 2, [8.0] * 100)
    assert head.limit == pytest.approx(4.0)
    assert (head.pictures_tried, head.pictures_declined) == (100, 100)


def test_where_pictures_are_like_buildings_the_buildings_alone_set_the_limit():
    """More of them declined than the level says would break the promise to whoever asks."""
    head = head_of(np.linspace(1, 2, 99), [1.5] * 20, level=0.1)
    assert head.limit == pytest.approx(np.linspace(1, 2, 99)[89])
    assert head.pictures_declined == 0


@pytest.mark.parametrize("seed", range(5))
def test_of_new_buildings_no_more_than_the_level_are_declined_for_either_reason(seed):
    rng = np.random.default_rng(seed)
    chances = rng.dirichlet(np.ones(5), size=4000)
    head = head_of(rng.gamma(2, size=4000), [0.0], chances, level=0.05)
    assert (rng.gamma(2, size=4000) > head.limit).mean() < 0.065
    fresh = rng.dirichlet(np.ones(5), size=4000).max(axis=1)
    assert (fresh < head.least_probability).mean() < 0.065


def test_of_few_buildings_the_strangest_is_the_limit():
    assert head_of([1.0, 3.0], [0.5]).limit == pytest.approx(3.0)


def test_the_digest_of_pictures_follows_from_every_byte_and_their_order():
    one, two = OtherPicture("cat", b"1"), OtherPicture("cat", b"2")
    digests = {pictures_digest(found) for found in ((one,), (one, two), (two, one))}
    assert len(digests) == 3
