"""The drawn photos can be told apart by structure, and by nothing else."""

import io
from dataclasses import dataclass

import numpy as np
import pytest
from joblib import Parallel, delayed
from PIL import Image
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedGroupKFold

from features import Extractor, architecture_schema
from samples.facades import STYLES, Facade, draw_building

BUILDINGS, SEED, TREES, FEW_TREES = 12, 2, 200, 60


@dataclass(frozen=True)
class Sample:
    facades: list[Facade]
    style: np.ndarray
    building: np.ndarray
    pixels: list[np.ndarray]

    def guesses(self, rows, labels, trees=TREES) -> np.ndarray:
        """Out-of-fold answers of a forest, folds split by building."""
        rows, out = np.asarray(rows), np.empty_like(labels)
        folds = StratifiedGroupKFold(3, shuffle=True, random_state=0)
        for fit, judge in folds.split(rows, labels, self.building):
            forest = RandomForestClassifier(trees, n_jobs=2, random_state=0)
            out[judge] = forest.fit(rows[fit], labels[fit]).predict(rows[judge])
        return out


@pytest.fixture(scope="module")
def sample() -> Sample:
    jobs = (delayed(draw_building)(s, k, SEED, (1, 2)) for s in STYLES for k in range(BUILDINGS))
    facades = [facade for views in Parallel(n_jobs=2)(jobs) for facade in views]
    return Sample(
        facades,
        np.array([f.style for f in facades]),
        np.array([f.building for f in facades]),
        [np.asarray(Image.open(io.BytesIO(f.photo)), dtype=float) for f in facades],
    )


@pytest.fixture(scope="module")
def vectors(sample) -> np.ndarray:
    extractor = Extractor(architecture_schema())
    return np.stack([np.asarray(extractor.extract(f.photo)) for f in sample.facades])


@pytest.fixture(scope="module")
def answers(sample, vectors) -> np.ndarray:
    return sample.guesses(vectors, sample.style)


def test_a_forest_learns_the_styles_but_not_perfectly(sample, answers):
    assert 0.45 <= np.mean(answers == sample.style) <= 0.80


def test_every_style_is_found_now_and_then(sample, answers):
    recalls = {s: np.mean(answers[sample.style == s] == s) for s in STYLES}
    assert {s: r for s, r in recalls.items() if r <= 0.15} == {}


def test_shuffled_labels_teach_nothing(sample, vectors):
    names, first = np.unique(sample.building, return_index=True)
    mixed = np.random.default_rng(0).permutation(sample.style[first])
    labels = mixed[np.searchsorted(names, sample.building)]
    assert np.mean(sample.guesses(vectors, labels) == labels) <= 0.08


def _spread(patch):
    return [*patch.mean((0, 1)), *patch.std((0, 1))]


def _corners(p):
    return [x for c in (p[:16, :16], p[:16, -16:], p[-16:, :16], p[-16:, -16:]) for x in _spread(c)]


def _file(facade):
    return [facade.width, facade.height, facade.width / facade.height, len(facade.photo)]


@pytest.mark.parametrize(
    "measure",
    [
        pytest.param(lambda _, p: p.mean((0, 1)), id="mean colour"),
        pytest.param(lambda _, p: _spread(p[: len(p) // 8]), id="sky"),
        pytest.param(lambda f, _: _file(f), id="size of picture and file"),
        pytest.param(lambda _, p: [p.mean(), p.std()], id="brightness and contrast"),
        pytest.param(lambda _, p: _corners(p), id="corners"),
    ],
)
def test_no_background_statistic_reaches_half_of_the_forest(sample, answers, measure):
    rows = [measure(f, p) for f, p in zip(sample.facades, sample.pixels, strict=True)]
    found = np.mean(sample.guesses(rows, sample.style, FEW_TREES) == sample.style)
    assert found < np.mean(answers == sample.style) / 2
