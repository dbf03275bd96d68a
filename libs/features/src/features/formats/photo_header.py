"""What the header of an accepted photo says, whatever its format."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PhotoWarning:
    """Something odd about a photo that is usable all the same.

    Attributes:
        code: stable name of the kind of warning, for programs.
        text: what is odd, for people: a sentence without its full stop.
    """

    code: str
    text: str


@dataclass(frozen=True)
class Header:
    """What a file says of itself; sides are as stored, before any rotation.

    Attributes:
        format: "JPEG", "PNG" or "WEBP".
        width: pixels, as stored.
        height: pixels, as stored.
        orientation: Exif's, 1 to 8.
        stripped: the parts of the file that make pixels, and nothing else.
        scans: how often the decoder passes over the pixels.
        pixel_bytes: memory that decoding takes at its peak, bytes a decoded pixel.
        whole_bytes: memory that decoding takes whatever the scale, bytes.
        scaled: whether a decoder can give less than full size at less cost.
        warnings: what is odd about the file.
        least_bytes: fewer bytes of coded data than this can't hold every row.
        coded_bytes: how many bytes of coded data a JPEG has.
        row_bytes: how many bytes a PNG's rows have before compression.
        interlaced: whether a PNG's rows come in seven passes.
        scan_ends: offsets in `stripped` at which the coded data of a JPEG's scans end.
        eighth: what makes the same pixels at an eighth of the size in less time, or None.
    """

    format: str
    width: int
    height: int
    orientation: int
    stripped: bytes
    scans: int
    pixel_bytes: int
    whole_bytes: int = 0
    scaled: bool = False
    warnings: tuple[PhotoWarning, ...] = ()
    least_bytes: int = 0
    coded_bytes: int = 0
    row_bytes: int = 0
    interlaced: bool = False
    scan_ends: tuple[int, ...] = ()
    eighth: "Header | None" = None

    @property
    def pixels(self) -> int:
        """How many pixels the photo has at full size."""
        return self.width * self.height
