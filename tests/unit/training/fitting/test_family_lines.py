from pathlib import Path

import pytest

from artifacts.records.manifest import FamilyScore
from training.fitting.commands import doubtful_line, family_lines, trial_line
from training.params import NearestNeighbours
from training.work.study import Trial


def score(
    head: str,
    family: str,
    settings: dict[str, str],
    metrics: dict[str, float],
    chosen: bool = False,
) -> FamilyScore:
    return FamilyScore(head=head, family=family, settings=settings, metrics=metrics, chosen=chosen)


def test_the_comparison_is_a_table_a_head_that_marks_the_chosen_families() -> None:
    style = {"accuracy": 0.4536, "macro_f1": 0.25, "of_no_interest": 1.0}
    lines = family_lines(
        (
            score("style", "discriminant", {"shrinkage": "0.5"}, style, chosen=True),
            score("style", "linear", {"strength": "1000.0"}, style | {"accuracy": 0.3}),
            score("era", "label_means", {}, {"median_absolute_error": 69.7}, chosen=True),
        )
    )
    assert lines == [
        "   style         settings         accuracy  macro f1",
        "*  discriminant  shrinkage 0.5    0.454     0.250",
        "   linear        strength 1000.0  0.300     0.250",
        "   era          settings  median absolute error",
        "*  label_means            69.700",
    ]


def test_a_trial_is_one_line() -> None:
    family = NearestNeighbours(kind="nearest_neighbours", neighbours=7, levels=8)
    line = trial_line(4, Trial(family=family, metrics={"accuracy": 0.3061}))
    assert line == "trial 4: nearest_neighbours neighbours 7, levels 8: accuracy 0.306"


@pytest.mark.parametrize(
    ("photos", "said"), [(0, "no photo has"), (1, "1 photo has"), (12, "12 photos have")]
)
def test_photos_whose_style_to_look_at_are_counted_and_their_table_named(
    photos: int, said: str, tmp_path: Path
) -> None:
    table = tmp_path / "doubtful_labels.csv"
    table.write_text("photo,style\n" + "sha256:0,gothic\n" * photos, encoding="utf-8")
    line = doubtful_line(table)
    assert line.startswith(said)
    assert (str(table) in line) == (photos > 0)
