from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from rfc8785 import CanonicalizationError

from artifacts.digests import Digest, digest_bytes, digest_file, digest_json, hex_part

EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
VALUES = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def reversed_keys(value: object) -> object:
    """The same JSON value with every object's keys in the other order."""
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


def test_the_digest_of_bytes_is_their_sha256():
    assert digest_bytes(b"") == EMPTY


def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"\x00\r\n" * 100_000)
    assert digest_file(tmp_path / "file") == digest_bytes(b"\x00\r\n" * 100_000)


def test_the_canonical_digest_never_changes():
    """A literal: were it to change, every model that was ever released would lose its name."""
    value = {"b": [1, 2.5, 1e21, None, True], "a": {"é": "\u20ac\n"}}
    assert digest_json(value) == (
        "sha256:4da45c06bbd2d850bffc48ca7d6dccb3b2a35087c3bc63a27c2bdc760f7f0868"
    )


@given(VALUES)
def test_the_order_of_keys_does_not_change_a_digest(value: object):
    assert digest_json(reversed_keys(value)) == digest_json(value)


def test_one_and_one_point_zero_are_the_same_json_number():
    assert digest_json({"n": 1}) == digest_json({"n": 1.0})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53 + 1])
def test_what_has_no_canonical_form_gets_no_digest(value: float):
    with pytest.raises(CanonicalizationError):
        digest_json([value])


def test_the_hexadecimal_part_is_64_digits():
    assert hex_part(EMPTY) == EMPTY[7:]


@pytest.mark.parametrize(
    "text",
    [
        EMPTY[7:],
        EMPTY.upper(),
        EMPTY[:-1],
        EMPTY + "0",
        EMPTY + "\n",
        " " + EMPTY,
        EMPTY.replace("256", "512"),
        "sha256:" + "../" * 21 + "x",
    ],
)
def test_a_digest_is_of_one_form_only(text: str):
    with pytest.raises(ValidationError):
        TypeAdapter(Digest).validate_python(text)
