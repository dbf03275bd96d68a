import pytest

from features import PhotoRefused
from inference.app.problems import KINDS, problem_types
from inference.errors import ModelFailed, RequestRefused


def leaves(error):
    children = error.__subclasses__()
    return [leaf for child in children for leaf in leaves(child)] if children else [error]


ANSWERED = [*leaves(PhotoRefused), *leaves(RequestRefused), *leaves(ModelFailed)]


@pytest.mark.parametrize("error", ANSWERED)
def test_every_leaf_has_a_status_of_its_own_in_the_table(error):
    assert 400 <= KINDS[error].status <= 599


def test_the_table_has_no_row_beside_the_leaves():
    assert set(KINDS) == set(ANSWERED)


def test_codes_are_distinct_because_clients_tell_problems_apart_by_them():
    codes = [error.code for error in ANSWERED]
    assert len(set(codes)) == len(codes)
    assert set(codes) < {item.code for item in problem_types()}


def test_only_the_models_own_failure_is_a_500():
    assert [error for error, kind in KINDS.items() if kind.status == 500] == [ModelFailed]
