import numpy as np
import pytest
from support.dataset_rows import LABELS, dataset_rows
from support.gate_cases import evaluation

from artifacts.records.evaluation import Evaluation
from gate.resampling import accuracy_difference, resample_groups, sliced_gain
from judging.metric_names import LIMITS, limit_of
from scoring.metrics import DECLINING, NUMBERS, metrics_of, resampled_metric, sliced_metric
from scoring.metrics import LABELS as OF_LABELS

NAMES = [
    "style.accuracy",
    "style.macro_f1",
    "style.top3_accuracy",
    "style.brier_score",
    "style.calibration_error",
    "style.set_coverage",
    "style.set_size",
    "era.median_absolute_error",
    "era.mean_absolute_error",
    "era.interval_coverage",
    "era.interval_width",
]


@pytest.fixture(scope="module")
def noisy() -> Evaluation:
    """Random answers on five labels, unknown truths here and there, groups of unequal size."""
    rng = np.random.default_rng(5)
    rows = dataset_rows(60, per_group=3)
    plain = evaluation(rows, [True] * 60, rows.digest)
    truths = [None if rng.random() < 0.2 else int(rng.integers(5)) for _ in range(60)]
    style = plain.classification[0].model_copy(
        update={
            "labels": ("a", "b", "c", "d", "e"),
            "set_threshold": 0.25,
            "truths": tuple(truths),
            "probabilities": tuple(tuple(row) for row in rng.dirichlet(np.ones(5), 60).tolist()),
        }
    )
    values = rng.normal(1900, 40, 60)
    era = plain.regression[0].model_copy(
        update={
            "truths": tuple(None if rng.random() < 0.3 else 1900.0 + i % 7 for i in range(60)),
            "values": tuple(values),
            "lows": tuple(values - rng.uniform(0, 60, 60)),
            "highs": tuple(values + rng.uniform(0, 60, 60)),
        }
    )
    groups = tuple(f"g{i}" for i in rng.integers(0, 15, 60))
    return plain.model_copy(
        update={"classification": (style,), "regression": (era,), "groups": groups}
    )


def repeated(given: Evaluation, times: np.ndarray) -> Evaluation:
    """The slow reference: the very photos, written down as often as they were drawn."""
    rows = np.repeat(np.arange(len(given.photos)), times)

    def pick(column):
        return tuple(column[row] for row in rows)

    style, era = given.classification[0], given.regression[0]
    return given.model_copy(
        update={
            "classification": (
                style.model_copy(
                    update={
                        "truths": pick(style.truths),
                        "probabilities": pick(style.probabilities),
                    }
                ),
            ),
            "regression": (
                era.model_copy(
                    update={k: pick(getattr(era, k)) for k in ("truths", "values", "lows", "highs")}
                ),
            ),
        }
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_resampled_metric_is_the_metric_of_photos_repeated_one_by_one(noisy, name):
    resampling = resample_groups(noisy.groups, resamples=60, seed=9)
    found = resampled_metric(noisy, name, resampling)
    expected = [
        metrics_of(repeated(noisy, counts[resampling.group_of].astype(int)))[name]
        for counts in resampling.counts
    ]
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_a_metric_of_the_sample_itself_is_the_one_that_scoring_gives(noisy, name):
    once = resample_groups(noisy.groups, resamples=1, seed=9).once()
    assert resampled_metric(noisy, name, once) == pytest.approx([metrics_of(noisy)[name]])


@pytest.mark.parametrize("name", NAMES)
def test_a_metric_of_a_slice_is_that_of_its_photos_alone(noisy, name):
    """Slices may overlap, and one may have nothing to measure."""
    resampling = resample_groups(noisy.groups, resamples=25, seed=9)
    slices = np.random.default_rng(1).random((60, 4)) < [0.7, 0.3, 0.1, 0.0]
    found = sliced_metric(noisy, name, resampling, slices)
    assert found.shape == (25, 4)
    for row, counts in enumerate(resampling.counts):
        times = counts[resampling.group_of].astype(int)
        for column, within in enumerate(slices.T):
            expected = metrics_of(repeated(noisy, times * within)).get(name, np.nan)
            assert found[row, column] == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_every_metric_of_scoring_can_be_limited(noisy):
    assert set(metrics_of(noisy)) == set(NAMES)
    assert {name.partition(".")[2] for name in NAMES} == {*OF_LABELS, *NUMBERS}


def test_a_resample_without_a_known_truth_has_no_value():
    rows = dataset_rows(4, per_group=2)
    given = evaluation(rows, [True] * 4, rows.digest)
    style = given.classification[0].model_copy(update={"truths": (None, None, 0, 1)})
    resampling = resample_groups(given.groups, resamples=200, seed=1)
    partly = given.model_copy(update={"classification": (style,)})
    values = resampled_metric(partly, "style.accuracy", resampling)
    assert np.isnan(values).any()


def test_an_unknown_metric_or_head_has_no_value_and_no_limit(noisy):
    resampling = resample_groups(noisy.groups, resamples=5, seed=1)
    assert resampled_metric(noisy, "style.beauty", resampling) is None
    assert resampled_metric(noisy, "era.accuracy", resampling) is None
    assert resampled_metric(noisy, "roof.accuracy", resampling) is None
    assert limit_of("style.beauty") is None


def test_the_accuracy_difference_is_paired_and_exact():
    rows = dataset_rows(50, per_group=50)
    ours = evaluation(rows, [i >= 24 for i in range(50)], rows.digest)
    theirs = evaluation(rows, [i >= 23 for i in range(50)], rows.digest)
    once = resample_groups(ours.groups, resamples=1, seed=1).once()
    # 26/50 - 27/50 in floats is -0.020000000000000018, which would miss a limit of -0.02.
    assert accuracy_difference(ours, theirs, "style", once).tolist() == [-0.02]


def test_models_with_their_labels_in_another_order_can_be_compared():
    rows = dataset_rows(6)
    ours = evaluation(rows, [True] * 6, rows.digest)
    style = ours.classification[0]
    turned = style.model_copy(
        update={
            "labels": LABELS[::-1],
            "truths": tuple(len(LABELS) - 1 - truth for truth in style.truths),
            "probabilities": tuple(row[::-1] for row in style.probabilities),
        }
    )
    theirs = ours.model_copy(update={"classification": (turned,)})
    once = resample_groups(ours.groups, resamples=1, seed=1).once()
    assert accuracy_difference(ours, theirs, "style", once).tolist() == [0.0]


def test_the_accuracy_difference_of_a_slice_is_that_of_its_photos():
    rows = dataset_rows(6)
    ours = evaluation(rows, [True] * 6, rows.digest)
    theirs = evaluation(rows, [False] * 3 + [True] * 3, rows.digest)
    once = resample_groups(ours.groups, resamples=1, seed=1).once()
    slices = np.array([[True, False]] * 4 + [[False, True]] * 2)
    found = sliced_gain(ours, theirs, "style.accuracy", once, slices)
    assert found.tolist() == [[0.75, 0.0]]


def test_a_brier_gain_sees_what_accuracy_does_not():
    """The same labels are named; the candidate is only surer of the right ones."""
    rows = dataset_rows(6)
    theirs = evaluation(rows, [True] * 6, rows.digest)
    surer = theirs.classification[0].model_copy(
        update={"probabilities": tuple(tuple(map(_surer, row)) for row in _rows(theirs))}
    )
    ours = theirs.model_copy(update={"classification": (surer,)})
    once = resample_groups(ours.groups, resamples=1, seed=1).once()
    everything = np.ones((6, 1), dtype=bool)
    gains = [
        sliced_gain(*pair, f"style.{name}", once, everything)[0, 0]
        for pair in ((ours, theirs), (theirs, ours))
        for name in ("accuracy", "brier_score")
    ]
    # 0.2^2 + 2 * 0.1^2 less 0.1^2 + 2 * 0.05^2
    assert gains == pytest.approx([0, 0.045, 0, -0.045])


def _rows(made: Evaluation) -> tuple[tuple[float, ...], ...]:
    return made.classification[0].probabilities


def _surer(probability: float) -> float:
    return {0.8: 0.9, 0.1: 0.05}[probability]


def test_what_is_no_score_of_single_photos_has_no_gain():
    rows = dataset_rows(6)
    ours = evaluation(rows, [True] * 6, rows.digest)
    once = resample_groups(ours.groups, resamples=1, seed=1).once()
    assert sliced_gain(ours, ours, "style.macro_f1", once, np.ones((6, 1), bool)) is None


def test_there_is_no_difference_without_the_head():
    rows = dataset_rows(6)
    ours = evaluation(rows, [True] * 6, rows.digest)
    once = resample_groups(ours.groups, resamples=1, seed=1).once()
    assert accuracy_difference(ours, ours, "era", once) is None


def test_every_metric_that_a_policy_may_name_is_measured_and_no_other():
    # Of pictures that show no building the gate itself measures a share.
    assert {*OF_LABELS, *NUMBERS, *DECLINING, "others_declined"} == set(LIMITS)
