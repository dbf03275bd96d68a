"""The building site: what a style function works with."""

from collections.abc import Callable
from dataclasses import dataclass, field

from samples.facades.canvas import Canvas, Surface
from samples.facades.dice import Dice
from samples.facades.geometry import Colour, Vec
from samples.facades.palette import Palette


@dataclass
class Site:
    """Choices, colours and canvas for one building.

    A style calls `stand` with the size of its building first: only then is the camera known and
    the ground drawn. Choices come from `dice`, which gives the same building in every view, so it
    must be asked equally often whatever is seen; `lamps` is for what differs from view to view.
    """

    dice: Dice
    palette: Palette
    begin: Callable[[Vec], Canvas]
    lamps: Dice
    lit_share: float
    borrowed: str = ""
    _canvas: Canvas | None = field(default=None, repr=False)

    def stand(self, width: float, height: float, depth: float) -> Canvas:
        """Set the camera on a building of this size in metres and return the canvas."""
        self._canvas = self.begin((width, height, depth))
        return self._canvas

    @property
    def canvas(self) -> Canvas:
        """The canvas; RuntimeError before `stand`."""
        if self._canvas is None:
            message = "the style drew before it called stand(): call it first"
            raise RuntimeError(message)
        return self._canvas

    def opening(self, usual: str) -> str:
        """The outline of windows: the usual one, or that of a neighbouring style if it mixes."""
        return self.borrowed or usual

    def block(
        self,
        x: float,
        y: float,
        z: float,
        width: float,
        height: float,
        depth: float,
        colour: Colour | None = None,
        texture: str | None = None,
    ) -> "Block":
        """A box of masonry: left front foot at (x, y, z), going back by depth. Drawn at once."""
        palette = self.palette
        block = Block(
            self.canvas,
            (x, y, z),
            (width, height, depth),
            palette.wall if colour is None else colour,
            palette.texture if texture is None else texture,
        )
        block.draw()
        return block


class Block:
    """A box with a front and two sides to paint on; those turned away swallow paint."""

    def __init__(self, canvas: Canvas, foot: Vec, size: Vec, colour: Colour, texture: str) -> None:
        """See Site.block."""
        x, y, z = foot
        width, _, depth = size
        self.canvas, self.foot, self.size, self.colour = canvas, foot, size, colour
        up = (0.0, 1.0, 0.0)
        self.front = canvas.front(x, y, z, colour, texture)
        self.right = canvas.surface((x + width, y, z), (0.0, 0.0, -1.0), up, colour, texture)
        self.left = canvas.surface((x, y, z - depth), (0.0, 0.0, 1.0), up, colour, texture)

    def draw(self) -> None:
        """Paint the bare walls and the top."""
        width, height, depth = self.size
        self.left.rect(0, 0, depth, height)
        self.right.rect(0, 0, depth, height)
        self.front.rect(0, 0, width, height)
        x, y, z = self.foot
        top = y + height
        corners = [
            (x, top, z),
            (x + width, top, z),
            (x + width, top, z - depth),
            (x, top, z - depth),
        ]
        self.canvas.poly(corners, self.colour)

    @property
    def walls(self) -> list[tuple[Surface, float]]:
        """The left, right and front wall and their widths; those turned away swallow paint."""
        width, _, depth = self.size
        return [(self.left, depth), (self.right, depth), (self.front, width)]
