import pytest

from inference.app.admission import Admission
from inference.errors import TooBusy


def test_as_many_enter_as_there_are_places_and_the_next_is_told():
    seen = []
    admission = Admission(2, seen.append)
    with admission.enter(), admission.enter(), pytest.raises(TooBusy), admission.enter():
        pytest.fail("a third one entered")
    assert seen == [1, 2, 1, 0]


def test_a_place_is_free_again_after_an_error():
    admission = Admission(1, lambda _: None)
    with pytest.raises(KeyError), admission.enter():
        raise KeyError
    with admission.enter():
        pass
