"""Files that are no photo that is read here: what they are, and what to do about each kind."""

import re
from dataclasses import dataclass
from typing import Final

from features.errors import NotAnImage, PhotoRefused, UnsupportedFormat
from features.formats.advice import SEND_AGAIN, SEND_STILL

_HEIC: Final = (
    "Convert it to JPEG, for example with heif-convert IN.heic OUT.jpg; an iPhone makes JPEGs "
    "itself with Settings > Camera > Formats > Most Compatible"
)
_AVIF: Final = "Convert it to JPEG, for example with avifdec IN.avif OUT.jpg"
_CONVERT: Final = "Export it as a JPEG from an image editor"
_DEVELOP: Final = "Export it as a JPEG from the camera's software or a raw converter"
_DELETE: Final = "Delete it: the photo is another file"
_FETCH: Final = "Download the photo itself again"
_UNPACK: Final = "Unpack it, and send the photos in it"
_STILL_OF_IT: Final = "Save one picture of it as a JPEG"
_HEAD: Final = 4096
_MAX_PREAMBLE: Final = 64
"""Bytes before a JPEG or PNG within which it is still recognised, to say what is wrong."""


@dataclass(frozen=True)
class Foreign:
    """A kind of file: its code for programs, its name for people, and what to do about it.

    `image` says whether it holds a picture that could be converted.
    """

    cause: str
    name: str
    advice: str
    image: bool = False

    def refusal(self) -> PhotoRefused:
        """Return the error that says so."""
        leaf = UnsupportedFormat if self.image else NotAnImage
        return leaf(f"the file is {self.name}", self.advice, self.cause)


def _picture(cause: str, name: str, advice: str = _CONVERT) -> Foreign:
    return Foreign(cause, name, advice, image=True)


_ZEROS: Final = Foreign("only_zeros", "nothing but zero bytes: a copy that failed", SEND_AGAIN)
_HEIC_PHOTO: Final = _picture("heic", "a HEIC photo", _HEIC)
_HEIF_PHOTO: Final = _picture("heif", "a HEIF photo", _HEIC)
_AVIF_PHOTO: Final = _picture("avif", "an AVIF photo", _AVIF)
_VIDEO: Final = Foreign("video", "a video", _STILL_OF_IT)
_TIFF: Final = _picture("tiff", "a TIFF image, as many cameras' raw files are too (NEF, ARW, DNG)")
_RAW: Final = _picture("camera_raw", "a camera's raw file", _DEVELOP)
_JPEG_2000: Final = _picture("jpeg_2000", "a JPEG 2000 image")
_JPEG_XL: Final = _picture("jpeg_xl", "a JPEG XL image")
_ARCHIVE: Final = Foreign("archive", "an archive", _UNPACK)
_WEB_PAGE: Final = Foreign("web_page", "a web page that was saved as a photo", _FETCH)
_SVG: Final = _picture("svg", "an SVG drawing", SEND_STILL)
_XML: Final = Foreign("xml", "XML, often a server's error, that was saved as a photo", _FETCH)
_JSON: Final = Foreign("json", "JSON, often a server's error, that was saved as a photo", _FETCH)
_TEXT: Final = Foreign("text", "text", SEND_STILL)

_BY_MAGIC: Final[dict[bytes, Foreign]] = {
    b"GIF8": _picture("gif", "a GIF image"),
    b"BM": _picture("bmp", "a BMP image"),
    b"II*\x00\x10\x00\x00\x00CR": _RAW,
    b"II*\x00": _TIFF,
    b"MM\x00*": _TIFF,
    b"II+\x00": _TIFF,
    b"MM\x00+": _TIFF,
    b"IIRO": _RAW,
    b"IIRS": _RAW,
    b"MMOR": _RAW,
    b"IIU\x00": _RAW,
    b"FUJIFILMCCD-RAW": _RAW,
    b"FOVb": _RAW,
    b"\x00MRM": _RAW,
    b"8BPS": _picture("photoshop", "a Photoshop image"),
    b"\x00\x00\x01\x00": _picture("icon", "an icon"),
    b"\x00\x00\x02\x00": _picture("icon", "an icon"),
    b"icns": _picture("icon", "an icon"),
    b"\x00\x00\x00\x0cjP  ": _JPEG_2000,
    b"\xff\x4f\xff\x51": _JPEG_2000,
    b"\x00\x00\x00\x0cJXL ": _JPEG_XL,
    b"\xff\x0a": _JPEG_XL,
    b"II\xbc\x01": _picture("jpeg_xr", "a JPEG XR image"),
    b"qoif": _picture("qoi", "a QOI image"),
    b"v/1\x01": _picture("openexr", "an OpenEXR image"),
    b"#?RADIANCE": _picture("radiance", "a Radiance image"),
    b"gimp xcf": _picture("gimp", "a GIMP image"),
    b"%PDF": Foreign("pdf", "a PDF document", _STILL_OF_IT),
    b"%!PS": Foreign("postscript", "a PostScript document", _STILL_OF_IT),
    b"\x1aE\xdf\xa3": _VIDEO,
    b"\x00\x00\x01\xba": _VIDEO,
    b"\x00\x00\x01\xb3": _VIDEO,
    b"FLV\x01": _VIDEO,
    b"\x30\x26\xb2\x75": _VIDEO,
    b"\x00\x05\x16\x07": Foreign(
        "apple_double", "macOS's notes about a photo (AppleDouble, ._NAME), not the photo", _DELETE
    ),
    b"\x00\x05\x16\x00": Foreign("apple_single", "a macOS container (AppleSingle)", _CONVERT),
    b"bplist00": Foreign(
        "icloud_placeholder",
        "a property list, as iCloud leaves in place of a photo that it holds back",
        "Download the photo from iCloud first: in the Finder, Download Now",
    ),
    b"PK\x03\x04": _ARCHIVE,
    b"\x1f\x8b": _ARCHIVE,
    b"Rar!": _ARCHIVE,
    b"7z\xbc\xaf": _ARCHIVE,
    b"\xd0\xcf\x11\xe0": Foreign(
        "windows_system_file", "a file of Windows or Office (Thumbs.db, .doc)", _DELETE
    ),
    b"L\x00\x00\x00\x01\x14\x02\x00": Foreign(
        "shortcut", "a Windows shortcut", "Copy the photo that it points to"
    ),
    b"[InternetShortcut]": Foreign("shortcut", "a shortcut to a web address", _FETCH),
    b"version https://git-lfs": Foreign(
        "git_lfs_pointer", "a Git LFS pointer, not the photo", "Run: git lfs pull"
    ),
    b"/annex/objects/": Foreign(
        "git_annex_pointer", "a git-annex pointer, not the photo", "Run: git annex get ."
    ),
}
_RIFF_KINDS: Final = {b"AVI ": _VIDEO, b"WAVE": Foreign("sound", "a sound file", SEND_STILL)}
# ISO/IEC 23008-12 and the registry of brands at mp4ra.org.
_BRANDS: Final[dict[bytes, Foreign]] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis"), _HEIC_PHOTO),
    **dict.fromkeys((b"hevc", b"hevx", b"hevm", b"hevs"), _HEIC_PHOTO),
    **dict.fromkeys((b"avif", b"avis", b"avio"), _AVIF_PHOTO),
    b"crx ": _RAW,
    b"jp2 ": _JPEG_2000,
    b"jxl ": _JPEG_XL,
}
_GENERIC_BRANDS: Final = frozenset({b"mif1", b"mif2", b"msf1", b"miaf", b"MiHE", b"MiHB", b"1pic"})
_MARKUP: Final = re.compile(rb"<!doctype html|<html|<head|<body|<script|<!--|<\?xml|<svg|<[a-z]")


def refusal_of(data: bytes) -> PhotoRefused:
    """Return the error that says what a file is that is neither JPEG, PNG nor WebP."""
    if not data:
        return NotAnImage("the file is empty", SEND_AGAIN, "empty_file")
    head = data[:_HEAD]
    by_magic = next((kind for magic, kind in _BY_MAGIC.items() if head.startswith(magic)), None)
    known = by_magic or _iso_media(head) or _text(head)
    if known is not None:
        return known.refusal()
    if not data.strip(b"\0"):
        return _ZEROS.refusal()
    if _begins_late(head):
        reason = "a photo begins only after some other bytes"
        advice = "Remove what stands before it: the program that wrote the file put it there"
        return NotAnImage(reason, advice, "bytes_before_photo")
    return NotAnImage("the bytes are not an image that can be recognised", SEND_STILL)


def riff_refusal(kind: bytes) -> PhotoRefused:
    """Return the error that says what a RIFF file is that isn't a WebP."""
    known = _RIFF_KINDS.get(kind)
    if known is not None:
        return known.refusal()
    return NotAnImage("a RIFF file, but not a WebP image", SEND_STILL, "riff")


def _iso_media(head: bytes) -> Foreign | None:
    """Return what a file of boxes (ISO base media: HEIC, AVIF, MP4, ...) is, by its brands."""
    if head[4:8] != b"ftyp":
        return None
    size = min(int.from_bytes(head[:4]), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    known = next((_BRANDS[brand] for brand in brands if brand in _BRANDS), None)
    if known is None and not _GENERIC_BRANDS.isdisjoint(brands):
        known = _HEIF_PHOTO
    return known or _VIDEO


def _text(head: bytes) -> Foreign | None:
    """Return what a file of text is; None where it holds bytes that text doesn't."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if _MARKUP.match(text):
        if b"<svg" in text:
            return _SVG
        return _WEB_PAGE if b"<html" in text or b"<!doctype html" in text else _XML
    if b".git/annex/objects/" in text:
        return _BY_MAGIC[b"/annex/objects/"]
    if text.startswith(b"outs:") and b"md5:" in text:
        return Foreign("dvc_pointer", "a DVC pointer, not the photo", "Run: dvc pull")
    if not _is_text(head):
        return None
    return _JSON if text[:1] in (b"{", b"[") else _TEXT


def _is_text(head: bytes) -> bool:
    try:
        characters = head.decode("utf-8", "strict" if len(head) < _HEAD else "ignore")
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char.isspace() for char in characters)


def _begins_late(head: bytes) -> bool:
    """Return whether a JPEG or PNG begins after a few other bytes."""
    near = head[:_MAX_PREAMBLE]
    return b"\xff\xd8\xff" in near or b"\x89PNG\r\n" in near
