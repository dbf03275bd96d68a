import numpy as np
import pytest
from support.dataset_rows import dataset_rows
from support.gate_cases import evaluation

from artifacts.records.evaluation import Evaluation
from gate.measures.answers import find_label_doubts

LABELS = tuple("abcdefgh")
PHOTOS = 400
PLANTED = range(0, 40, 2)


@pytest.fixture(scope="module")
def doubted() -> Evaluation:
    """A model that is mostly sure and right, over labels of which twenty were planted wrong."""
    rng = np.random.default_rng(2)
    truths = rng.integers(0, 8, PHOTOS)
    scores = rng.normal(0, 1, (PHOTOS, 8)) + 8 * np.eye(8)[truths]
    chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    given = truths.copy()
    given[PLANTED] = (truths[PLANTED] + 1) % 8
    rows = dataset_rows(PHOTOS)
    plain = evaluation(rows, [True] * PHOTOS, rows.digest)
    style = plain.classification[0].model_copy(
        update={
            "labels": LABELS,
            "truths": tuple(given.tolist()),
            "probabilities": tuple(tuple(row) for row in chances.round(5).tolist()),
        }
    )
    return plain.model_copy(update={"classification": (style,)})


def test_labels_that_were_planted_wrong_are_most_of_the_list(doubted):
    found = {doubt.photo for doubt in find_label_doubts(doubted)}
    planted = {doubted.photos[i] for i in PLANTED}
    assert len(found & planted) >= 18
    assert len(found - planted) <= 2


def test_a_doubt_names_what_is_given_and_what_the_model_would_say(doubted):
    style = doubted.classification[0]
    for doubt in find_label_doubts(doubted):
        i = doubted.photos.index(doubt.photo)
        assert doubt.given == LABELS[style.truths[i]]
        assert doubt.suggested == LABELS[int(np.argmax(style.probabilities[i]))]
        assert doubt.suggested != doubt.given


def test_the_worst_comes_first_and_none_is_at_all_likely(doubted):
    qualities = [doubt.quality for doubt in find_label_doubts(doubted)]
    assert qualities == sorted(qualities)
    assert max(qualities) < 0.01


def test_photos_of_unknown_truth_are_not_doubted(doubted):
    style = doubted.classification[0]
    truths = tuple(None if i in PLANTED else t for i, t in enumerate(style.truths))
    partly = doubted.model_copy(
        update={"classification": (style.model_copy(update={"truths": truths}),)}
    )
    planted = {doubted.photos[i] for i in PLANTED}
    assert not planted & {doubt.photo for doubt in find_label_doubts(partly)}


def test_where_one_label_alone_occurs_nothing_is_doubted(doubted):
    style = doubted.classification[0].model_copy(update={"truths": (3,) * PHOTOS})
    assert find_label_doubts(doubted.model_copy(update={"classification": (style,)})) == ()


def test_a_label_that_does_not_occur_is_no_obstacle(doubted):
    style = doubted.classification[0]
    truths = tuple(None if truth == 5 else truth for truth in style.truths)
    fewer = doubted.model_copy(
        update={"classification": (style.model_copy(update={"truths": truths}),)}
    )
    assert find_label_doubts(fewer)
