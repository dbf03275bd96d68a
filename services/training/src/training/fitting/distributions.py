"""A head that gives each photo a distribution over numbers, and an interval that keeps its word.

What is learned are shares: for each of some knots, whether a photo's number is at most that
(distribution regression; Foresi and Peracchi, The conditional distribution of excess returns,
JASA 90, 1995). A mean over numbers of two times, a temple's and its revival's, is of neither; the
median of such a distribution is one of the two.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from artifacts.records.evaluation import RegressionOutcomes
from artifacts.records.manifest import DistributionHead, LabelShares
from scoring.distributions import blend, distribution_answer, shortest_intervals
from scoring.labels import quantise
from scoring.metrics import head_metrics
from training.dataset.training_set import TrainingSet
from training.fitting.selection import Fold, ValueTask
from training.models.definition import RegressionTarget
from training.params import DistributionParams, TrainParams, ValueFamily

Floats = NDArray[np.float64]

_MASS_STEPS = 1000
_PLACES = 6


def knots_of(values: Floats, params: DistributionParams) -> Floats:
    """Return ascending knots: values that part the known ones (n,) into equally many.

    They begin one below the least, where nothing lies yet.
    """
    inner = np.quantile(values, np.linspace(0, 1, params.knots), method="inverted_cdf")
    return np.unique(np.concatenate([[values.min() - 1], inner]))


def shares_by_label(
    data: TrainingSet, knots: Floats, params: DistributionParams
) -> tuple[LabelShares, ...]:
    """Return how the known numbers of each label lie, and how much the label's probability counts.

    Of a label with few known numbers they are drawn towards those of all labels, as if it had
    `prior_photos` photos more that lie like them. A label weighs as the share of its photos whose
    number is known: its probability becomes that among such photos (Bayes' rule).
    """
    valued = data.valued()
    reached = valued.values[:, None] <= knots
    found = []
    for place, name in enumerate(data.names):
        mine = valued.labels == place
        known, photos = int(mine.sum()), int((data.labels == place).sum())
        drawn = reached[mine].sum(axis=0) + params.prior_photos * reached.mean(axis=0)
        shares = np.round(drawn / (known + params.prior_photos), _PLACES)
        weight = round((known + 1) / (photos + 1), _PLACES)
        found.append(LabelShares(label=name, weight=weight, shares=tuple(shares.tolist())))
    return tuple(found)


class DistributionHeads:
    """Makes heads of one training set: their knots, labels' shares, and interval."""

    def __init__(
        self,
        target: RegressionTarget,
        of: str,
        data: TrainingSet,
        honest: Floats,
        params: TrainParams,
    ) -> None:
        """Take probabilities (n, labels) of all photos, by models without their buildings."""
        self._target = target
        self._of = of
        self._data = data
        self._honest = quantise(honest[np.isfinite(data.values)])
        self._params = params
        self.knots = knots_of(data.valued().values, params.distribution)

    def head(
        self, family: ValueFamily, folds: Sequence[Fold]
    ) -> tuple[DistributionHead, dict[str, float]]:
        """Return the head of a family, and its metrics over photos that its models hadn't seen."""
        truths, level = self._data.valued().values, self._params.interval_level
        shares = np.zeros((len(truths), len(self.knots)))
        for task, learned in folds:
            if isinstance(task, ValueTask) and task.family == family:
                groups = self._data.valued().groups[task.held_out]
                head = self._head(family, self._data.without_groups(groups))
                shares[task.held_out] = blend(head, learned, self._honest[task.held_out])
        mass = conformal_mass(self.knots, shares, truths, level)
        head = self._head(family, self._data).model_copy(update={"mass": mass})
        answers = [distribution_answer(head, row) for row in shares]
        outcomes = RegressionOutcomes(
            head=head.name,
            unit=head.unit,
            truths=tuple(truths.tolist()),
            values=tuple(answer.value for answer in answers),
            lows=tuple(answer.low for answer in answers),
            highs=tuple(answer.high for answer in answers),
        )
        return head, head_metrics(outcomes)

    def _head(self, family: ValueFamily, data: TrainingSet) -> DistributionHead:
        return DistributionHead(
            name=self._target.name,
            of=self._of,
            family=family.kind,
            file=f"heads/{self._target.name}.onnx",
            unit=self._target.unit,
            knots=tuple(self.knots.tolist()),
            by_label=shares_by_label(data, self.knots, self._params.distribution),
            label_share=self._params.distribution.label_share,
            level=self._params.interval_level,
            mass=1.0,
        )


def conformal_mass(knots: Floats, shares: Floats, truths: Floats, level: float) -> float:
    """Return the least mass at which the intervals of shares (n, k) hold enough truths (n,).

    Enough are ceil((n + 1) level), the rank of split conformal prediction (Vovk et al. 2005), over
    distributions as scores (Chernozhukov, Wuthrich and Zhu, Distributional conformal prediction,
    PNAS 118, 2021). So an interval is as wide as its photo is hard. The shares are of models that
    haven't seen a photo's building: with these in place of one split, coverage is what is seen, not
    what is proven, as in `calibration.prediction_set`. A mass of 1 where nothing is enough.
    """
    needed = math.ceil(round((len(truths) + 1) * level, 9))
    low, high = _MASS_STEPS // 2, _MASS_STEPS
    while low < high:
        middle = (low + high) // 2
        lows, highs = shortest_intervals(knots, shares, middle / _MASS_STEPS)
        if int(((lows <= truths) & (truths <= highs)).sum()) >= needed:
            high = middle
        else:
            low = middle + 1
    return high / _MASS_STEPS
