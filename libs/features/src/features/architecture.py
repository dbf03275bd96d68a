"""The feature schemas of the first model, which tells architectural styles and eras."""

from typing import Final, Literal

from features.blocks import Colour, Gradients, Lines, OnnxBlock, Symmetry, Texture
from features.schema import BlockSpec, FeatureSchema, PixelSpec

Embedding = Literal["none", "efficientnet_lite0"]
"""A network that was trained on photos of anything, whose last layers are features here."""

_LITE0_SIDE: Final = 224
_LITE0: Final = BlockSpec(
    name=OnnxBlock.name,
    version=OnnxBlock.version,
    parameters={
        "side": _LITE0_SIDE,
        "layout": "nchw",
        "mean": (127 / 255, 127 / 255, 127 / 255),
        "std": (128 / 255, 128 / 255, 128 / 255),
        "taps": (40, 80, 112, 192, 320, 1280),
    },
    width=2024,
    # Of the file that training.embedding makes.
    weights="sha256:b39cea7c6730a39cefd8e5accfd9e114a1f2e45d90bbd2b67acbd4aeee9a0dfe",
)


def architecture_schema(embedding: Embedding = "none") -> FeatureSchema:
    """Return the schema of the architecture model, with an embedding's block first or without.

    Any change here makes another digest, and so vectors that no earlier model accepts.
    """
    computed = (
        Gradients().spec(),
        Texture().spec(),
        Colour().spec(),
        Symmetry().spec(),
        Lines().spec(),
    )
    if embedding == "none":
        pixels = PixelSpec()
        return FeatureSchema(name="architecture", version=1, pixels=pixels, blocks=computed)
    # A photo decoded to fewer pixels than the network looks at would be blown up again.
    pixels = PixelSpec(decode_side=_LITE0_SIDE)
    blocks = (_LITE0, *computed)
    return FeatureSchema(name="architecture", version=2, pixels=pixels, blocks=blocks)
