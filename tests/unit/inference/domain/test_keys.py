import pytest

from inference.domain.keys import ApiKeys


@pytest.mark.parametrize("key", ["first", "second"])
def test_every_listed_key_is_accepted(key):
    assert ApiKeys(["first", "second"]).accept(key)


@pytest.mark.parametrize("key", ["", "firs", "first ", "FIRST", "first,second", "\udcff", "é"])
def test_any_other_key_is_not(key):
    assert not ApiKeys(["first", "second"]).accept(key)


def test_no_key_is_accepted_where_none_is_listed():
    assert not ApiKeys([]).accept("")


def test_a_dump_of_the_keys_shows_none():
    assert "first" not in repr(vars(ApiKeys(["first"])))
