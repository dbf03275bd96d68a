import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.app.form import Part, read_form
from inference.errors import BodyMalformed, FieldsInvalid, RequestRefused

TYPE = "multipart/form-data; boundary=cut"


def field(disposition, data=b"data"):
    return b"--cut\r\nContent-Disposition: " + disposition + b"\r\n\r\n" + data + b"\r\n"


def test_a_file_and_a_text_are_told_apart_and_other_headers_passed_over():
    file = b'--cut\r\nContent-Type: image/png\r\ncontent-disposition: form-data; name="a"; '
    file += b'filename=""\r\n\r\n\r\n--\x00\r\n'
    text = field(b'form-data; name="b"')
    assert read_form(TYPE, file + text + b"--cut--\r\n") == (
        Part("a", is_file=True, data=b"\r\n--\x00"),
        Part("b", is_file=False, data=b"data"),
    )


@given(st.binary(max_size=200).filter(lambda data: b"--cut" not in data))
def test_a_files_bytes_come_out_as_they_went_in(data):
    body = field(b'form-data; name="photo"; filename="a"', data) + b"--cut--"
    assert read_form(TYPE, body) == (Part("photo", is_file=True, data=data),)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", field(b'form-data; name="a"') + b"--cut--"),
        ("multipart/form-data; boundary=", field(b'form-data; name="a"') + b"--cut--"),
        ("multipart/form-data; boundary=other", field(b'form-data; name="a"') + b"--cut--"),
        (TYPE, field(b'form-data; name="a"')),
        (TYPE, field(b"form-data") + b"--cut--"),
        (TYPE, b"no form"),
    ],
)
def test_a_form_that_is_cut_or_nameless_is_malformed(content_type, body):
    with pytest.raises(BodyMalformed):
        read_form(content_type, body)


def test_a_form_of_very_many_fields_is_given_up():
    with pytest.raises(FieldsInvalid, match="more than 8"):
        read_form(TYPE, field(b'form-data; name="a"') * 9 + b"--cut--")


@given(
    st.one_of(st.binary(), st.binary().map(lambda data: field(data) + b"--cut--")),
    st.sampled_from([TYPE, 'multipart/form-data; boundary="é"', "multipart/form-data; boundary"]),
)
def test_nothing_but_a_refusal_comes_of_any_bytes(body, content_type):
    try:
        outcome = read_form(content_type, body)
    except RequestRefused as exc:
        outcome = exc.reason
    assert isinstance(outcome, (tuple, str))
