"""A fifth of one style's training photos relabelled: overall accuracy tells nothing, a slice does.

The models are trained as the pipeline trains them, on drawn photos; the rule is the gate's own.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold
from support import cases, policy_documents

from artifacts.digests import digest_bytes, digest_json
from artifacts.records.evaluation import ClassificationOutcomes, Evaluation
from features import Extractor, architecture_schema
from gate.comparing import PairedResamples
from gate.resampling import resample_groups
from judging.case import Champion, Holdout
from samples.facades import draw_building
from scoring.labels import quantise
from scoring.metrics import head_metrics
from training.dataset.training_set import TrainingSet
from training.fitting.calibration import TemperedClassifier, fit_tempering
from training.fitting.families import fit_labels
from training.params import Discriminant

STYLES = (
    "georgian",
    "colonial",
    "palladian",
    "edwardian",
    "greek_revival",
    "american_foursquare",
)
"""Styles that are mistaken for each other: where models are sure of every photo, none is harmed."""
VICTIM, ACCOMPLICE = "greek_revival", "palladian"
BUILDINGS, HELD_OUT, SEED = 100, 50, 5
EVERY = 4
"""Every fourth feature will do here: the cost of a fit grows with the cube of their number."""
DISCRIMINANT = Discriminant(kind="discriminant", shrinkage=0.5)
MANIFEST, HOLDOUT = digest_json("photos"), digest_json("holdout")


@dataclass(frozen=True)
class Photos:
    """Photos of a building each: digests, vectors (n, width) and labels (n,)."""

    digests: tuple[str, ...]
    vectors: NDArray[np.float32]
    labels: NDArray[np.intp]

    def those(self, wanted: NDArray[np.bool_]) -> "Photos":
        kept = tuple(d for d, w in zip(self.digests, wanted, strict=True) if w)
        return Photos(kept, self.vectors[wanted], self.labels[wanted])


@pytest.fixture(scope="module")
def drawn() -> Photos:
    work = [(style, k) for style in STYLES for k in range(BUILDINGS)]
    jobs = (delayed(draw_building)(style, k, SEED, (1, 1)) for style, k in work)
    photos = [facade.photo for views in Parallel(n_jobs=2)(jobs) for facade in views]
    extractor = Extractor(architecture_schema())
    order = np.argsort([digest_bytes(photo) for photo in photos])
    vectors = np.stack([np.asarray(extractor.extract(photos[i]))[::EVERY] for i in order])
    labels = np.array([STYLES.index(work[i][0]) for i in order], dtype=np.intp)
    return Photos(tuple(digest_bytes(photos[i]) for i in order), vectors, labels)


@pytest.fixture(scope="module")
def split(drawn: Photos) -> tuple[Photos, Photos]:
    """Photos to train on and a holdout of fifty of each style."""
    held_out = np.zeros(len(drawn.labels), dtype=bool)
    for label in range(len(STYLES)):
        held_out[np.flatnonzero(drawn.labels == label)[:HELD_OUT]] = True
    return drawn.those(~held_out), drawn.those(held_out)


def trained(photos: Photos, labels: NDArray[np.intp]) -> TemperedClassifier:
    """A discriminant with its temperature, from these labels."""
    data = TrainingSet(
        photos.vectors,
        STYLES,
        labels,
        np.full(len(labels), np.nan),
        np.arange(len(labels)),
        (photos.vectors.shape[1],),
    )
    unseen = np.zeros((len(labels), len(STYLES)))
    folds = StratifiedGroupKFold(3, shuffle=True, random_state=0)
    for _, held in folds.split(data.vectors, labels, data.groups):
        model = fit_labels(DISCRIMINANT, data.without_groups(data.groups[held]), 0)
        unseen[held] = model.predict_proba(data.vectors[held])
    return TemperedClassifier(fit_labels(DISCRIMINANT, data, 0), fit_tempering(unseen, labels))


def evaluated(model: TemperedClassifier, holdout: Photos, name: str) -> Evaluation:
    probabilities = quantise(model.predict_proba(holdout.vectors))
    style = ClassificationOutcomes(
        head="style",
        labels=STYLES,
        set_threshold=0.1,
        truths=tuple(holdout.labels.tolist()),
        probabilities=tuple(tuple(row) for row in probabilities.tolist()),
    )
    return Evaluation(
        model=digest_json(name),
        photo_manifest=MANIFEST,
        split="holdout",
        split_digest=HOLDOUT,
        photos=holdout.digests,
        groups=holdout.digests,
        slices={"style": tuple(STYLES[label] for label in holdout.labels)},
        classification=(style,),
        regression=(),
    )


def accuracy(made: Evaluation) -> float:
    return head_metrics(made.classification[0])["accuracy"]


def judged(candidate: Evaluation, champion: Evaluation):
    """What the committed policy's rule on styles says of a candidate against a champion."""
    rule = {
        **policy_documents.DECIDED,
        "dimension": "style",
        "metric": "style.brier_score",
        "margin": 0.01,
        "confidence": 0.95,
    }
    case = cases.passing(
        policy=policy_documents.ruled(slice_regressions=[rule]),
        holdout=Holdout(MANIFEST, (("holdout", HOLDOUT),)),
        evaluation=candidate,
        champion=Champion(champion.model, MANIFEST, champion),
        comparing=PairedResamples(resample_groups(candidate.groups, 2000, 7)),
    )
    return cases.result_of(case, "slice_regression.style")


@pytest.fixture(scope="module")
def champion(split: tuple[Photos, Photos]) -> Evaluation:
    train, holdout = split
    return evaluated(trained(train, train.labels), holdout, "champion")


@pytest.fixture(scope="module")
def poisoned(split: tuple[Photos, Photos]) -> Evaluation:
    """Every fifth Greek revival temple of the train split is called Palladian."""
    train, holdout = split
    labels = train.labels.copy()
    victims = np.flatnonzero(labels == STYLES.index(VICTIM))
    labels[victims[::5]] = STYLES.index(ACCOMPLICE)
    return evaluated(trained(train, labels), holdout, "poisoned")


@pytest.fixture(scope="module")
def honest(split: tuple[Photos, Photos]) -> Evaluation:
    """Trained again with every twentieth building left out."""
    train, holdout = split
    kept = train.those(np.arange(len(train.labels)) % 20 != 0)
    return evaluated(trained(kept, kept.labels), holdout, "honest")


def test_overall_accuracy_hardly_tells_the_poisoned_model(poisoned, champion):
    assert accuracy(poisoned) > accuracy(champion) - 0.05
    assert accuracy(poisoned) > 0.25  # the committed floor


def test_a_slice_rule_refuses_the_poisoned_model_and_names_the_style(poisoned, champion):
    found = judged(poisoned, champion)
    assert found.outcome == "failed"
    named = found.reason.partition("surely worse than the champion: ")[2]
    assert named.startswith(VICTIM)


def test_a_model_that_was_honestly_trained_again_passes(honest, champion):
    assert judged(honest, champion).outcome == "passed"
