"""Errors of this package.

FeaturesError
├── PhotoRefused           the bytes are not a photo that can be used
│   ├── NotAnImage             not_an_image
│   ├── UnsupportedFormat      unsupported_format
│   ├── TruncatedPhoto         truncated_photo
│   ├── FileTooLarge           file_too_large
│   ├── AbsurdDimensions       absurd_dimensions
│   ├── DecodingTooCostly      decoding_too_costly
│   ├── PhotoTooSmall          photo_too_small
│   ├── AnimatedPhoto          animated_photo
│   ├── UnsupportedColourMode  unsupported_colour_mode
│   └── UnsupportedBitDepth    unsupported_bit_depth
└── SchemaError            the feature schema and the code do not fit each other
    ├── UnknownBlock           unknown_block
    ├── WeightsMissing         weights_missing
    ├── WeightsMismatch        weights_mismatch
    └── SchemaMismatch         schema_mismatch
"""

from typing import ClassVar


class FeaturesError(Exception):
    """Base of every error that this package raises on purpose."""

    code: ClassVar[str] = "features_error"


class PhotoRefused(FeaturesError):
    """The bytes cannot be used as a photo.

    Attributes:
        code: stable name of the kind of refusal, for programs.
        reason: what was wrong with these bytes, for people.
        advice: what the sender can do about it.
        cause: a finer name than `code`, where files of one code are of many kinds ("heic",
            "web_page"): equal causes have equal reasons. Otherwise `code`.
    """

    code: ClassVar[str] = "photo_refused"

    def __init__(self, reason: str, advice: str, cause: str = "") -> None:
        """Keep both halves of the message as fields."""
        self.reason = reason
        self.advice = advice
        self.cause = cause or self.code
        super().__init__(reason, advice)

    def __str__(self) -> str:
        """Say what was wrong and what to do, in one line."""
        return f"{self.reason}. {self.advice}."


class NotAnImage(PhotoRefused):
    """No image format that is known here, or a header that cannot be read."""

    code = "not_an_image"


class UnsupportedFormat(PhotoRefused):
    """An image, but of a format or variant that is not accepted."""

    code = "unsupported_format"


class TruncatedPhoto(PhotoRefused):
    """The image starts well and then ends early or breaks."""

    code = "truncated_photo"


class AbsurdDimensions(PhotoRefused):
    """Sides, pixel count or aspect beyond the limits."""

    code = "absurd_dimensions"


class FileTooLarge(PhotoRefused):
    """The file has more bytes than any photo may have."""

    code = "file_too_large"


class DecodingTooCostly(PhotoRefused):
    """Decoding would take more time or memory than one photo may.

    Attributes:
        measure: what is too much: "segments", "scans", "pixel_scans" or "memory_bytes".
        amount: how much of it the file has.
        limit: how much it may have.
    """

    code = "decoding_too_costly"

    def __init__(
        self, reason: str, advice: str, measure: str = "", amount: int = 0, limit: int = 0
    ) -> None:
        """Keep the numbers beside the message."""
        super().__init__(reason, advice, f"too_many_{measure}" if measure else "")
        self.measure = measure
        self.amount = amount
        self.limit = limit


class PhotoTooSmall(PhotoRefused):
    """A side is shorter than the limit."""

    code = "photo_too_small"


class AnimatedPhoto(PhotoRefused):
    """More than one frame."""

    code = "animated_photo"


class UnsupportedColourMode(PhotoRefused):
    """Colours that are neither grey, palette, RGB nor RGBA."""

    code = "unsupported_colour_mode"


class UnsupportedBitDepth(PhotoRefused):
    """Not eight bits a channel."""

    code = "unsupported_bit_depth"


class SchemaError(FeaturesError):
    """A feature schema cannot be run by this code with these weights.

    Attributes:
        block: name of the block concerned, or "pixels" or "schema".
        reason: what did not fit, and what to do.
    """

    code: ClassVar[str] = "schema_error"

    def __init__(self, block: str, reason: str) -> None:
        """Keep the block's name as a field."""
        self.block = block
        self.reason = reason
        super().__init__(block, reason)

    def __str__(self) -> str:
        """Name the block, then say what did not fit."""
        return f"{self.block}: {self.reason}"


class UnknownBlock(SchemaError):
    """No builder is registered under this name and version."""

    code = "unknown_block"


class WeightsMissing(SchemaError):
    """The schema names weights by digest that were not given."""

    code = "weights_missing"


class WeightsMismatch(SchemaError):
    """The weights given are not those that the schema names."""

    code = "weights_mismatch"


class SchemaMismatch(SchemaError):
    """Declared parameters or width are not what the code makes."""

    code = "schema_mismatch"
