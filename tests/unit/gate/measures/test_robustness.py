import numpy as np
import pytest

from features import CORRUPTIONS
from gate.measures.robustness import (
    CorruptedScores,
    choose_photos,
    measure_robustness,
)
from scoring.metrics import correct, known

GROUPS = tuple("aaabbcddddeefghij")


def test_whole_groups_are_drawn_until_there_are_enough_photos():
    for seed in range(20):
        chosen = choose_photos(GROUPS, 6, seed)
        names = {GROUPS[i] for i in chosen}
        assert sum(group in names for group in GROUPS) == len(chosen)
        assert 6 <= len(chosen) < 6 + 4
        assert chosen.tolist() == sorted(set(chosen.tolist()))


def test_a_seed_repeats_the_draw_and_another_one_changes_it():
    assert (choose_photos(GROUPS, 6, 1) == choose_photos(GROUPS, 6, 1)).all()
    assert len({tuple(choose_photos(GROUPS, 6, seed).tolist()) for seed in range(20)}) > 5


def test_where_there_are_fewer_photos_all_are_taken():
    assert choose_photos(GROUPS, 100, 1).tolist() == list(range(len(GROUPS)))
    assert choose_photos((), 100, 1).tolist() == []


def corrupted(noisy, chosen, **changes: int) -> CorruptedScores:
    """The very scores of the photos, with the answers of some turned to a label."""
    style, era = noisy.classification[0], noisy.regression[0]
    scores = np.array(style.probabilities)[chosen]
    for row, label in ((int(name.removeprefix("row")), to) for name, to in changes.items()):
        scores[row] = np.eye(5)[label]
    return CorruptedScores(CORRUPTIONS[0], {"style": scores, "era": np.array(era.values)[chosen]})


def measured(noisy, chosen, *copies: CorruptedScores):
    return measure_robustness(noisy, np.array(chosen), copies, 300, 5, 0.9)


def test_photos_that_answer_as_before_cost_nothing(noisy):
    (found,) = measured(noisy, range(40), corrupted(noisy, range(40)))
    assert found.clean_accuracy == found.accuracy
    assert (found.drop.value, found.drop.low, found.drop.high) == (0, 0, 0)


def test_a_drop_is_clean_less_corrupted_accuracy_over_photos_of_known_truth(noisy):
    style = noisy.classification[0]
    chosen = np.arange(60)
    right = np.flatnonzero(correct(style)[chosen])[:2]
    wrong = {f"row{row}": (style.truths[row] + 1) % 5 for row in right}
    (found,) = measured(noisy, chosen, corrupted(noisy, chosen, **wrong))
    seen = known(style.truths)[chosen]
    assert found.photos == seen.sum() < 60
    assert found.clean_accuracy == pytest.approx(correct(style)[chosen][seen].mean())
    assert found.drop.value == pytest.approx(2 / seen.sum())
    assert found.accuracy == pytest.approx(found.clean_accuracy - found.drop.value)
    assert 0 <= found.drop.low <= found.drop.value < found.drop.high


def test_every_corruption_is_named_with_its_setting(noisy):
    copies = [CorruptedScores(kind, corrupted(noisy, range(30)).scores) for kind in CORRUPTIONS]
    found = measured(noisy, range(30), *copies)
    assert [(one.corruption, one.severity, one.setting) for one in found] == [
        (kind.name, kind.severity, kind.setting) for kind in CORRUPTIONS
    ]
    assert {one.head for one in found} == {"style"}


def test_without_a_known_truth_nothing_is_compared(noisy):
    style = noisy.classification[0]
    unknown = np.flatnonzero(~known(style.truths))
    assert measured(noisy, unknown, corrupted(noisy, unknown)) == ()
    assert measured(noisy, [], corrupted(noisy, [])) == ()
