"""What can go wrong when a model is opened or run.

ScoringError
|-- UnusableModel     a head's ONNX file doesn't load, or doesn't answer as its manifest says
`-- NonFiniteScore    a head answered NaN or infinity
"""


class ScoringError(Exception):
    """Base of every error of this package."""


class UnusableModel(ScoringError):
    """A verified artifact can't be run; `part` is the file or head at fault."""

    def __init__(self, part: str, reason: str) -> None:
        self.part = part
        self.reason = reason
        super().__init__(f"{part} can't be used: {reason}")


class NonFiniteScore(ScoringError):
    """A head gave a number that is none. Nothing is answered then."""

    def __init__(self, head: str) -> None:
        self.head = head
        super().__init__(f"head {head} answered NaN or infinity")
