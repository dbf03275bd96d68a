"""Forms (multipart/form-data, RFC 7578) from bytes in memory: no part ever touches a disk."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from inference.errors import BodyMalformed, FieldsInvalid

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_MAX_PARTS = 8
_FILE_TYPES = (b"image/", b"application/octet-stream")
_ADVICE = "Send one form field with the file of a photo, as curl's option -F does"


@dataclass(frozen=True)
class Part:
    """A field of a form; `is_file` says whether it came with a file's name or an image's type."""

    name: str
    is_file: bool
    data: bytes


def read_form(content_type: str, body: bytes) -> tuple[Part, ...]:
    """Return the parts of a form; BodyMalformed, or FieldsInvalid where they are too many."""
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary:
        raise BodyMalformed("The form's content type names no boundary", _ADVICE)
    reader = _Reader()
    try:
        parser = MultipartParser(boundary, reader.callbacks())
        parser.write(_without_preamble(body, boundary))
        parser.finalize()
    except FormParserError as exc:
        raise BodyMalformed("The form is malformed, or its boundary is another", _ADVICE) from exc
    if not reader.ended:
        raise BodyMalformed("The form ends before its last boundary", _ADVICE)
    return tuple(reader.parts)


def _without_preamble(body: bytes, boundary: bytes) -> bytes:
    """Return a form from its first boundary on: RFC 2046 has what is before it passed over."""
    line = b"--" + boundary
    start = 0 if body.startswith(line) else body.find(b"\n" + line) + 1
    return body[start:] if start else body


@dataclass
class _Reader:
    """Collects what the parser finds."""

    parts: list[Part] = field(default_factory=list)
    ended: bool = False
    _header: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _data: bytearray = field(default_factory=bytearray)
    _options: dict[bytes, bytes] = field(default_factory=dict)
    _type: bytes = b""
    _named: bool = False

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_part_data": lambda data, start, end: self._data.extend(data[start:end]),
            "on_part_end": self._end_part,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        if len(self.parts) == _MAX_PARTS:
            raise FieldsInvalid(f"The form has more than {_MAX_PARTS} fields", _ADVICE)
        self._data, self._options, self._type, self._named = bytearray(), {}, b"", False

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, self._options = parse_options_header(bytes(self._value))
            # RFC 7578 forbids filename* in forms, and some clients send nothing else. The parser
            # passes it over; the name itself is of no interest here.
            self._named = b"filename" in self._options or b"filename*=" in self._value.lower()
        elif self._header.lower() == b"content-type":
            self._type = bytes(self._value).strip().lower()
        self._header, self._value = bytearray(), bytearray()

    def _end_part(self) -> None:
        if b"name" not in self._options:
            raise BodyMalformed("A field of the form has no name", _ADVICE)
        name = self._options[b"name"].decode("utf-8", "replace")
        self.parts.append(Part(name, self._is_file(), bytes(self._data)))

    def _is_file(self) -> bool:
        return self._named or self._type.startswith(_FILE_TYPES)

    def _end(self) -> None:
        self.ended = True
