"""Feature blocks: each turns pixels into one run of the vector."""

from features.blocks.block import Block
from features.blocks.colour import Colour
from features.blocks.gradients import Gradients
from features.blocks.lines import Lines
from features.blocks.onnx import OnnxBlock
from features.blocks.symmetry import Symmetry
from features.blocks.texture import Texture

__all__ = ["Block", "Colour", "Gradients", "Lines", "OnnxBlock", "Symmetry", "Texture"]
