"""Where the era comes from: by what there is, or by params.yaml."""

import numpy as np
import pytest
from pydantic import ValidationError
from support.training_doubles import PARAMS, small_params

from artifacts.records.photos import PhotoRow
from training.dataset.origins import (
    era_origin,
    from_periods,
    heads_problems,
    origin_line,
    too_few_years,
)
from training.models import model_definition
from training.params import Params

MODEL = model_definition("architecture")
LABELS = ("style", ("gothic", "international"))
LEVEL = 0.9


def params(**heads: object) -> Params:
    prepare = PARAMS["prepare"]
    assert isinstance(prepare, dict)
    return small_params(prepare=prepare | {"heads": heads})


def rows(dated: int, undated: int = 5, buildings: int | None = None) -> tuple[PhotoRow, ...]:
    return tuple(
        PhotoRow(
            photo=f"sha256:{n:064x}",
            split="train",
            group=f"b{n if buildings is None else n % buildings}",
            style="gothic",
            year=1200 + n if n < dated else None,
            source="drawn",
            licence="CC0-1.0",
        )
        for n in range(dated + undated)
    )


@pytest.mark.parametrize(
    ("dated", "origin"), [(0, "periods"), (9, "periods"), (10, "learned"), (30, "learned")]
)
def test_the_era_is_learned_from_enough_years_and_comes_from_periods_otherwise(dated, origin):
    assert era_origin(rows(dated), MODEL, params()) == origin


def test_years_of_one_building_teach_no_era():
    """Cross-validation takes out whole buildings: none would be left."""
    of_one = rows(30, buildings=1)
    assert era_origin(of_one, MODEL, params()) == "periods"
    assert too_few_years(of_one, MODEL, params()) == (
        "training photos of 1 buildings have a year, at least 2 are needed"
    )


@pytest.mark.parametrize("choice", ["learned", "periods", "off"])
def test_params_may_say_where_the_era_comes_from(choice):
    assert era_origin(rows(30), MODEL, params(era=choice)) == choice


def test_an_era_that_yaml_reads_as_a_no_is_off(tmp_path):
    text = small_params().model_dump(mode="json")
    path = tmp_path / "params.yaml"
    text["prepare"].pop("heads")
    lines = [f"{key}: {value!r}" for key, value in text.items() if key != "prepare"]
    prepare = "prepare: {min_groups_per_label: 2, min_labels: 2, min_photos_with_year: 10,"
    lines = [line.replace("None", "null").replace("False", "false") for line in lines]
    path.write_text("\n".join([*lines, f"{prepare} heads: {{era: off}}}}"]), encoding="utf-8")
    assert Params.read(path).choice("era") == "off"


def test_an_unknown_origin_is_refused():
    with pytest.raises(ValidationError, match="era"):
        params(era="guessed")


def test_an_era_that_must_be_learned_needs_years():
    assert heads_problems(rows(3), MODEL, params(era="learned")) == (
        (
            "3 training photos have a year, at least 10 are needed since prepare.heads.era in "
            "params.yaml is learned; give photos a year, or write auto"
        ),
    )


def test_all_that_is_wrong_with_heads_is_said_at_once():
    found = heads_problems(rows(3), MODEL, params(age="off", style="off", era="learned"))
    assert len(found) == 3
    assert "names the head age; architecture has style and era" in found[0]
    assert "style is always learned" in found[1]


def test_enough_years_and_nothing_asked_for_are_no_problem():
    assert heads_problems(rows(30), MODEL, params()) == ()
    assert heads_problems(rows(0), MODEL, params(era="off", style="learned")) == ()


@pytest.mark.parametrize(
    ("dated", "heads", "line"),
    [
        (30, {}, "era: learned from the photos' years"),
        (
            3,
            {},
            (
                "era: from the styles' periods; 3 training photos have a year, at least 10 are "
                "needed to learn it"
            ),
        ),
        (30, {"era": "periods"}, "era: from the styles' periods; prepare.heads.era in params.yaml"),
        (30, {"era": "off"}, "era: off, prepare.heads.era in params.yaml says so"),
    ],
)
def test_people_are_told_where_the_era_comes_from_and_why(dated, heads, line):
    assert origin_line(rows(dated), MODEL, params(**heads)).startswith(line)


def checked(truths: list[float], sure: float = 1.0):
    likely = np.tile([1 - sure, sure], (len(truths), 1))
    return from_periods(MODEL.regression, LABELS, LEVEL, likely, np.array(truths, dtype=float))


def test_without_years_the_interval_holds_the_level_of_the_periods():
    found = checked([])
    assert (found.head.mass, found.head.known, found.head.held) == (LEVEL, 0, 0)
    assert found.metrics == {}
    assert [p.label for p in found.head.periods] == ["gothic", "international"]


def test_few_years_are_counted_and_change_nothing():
    """Of eight, not one rank is left for the one in ten that may lie outside."""
    found = checked([1950.0] * 6 + [1850.0] * 2)
    assert found.head.mass == LEVEL
    assert (found.head.known, found.head.held) == (8, 6)
    assert found.metrics["interval_coverage"] == 0.75


def test_enough_years_raise_the_mass_until_the_level_is_held():
    # International: 1922 to 1972. Nine of ten parts lie from 1924.5 to 1969.5.
    found = checked([1950.0] * 25 + [1923.0] * 4)
    assert found.head.mass == pytest.approx(1 - 2 * (1923 - 1922) / 50)
    assert found.head.held == found.head.known == 29


def test_years_that_periods_hold_anyway_do_not_make_intervals_narrower():
    assert checked([1947.0] * 40).head.mass == LEVEL


def test_years_beyond_all_periods_are_told_by_what_is_held():
    found = checked([1950.0] * 20 + [2001.0] * 20)
    assert (found.head.mass, found.head.held) == (1.0, 20)
