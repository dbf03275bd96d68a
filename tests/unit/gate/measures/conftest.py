"""An evaluation of random answers with everything in it that measures must stand."""

import numpy as np
import pytest
from support.dataset_rows import dataset_rows
from support.gate_cases import evaluation

from artifacts.records.evaluation import Evaluation
from gate.resampling import resample_groups
from scoring.metrics import Resampling

LABELS = ("a", "b", "c", "d", "e")
PHOTOS = 90


@pytest.fixture(scope="module")
def noisy() -> Evaluation:
    """Five labels, unknown truths here and there, groups and slices of unequal size.

    No photo of the slice `dusk` has a known year, and none of `none` a known label.
    """
    rng = np.random.default_rng(5)
    rows = dataset_rows(PHOTOS, per_group=3)
    plain = evaluation(rows, [True] * PHOTOS, rows.digest)
    light = [
        ("day", "dusk", "night", "none")[i] for i in rng.choice(4, PHOTOS, p=[0.5, 0.2, 0.2, 0.1])
    ]
    known = [rng.random() > 0.2 and light[i] != "none" for i in range(PHOTOS)]
    dated = [rng.random() > 0.3 and light[i] != "dusk" for i in range(PHOTOS)]
    probabilities = rng.dirichlet(np.ones(5), PHOTOS).round(5)
    style = plain.classification[0].model_copy(
        update={
            "labels": LABELS,
            "set_threshold": 0.25,
            "truths": tuple(int(rng.integers(5)) if seen else None for seen in known),
            "probabilities": tuple(tuple(row) for row in probabilities.tolist()),
        }
    )
    values = rng.normal(1900, 40, PHOTOS)
    era = plain.regression[0].model_copy(
        update={
            "truths": tuple(1900.0 + i % 7 if seen else None for i, seen in enumerate(dated)),
            "values": tuple(values.tolist()),
            "lows": tuple((values - rng.uniform(0, 60, PHOTOS)).tolist()),
            "highs": tuple((values + rng.uniform(0, 60, PHOTOS)).tolist()),
        }
    )
    return plain.model_copy(
        update={
            "classification": (style,),
            "regression": (era,),
            "groups": tuple(f"g{i}" for i in rng.integers(0, 40, PHOTOS)),
            "slices": {"light": tuple(light), "each": plain.photos},
        }
    )


@pytest.fixture(scope="module")
def resampling(noisy: Evaluation) -> Resampling:
    return resample_groups(noisy.groups, resamples=200, seed=3)
