"""From a photo as text, in JSON, to its bytes: base64 in the forms that clients send it in."""

import base64
import binascii
import re
from typing import Final

from inference.errors import BodyMalformed

_DATA_URI: Final = re.compile(r"\s*data:[^,]{0,200},", re.IGNORECASE)
_URL_ALPHABET: Final = str.maketrans("-_", "+/")
_ENCODE: Final = "Encode the photo's bytes as RFC 4648 says"
_DIGITS_A_GROUP: Final = 4


def photo_from_text(text: str, field: str) -> bytes:
    """Return the bytes that a text stands for; BodyMalformed where it isn't base64.

    Read are lines of any length (MIME), the alphabet of URLs, missing padding, and a data URI.
    """
    found = _DATA_URI.match(text)
    if found and not found[0].rstrip(",").lower().rstrip().endswith(";base64"):
        reason = f"The field {field} is a data URI that is not base64"
        raise BodyMalformed(reason, "Send data:image/jpeg;base64,... or the base64 alone")
    if text.lstrip().startswith(("http://", "https://")):
        reason = f"The field {field} is an address, and addresses aren't fetched"
        raise BodyMalformed(reason, "Send the photo's own bytes in base64")
    digits = "".join(text[found.end() if found else 0 :].split()).translate(_URL_ALPHABET)
    digits += "=" * (-len(digits) % _DIGITS_A_GROUP)
    try:
        return base64.b64decode(digits, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise BodyMalformed(f"The field {field} is not base64", _ENCODE) from exc
