"""What can be learnt from labels that mean nothing: more than chance would be a leak.

Zhang et al., Understanding deep learning requires rethinking generalization, ICLR 2017, train on
random labels; here the labels are shuffled between building groups, so that photos of one building
still agree, and what is asked is what such a probe gets right on the holdout.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from artifacts.records.photos import PhotoRow
from scoring.scorer import Vectors

PROBES: Final = 5


def measure_shuffled_labels(
    train: Sequence[PhotoRow],
    train_vectors: Vectors,
    holdout: Sequence[PhotoRow],
    holdout_vectors: Vectors,
    head: str,
    seed: int,
) -> tuple[float, ...]:
    """Return the holdout accuracy of five probes, each trained on labels shuffled anew, 0 to 1.

    A probe is a ridge classifier over standardised vectors; all five are solved at once. Nothing
    comes back where either split has no photo of known truth.
    """
    ours = [i for i, row in enumerate(train) if row.truth(head) is not None]
    theirs = [i for i, row in enumerate(holdout) if row.truth(head) is not None]
    if not ours or not theirs:
        return ()
    labels, truths = np.unique([str(train[i].truth(head)) for i in ours], return_inverse=True)
    groups = np.unique([train[i].group for i in ours], return_inverse=True)[1].reshape(-1)
    shuffled = [
        shuffle_between_groups(truths.reshape(-1), groups, np.random.default_rng((seed, probe)))
        for probe in range(PROBES)
    ]
    answers = _answers(train_vectors[ours], shuffled, len(labels), holdout_vectors[theirs])
    expected = np.array([str(holdout[i].truth(head)) for i in theirs])
    return tuple(float((labels[told] == expected).mean()) for told in answers)


def shuffle_between_groups(
    truths: NDArray[np.intp], groups: NDArray[np.intp], generator: np.random.Generator
) -> NDArray[np.intp]:
    """Give every group, 0 to g - 1, the label of another's first photo: (n,)."""
    first = np.unique(groups, return_index=True)[1]
    shuffled: NDArray[np.intp] = generator.permutation(truths[first])[groups]
    return shuffled


def _answers(
    vectors: Vectors, shuffled: Sequence[NDArray[np.intp]], labels: int, asked: Vectors
) -> list[NDArray[np.intp]]:
    # sklearn takes a second to import, and most commands never get here.
    from sklearn.linear_model import Ridge  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    scaler = StandardScaler().fit(vectors)
    targets = np.concatenate([2.0 * np.eye(labels)[truths] - 1 for truths in shuffled], axis=1)
    ridge = Ridge(alpha=vectors.shape[1], solver="cholesky").fit(scaler.transform(vectors), targets)
    scores = ridge.predict(scaler.transform(asked)).reshape(len(asked), len(shuffled), labels)
    return [scores[:, probe].argmax(axis=1) for probe in range(len(shuffled))]
