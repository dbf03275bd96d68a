"""What answering an artifact's golden photos again showed. Who reads it needs no model."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Proof:
    """What the golden photos showed: `differences` is empty if the model answers as certified.

    `bit_equal` says whether the vectors were equal to the last bit as well, as they must be on the
    machine that trained, and need not be on another processor.
    """

    differences: tuple[str, ...]
    bit_equal: bool

    @property
    def holds(self) -> bool:
        """Whether the model answers as certified."""
        return not self.differences
