"""The feature schema of the first model, which tells architectural styles and eras."""

from features.blocks import Colour, Gradients, Lines, Symmetry, Texture
from features.schema import FeatureSchema, PixelSpec


def architecture_schema() -> FeatureSchema:
    """Return the schema of the architecture model.

    Any change here makes another digest, and so vectors that no earlier model accepts.
    """
    return FeatureSchema(
        name="architecture",
        version=1,
        pixels=PixelSpec(),
        blocks=(
            Gradients().spec(),
            Texture().spec(),
            Colour().spec(),
            Symmetry().spec(),
            Lines().spec(),
        ),
    )
