import uuid

from hypothesis import given
from hypothesis import strategies as st

from inference.domain.identity import uuid7

MOMENTS = st.integers(0, 2**48 - 1)
NOISE = st.binary(min_size=10, max_size=10)


@given(MOMENTS, NOISE)
def test_names_are_uuids_of_version_7(moment, noise):
    name = uuid7(moment, noise)
    assert (name.version, name.variant) == (7, uuid.RFC_4122)


@given(MOMENTS, MOMENTS, NOISE, NOISE)
def test_names_sort_by_time(one, other, noise, more):
    if one != other:
        assert (uuid7(one, noise) < uuid7(other, more)) == (one < other)


def test_a_name_is_that_of_the_standards_example():
    """RFC 9562, appendix A.6: 2022-02-22T19:22:22Z, rand_a CC3, rand_b 18C4DC0C0C07398F."""
    noise = (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert str(uuid7(0x017F22E279B0, noise)) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_other_noise_gives_another_name():
    assert uuid7(1, bytes(10)) != uuid7(1, bytes(9) + b"\x01")
