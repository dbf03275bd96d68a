from typing import Any

import pytest
from pydantic import ValidationError

from artifacts.records.manifest import DistributionHead

LABELS = [
    {"label": "a", "weight": 1.0, "shares": (0.0, 0.5, 1.0)},
    {"label": "b", "weight": 0.5, "shares": (0.0, 0.0, 1.0)},
]
FIELDS: dict[str, Any] = {
    "name": "era",
    "of": "style",
    "family": "kernel",
    "file": "heads/era.onnx",
    "unit": "year",
    "knots": (1800.0, 1900.0, 2000.0),
    "by_label": LABELS,
    "label_share": 0.5,
    "level": 0.9,
    "mass": 0.9,
}


def test_its_labels_are_those_that_have_shares() -> None:
    assert DistributionHead.model_validate(FIELDS).labels == ("a", "b")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"knots": (1800.0, 1800.0, 2000.0)}, "knots don't ascend"),
        ({"knots": (1800.0, 1900.0, float("inf"))}, "finite"),
        ({"knots": (1800.0,)}, "at least 2"),
        ({"by_label": LABELS[:1]}, "at least 2"),
        ({"by_label": [LABELS[0], LABELS[1] | {"shares": (0.0, 1.0)}]}, "b has 2 shares"),
        ({"by_label": [LABELS[0], LABELS[1] | {"shares": (0.2, 0.1, 1.0)}]}, "b: shares fall"),
        ({"by_label": [LABELS[0], LABELS[1] | {"shares": (0.0, 0.1, 0.9)}]}, "last knot is not 1"),
        ({"by_label": [LABELS[0], LABELS[1] | {"weight": 0.0}]}, "greater than 0"),
        ({"label_share": 1.1}, "less than or equal to 1"),
        ({"mass": 0.4}, "greater than or equal to 0.5"),
        ({"mass": 1.1}, "less than or equal to 1"),
    ],
)
def test_what_is_no_distribution_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        DistributionHead.model_validate(FIELDS | changes)
