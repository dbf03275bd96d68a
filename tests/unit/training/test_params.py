import pytest
from pydantic import ValidationError

from training.params import (
    Discriminant,
    DiscriminantSpace,
    NearestNeighbours,
    NearestNeighboursSpace,
    SearchParams,
    Trees,
    TreesSpace,
)

NEIGHBOURS = NearestNeighboursSpace.model_validate(
    {"kind": "nearest_neighbours", "neighbours": {"low": 3, "high": 25}, "levels": 8}
)
FORESTS = TreesSpace.model_validate(
    {
        "kind": "extra_trees",
        "trees": 10,
        "max_leaves": {"low": 16, "high": 256, "log": True},
        "min_leaf_photos": 2,
        "max_features": "sqrt",
    }
)


def forest(**changes: object) -> Trees:
    settings = {
        "kind": "extra_trees",
        "trees": 10,
        "max_leaves": 32,
        "min_leaf_photos": 2,
        "max_features": "sqrt",
    }
    return Trees.model_validate(settings | changes)


def test_settings_are_all_but_the_kind_as_text() -> None:
    assert Discriminant(kind="discriminant", shrinkage=0.5).settings() == {"shrinkage": "0.5"}
    levels = NearestNeighbours(kind="nearest_neighbours", neighbours=5, levels=8)
    assert levels.settings() == {"neighbours": "5", "levels": "8"}


def test_a_space_searches_what_is_given_as_a_span() -> None:
    assert list(NEIGHBOURS.spans()) == ["neighbours"]
    assert NEIGHBOURS.family({"neighbours": 7}) == NearestNeighbours(
        kind="nearest_neighbours", neighbours=7, levels=8
    )
    assert FORESTS.family({"max_leaves": 32}) == forest()


@pytest.mark.parametrize(
    ("changes", "inside"),
    [
        ({}, True),
        ({"max_leaves": 16}, True),
        ({"max_leaves": 256}, True),
        ({"max_leaves": 257}, False),
        ({"max_leaves": 15}, False),
        ({"trees": 11}, False),
        ({"max_features": 0.5}, False),
        ({"kind": "random_forest"}, False),
    ],
)
def test_a_space_holds_what_it_could_have_found(changes: dict[str, object], inside: bool) -> None:
    assert FORESTS.holds(forest(**changes)) is inside


def test_a_setting_that_is_no_number_lies_in_no_span() -> None:
    space = TreesSpace.model_validate(
        forest().model_dump() | {"max_features": {"low": 0.1, "high": 0.5}}
    )
    assert not space.holds(forest())
    assert space.holds(forest(max_features=0.1))


@pytest.mark.parametrize(
    ("shrinkage", "reason"),
    [
        ({"low": 0.1, "high": 1.5}, "less than or equal to 1"),
        ({"low": 0.5, "high": 0.5}, "low 0.5 is not below high 0.5"),
        ({"low": 0, "high": 0.5, "log": True}, "a logarithmic range starts above 0"),
        (0.5, "Span"),
    ],
)
def test_a_space_that_no_search_could_use_is_refused(shrinkage: object, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        DiscriminantSpace.model_validate({"kind": "discriminant", "shrinkage": shrinkage})


def test_a_space_with_nothing_to_search_is_refused() -> None:
    with pytest.raises(ValidationError, match="nothing is searched"):
        TreesSpace.model_validate(forest().model_dump())


def test_a_kind_is_searched_once() -> None:
    with pytest.raises(ValidationError, match="searched twice: nearest_neighbours"):
        SearchParams(trials=3, families=(NEIGHBOURS, NEIGHBOURS))
