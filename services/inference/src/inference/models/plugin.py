"""What this service must know of a model to serve it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from artifacts.records.answers import Answer
from artifacts.records.manifest import ModelManifest
from inference.domain.prediction import Closed, Prediction


@dataclass(frozen=True)
class ModelPlugin:
    """One model's types and the way from its heads' answers to them.

    Attributes:
        name: as in the manifest.
        request: what a JSON request holds.
        answer: what a prediction holds.
        answer_of: from the shared fields and the answers by head to a prediction.
        check: raises ModelUnfit where a manifest's heads aren't those of `answer`.
        label_of: the label that counts of predictions go by.
        probability_of: how probable that label is, 0 to 1; None where the photo was declined.
        columns: of the batch command's table, without `path` and `error`.
        cells: a prediction's cells, in the order of `columns`.
    """

    name: str
    request: type[Closed]
    answer: type[Prediction]
    answer_of: Callable[[Prediction, Mapping[str, Answer], ModelManifest], Prediction]
    check: Callable[[ModelManifest], None]
    label_of: Callable[[Prediction], str]
    probability_of: Callable[[Prediction], float | None]
    columns: tuple[str, ...]
    cells: Callable[[Prediction], tuple[str, ...]]
