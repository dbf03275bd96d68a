"""What can go wrong while facades are drawn.

FacadeError
└── UnknownStyle    a style that has no drawing
"""


class FacadeError(Exception):
    """Base of all errors of this package."""


class UnknownStyle(FacadeError):
    """A style was asked for that has no drawing."""

    def __init__(self, style: str) -> None:
        """Keep the style that was asked for."""
        super().__init__(f"no drawing for style {style!r}: choose one of samples.facades.STYLES")
        self.style = style
