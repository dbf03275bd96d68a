"""The buffers that a building is painted into, and flat surfaces to paint on.

Three images are kept at twice the size of the photo: the colour of the material, the share of
sunlight, and the kind of material (or the number of the textured face). Shading comes later.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from samples.facades.geometry import (
    NEAR,
    Camera,
    Colour,
    Matrix,
    Point,
    Vec,
    add,
    cross,
    dot,
    tint,
    unit,
)

SKY, GLASS, LIT, PLAIN, FOLIAGE, FIRST_FACE = 0, 1, 2, 3, 4, 10
LAST_FACE = 255


@dataclass(frozen=True)
class Face:
    """A textured plane: its projection, the name of its texture and the size of a unit."""

    rows: Matrix
    texture: str


class Canvas:
    """Paints polygons, back to front, into the three buffers."""

    def __init__(self, camera: Camera, sun: Vec, size: tuple[int, int]) -> None:
        """Begin an empty picture; `sun` is the unit vector towards the sun, `size` in pixels."""
        self.camera, self.sun, self.size = camera, sun, size
        self.colour = Image.new("RGB", size)
        self.light = Image.new("L", size)
        self.kind = Image.new("L", size)
        self._colour = ImageDraw.Draw(self.colour)
        self._light = ImageDraw.Draw(self.light)
        self._kind = ImageDraw.Draw(self.kind)
        self.faces: list[Face] = []

    def lit(self, normal: Vec) -> float:
        """Share of sunlight, 0 to 1, on a surface with this unit normal."""
        straight = dot(normal, self.sun)
        return max(0.0, straight) * 0.88 + 0.06 * (1.0 + normal[1])

    def fill(self, points: Sequence[Point], colour: Colour, light: float, kind: int) -> None:
        """Paint a polygon given in pixels."""
        self._colour.polygon(points, fill=colour)
        self._light.polygon(points, fill=int(255 * light))
        self._kind.polygon(points, fill=kind)

    def shade(self, points: Sequence[Point], light: float = 0.06) -> None:
        """Take the sunlight from a polygon given in pixels; colours stay."""
        self._light.polygon(points, fill=int(255 * light))

    def spot(self, centre: Point, radius: Point, colour: Colour, light: float, kind: int) -> None:
        """Paint an ellipse given in pixels."""
        box = (
            centre[0] - radius[0],
            centre[1] - radius[1],
            centre[0] + radius[0],
            centre[1] + radius[1],
        )
        self._colour.ellipse(box, fill=colour)
        self._light.ellipse(box, fill=int(255 * light))
        self._kind.ellipse(box, fill=kind)

    def poly(self, points: Sequence[Vec], colour: Colour, kind: int = PLAIN) -> None:
        """Paint a flat polygon given in the world, if its counter-clockwise side is seen."""
        normal = cross(add(points[1], points[0], -1.0), add(points[2], points[1], -1.0))
        if dot(normal, add(self.camera.eye, points[0], -1.0)) <= 0:
            return
        seen = [self.camera.project(point) for point in points]
        drawn = [point for point in seen if point is not None]
        if len(drawn) == len(points):
            self.fill(drawn, colour, self.lit(unit(normal)), kind)

    def surface(
        self, origin: Vec, u: Vec, v: Vec, colour: Colour, texture: str = "plain"
    ) -> "Surface":
        """A plane with unit axes u and v to paint on; textured if a texture is named."""
        rows = self.camera.rows(u, v, cross(u, v), origin)
        kind = PLAIN
        if texture != "plain" and len(self.faces) < LAST_FACE - FIRST_FACE:
            kind = FIRST_FACE + len(self.faces)
            self.faces.append(Face(rows, texture))
        return Surface(self, origin, u, v, rows, colour, kind)

    def front(
        self, x: float, y: float, z: float, colour: Colour, texture: str = "plain"
    ) -> "Surface":
        """A surface that faces the viewer, its origin at the left foot."""
        return self.surface((x, y, z), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), colour, texture)


class Surface:
    """A plane in the world with coordinates u (along), v (up) and w (out of it), in metres."""

    def __init__(
        self, canvas: Canvas, origin: Vec, u: Vec, v: Vec, rows: Matrix, colour: Colour, kind: int
    ) -> None:
        """Bind the frame to a canvas; see Canvas.surface."""
        normal = cross(u, v)
        self.canvas, self.rows, self.colour, self.kind = canvas, rows, colour, kind
        self.origin, self.u, self.v, self.normal = origin, u, v, normal
        away = add(canvas.camera.eye, origin, -1.0)
        self.eye = (dot(away, u), dot(away, v), dot(away, normal))
        self.facing = self.eye[2] > NEAR
        self.light = canvas.lit(normal)
        lean = dot(canvas.sun, normal)
        self.sunny = lean > 0.08
        lean = max(lean, 0.25)
        self.slope = (-dot(canvas.sun, u) / lean, -dot(canvas.sun, v) / lean)

    def at(self, u: float, v: float, w: float = 0.0) -> Point | None:
        """Pixel of a point on or before the surface."""
        m = self.rows
        depth = m[8] * u + m[9] * v + m[10] * w + m[11]
        if depth < NEAR:
            return None
        return (
            (m[0] * u + m[1] * v + m[2] * w + m[3]) / depth,
            (m[4] * u + m[5] * v + m[6] * w + m[7]) / depth,
        )

    def world(self, u: float, v: float, w: float = 0.0) -> Vec:
        """The same point in the world."""
        return add(add(add(self.origin, self.u, u), self.v, v), self.normal, w)

    def pixels(self, points: Sequence[Point], w: float = 0.0) -> list[Point] | None:
        """Pixels of an outline at height w over the surface, or None if not all are seen."""
        drawn = []
        for u, v in points:
            pixel = self.at(u, v, w)
            if pixel is None:
                return None
            drawn.append(pixel)
        return drawn

    def poly(
        self,
        points: Sequence[Point],
        colour: Colour | None = None,
        w: float = 0.0,
        light: float | None = None,
        kind: int | None = None,
    ) -> None:
        """Paint an outline; without a colour, with the surface's own material."""
        drawn = self.pixels(points, w) if self.facing else None
        if drawn is None:
            return
        if colour is None:
            colour, own = self.colour, self.kind
        else:
            own = PLAIN
        self.canvas.fill(
            drawn, colour, self.light if light is None else light, own if kind is None else kind
        )

    def rect(
        self,
        u0: float,
        v0: float,
        u1: float,
        v1: float,
        colour: Colour | None = None,
        w: float = 0.0,
        light: float | None = None,
        kind: int | None = None,
    ) -> None:
        """Paint an upright rectangle."""
        self.poly(((u0, v0), (u1, v0), (u1, v1), (u0, v1)), colour, w, light, kind)

    def shadow(self, points: Sequence[Point], w: float, base: float = 0.0) -> None:
        """Cast the shadow of an outline at height w onto the surface at height base."""
        if not (self.facing and self.sunny):
            return
        du, dv = self.slope[0] * (w - base), self.slope[1] * (w - base)
        drawn = self.pixels([(u + du, max(0.0, v + dv)) for u, v in points], base)
        if drawn is not None:
            self.canvas.shade(drawn)

    def box(
        self,
        u0: float,
        v0: float,
        u1: float,
        v1: float,
        out: float,
        colour: Colour | None = None,
        base: float = 0.0,
        kind: int | None = None,
    ) -> None:
        """Paint a block that stands out of the surface, with the shadow it casts."""
        if not self.facing:
            return
        if colour is None:
            colour, kind = self.colour, self.kind if kind is None else kind
        top = base + out
        if self.sunny:
            du, dv = self.slope[0] * out, self.slope[1] * out
            left, right = (u0, u1 + du) if du > 0 else (u0 + du, u1)
            drawn = self.pixels(
                (
                    (left, max(0.0, v0 + dv)),
                    (right, max(0.0, v0 + dv)),
                    (max(right - du, u1), v1),
                    (min(left - du, u0), v1),
                ),
                base,
            )
            if drawn is not None:
                self.canvas.shade(drawn)
        self._flanks(u0, v0, u1, v1, base, top, colour)
        self.rect(u0, v0, u1, v1, colour, top, None, kind)

    def _flanks(
        self, u0: float, v0: float, u1: float, v1: float, base: float, top: float, colour: Colour
    ) -> None:
        for seen, ends, normal in (
            (self.eye[0] < u0, ((u0, v0), (u0, v1)), (-self.u[0], -self.u[1], -self.u[2])),
            (self.eye[0] > u1, ((u1, v0), (u1, v1)), self.u),
            (self.eye[1] > v1, ((u0, v1), (u1, v1)), self.v),
            (self.eye[1] < v0, ((u0, v0), (u1, v0)), (-self.v[0], -self.v[1], -self.v[2])),
        ):
            if not seen:
                continue
            (a, b), (c, d) = ends
            corners = [
                self.at(a, b, base),
                self.at(c, d, base),
                self.at(c, d, top),
                self.at(a, b, top),
            ]
            drawn = [corner for corner in corners if corner is not None]
            if len(drawn) == len(corners):
                self.canvas.fill(drawn, tint(colour, 0.9), self.canvas.lit(normal), PLAIN)
