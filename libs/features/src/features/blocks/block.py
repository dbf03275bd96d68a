"""What a feature block is."""

from dataclasses import asdict
from typing import Any, ClassVar, Protocol

from features.pixels import Pixels
from features.schema import BlockSpec
from features.types import Vector


class Block(Protocol):
    """Turns pixels into one run of the vector; the same pixels always give the same values."""

    @property
    def name(self) -> str:
        """As registered."""

    @property
    def width(self) -> int:
        """How many values `compute` returns."""

    def compute(self, pixels: Pixels) -> Vector:
        """Return finite values, shape (width,)."""


class FixedBlock:
    """Base of blocks that are code and parameters, without learned weights.

    A subclass is a frozen dataclass whose fields are its parameters.
    """

    name: ClassVar[str]
    version: ClassVar[int]

    @property
    def width(self) -> int:
        """How many values `compute` returns."""
        raise NotImplementedError

    def compute(self, pixels: Pixels) -> Vector:
        """Return finite values, shape (width,)."""
        raise NotImplementedError

    def spec(self) -> BlockSpec:
        """Return the spec that makes this very block."""
        fields: Any = self
        return BlockSpec(
            name=self.name, version=self.version, parameters=asdict(fields), width=self.width
        )
