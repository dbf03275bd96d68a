"""Feature schemas: which numbers a vector holds, how they are made, and a digest of that."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

import rfc8785
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

from features.digests import bytes_digest

ParameterValue = int | float | str | tuple[int, ...] | tuple[float, ...]
Parameters = Annotated[
    Mapping[str, ParameterValue],
    AfterValidator(lambda parameters: MappingProxyType(dict(parameters))),
    PlainSerializer(dict),
]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PixelSpec(_Frozen):
    """How a photo of any size becomes the square that blocks see.

    Attributes:
        version: of the decoding and resampling code.
        side: of the working square, pixels.
        fit: "crop" takes the centre square, "squash" ignores the aspect, "pad" adds grey.
        decode_side: scaled decoding leaves both sides at least this long, pixels.
    """

    version: Literal[1] = 1
    side: int = Field(default=96, ge=16, le=1024)
    fit: Literal["crop", "squash", "pad"] = "crop"
    decode_side: int = Field(default=96, ge=16, le=4096)


class BlockSpec(_Frozen):
    """One run of values in the vector.

    Attributes:
        name: of the block, as registered.
        version: of its code; raised when equal parameters would give other values.
        parameters: every constant that shapes the values.
        width: how many values.
        weights: digest of the learned weights it needs, or None.
    """

    name: Name
    version: int = Field(ge=1)
    parameters: Parameters
    width: int = Field(ge=1)
    weights: Digest | None = None


class FeatureSchema(_Frozen):
    """The whole of how a vector is made; its digest is stamped on vectors and models."""

    name: Name
    version: int = Field(ge=1)
    input: Literal["photo"] = "photo"
    pixels: PixelSpec
    blocks: tuple[BlockSpec, ...] = Field(min_length=1)

    @property
    def digest(self) -> str:
        """Digest of the RFC 8785 JSON of this schema."""
        return bytes_digest(rfc8785.dumps(self.model_dump(mode="json")))

    @property
    def width(self) -> int:
        """How many values a vector has."""
        return sum(block.width for block in self.blocks)

    @property
    def runs(self) -> tuple[int, ...]:
        """Widths of the vector's parts: each output of a learned block, and last all hand-made.

        A learned block names the widths of its outputs as its parameter `taps`. The hand-made
        blocks, wherever they stand among the others, count as one; it is 0 where there are none.
        """
        learned = [block for block in self.blocks if block.weights is not None]
        taps = [block.parameters.get("taps", (block.width,)) for block in learned]
        widths = [int(width) for tap in taps if isinstance(tap, tuple) for width in tap]
        return (*widths, self.width - sum(widths))
