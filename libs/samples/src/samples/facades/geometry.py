"""Vectors, colours and the pinhole camera.

World units are metres: x right, y up, z to the viewer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Vec = tuple[float, float, float]
Point = tuple[float, float]
Colour = tuple[int, int, int]
Matrix = tuple[float, ...]

NEAR = 0.2


def add(a: Vec, b: Vec, scale: float = 1.0) -> Vec:
    """The vector a + scale * b."""
    return (a[0] + scale * b[0], a[1] + scale * b[1], a[2] + scale * b[2])


def dot(a: Vec, b: Vec) -> float:
    """The scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vec, b: Vec) -> Vec:
    """The vector product."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def unit(a: Vec) -> Vec:
    """The vector scaled to length one; the zero vector stays."""
    length = math.sqrt(dot(a, a)) or 1.0
    return (a[0] / length, a[1] / length, a[2] / length)


def tint(colour: Colour, factor: float) -> Colour:
    """The colour made lighter (factor over 1) or darker, within 0 to 255."""
    return (
        max(0, min(255, int(colour[0] * factor))),
        max(0, min(255, int(colour[1] * factor))),
        max(0, min(255, int(colour[2] * factor))),
    )


def blend(a: Colour, b: Colour, share: float) -> Colour:
    """A mix of two colours, share of them from b."""
    return (
        int(a[0] + (b[0] - a[0]) * share),
        int(a[1] + (b[1] - a[1]) * share),
        int(a[2] + (b[2] - a[2]) * share),
    )


@dataclass(frozen=True)
class Camera:
    """A pinhole camera with lens shift: eye, axes, focal length and centre in pixels."""

    eye: Vec
    right: Vec
    up: Vec
    forward: Vec
    focal: float
    centre: Point

    def rows(self, u: Vec, v: Vec, n: Vec, origin: Vec) -> Matrix:
        """The 3 x 4 matrix, row by row, from frame coordinates (u, v, w) to homogeneous pixels."""
        relative = add(origin, self.eye, -1.0)
        columns = []
        for vector in (u, v, n, relative):
            depth = dot(vector, self.forward)
            columns.append(
                (
                    self.focal * dot(vector, self.right) + self.centre[0] * depth,
                    -self.focal * dot(vector, self.up) + self.centre[1] * depth,
                    depth,
                )
            )
        return tuple(column[row] for row in range(3) for column in columns)

    def project(self, point: Vec) -> Point | None:
        """Pixel of a world point, or None behind the lens."""
        away = add(point, self.eye, -1.0)
        depth = dot(away, self.forward)
        if depth < NEAR:
            return None
        scale = self.focal / depth
        return (
            self.centre[0] + scale * dot(away, self.right),
            self.centre[1] - scale * dot(away, self.up),
        )


@dataclass(frozen=True)
class Pose:
    """Where the photographer stands, relative to the building and its size."""

    azimuth: float
    rise: float
    distance: float
    tilt: float
    roll: float
    fill: float
    offset: Point


def aim(pose: Pose, extent: Vec, size: tuple[int, int]) -> Camera:
    """The camera that frames a box of the given width, height and depth in a picture of `size`."""
    width, height, depth = extent
    span = max(width, height, 0.7 * (width + depth))
    away = pose.distance * span
    eye = (math.sin(pose.azimuth) * away, pose.rise, math.cos(pose.azimuth) * away - depth / 2)
    target = (0.0, pose.rise + pose.tilt * (height * 0.5 - pose.rise), -depth / 2)
    forward = unit(add(target, eye, -1.0))
    right = unit(cross(forward, (0.0, 1.0, 0.0)))
    up = cross(right, forward)
    cosine, sine = math.cos(pose.roll), math.sin(pose.roll)
    right, up = (
        add((right[0] * cosine, right[1] * cosine, right[2] * cosine), up, sine),
        add((up[0] * cosine, up[1] * cosine, up[2] * cosine), right, -sine),
    )
    plain = Camera(eye, right, up, forward, 1.0, (0.0, 0.0))
    return _fit(plain, _corners(width, height, depth), pose, size)


def _corners(width: float, height: float, depth: float) -> list[Vec]:
    half = width / 2
    return [(x, y, z) for x in (-half, half) for y in (0.0, height) for z in (0.0, -depth)]


def _fit(plain: Camera, corners: Sequence[Vec], pose: Pose, size: tuple[int, int]) -> Camera:
    seen = [point for point in map(plain.project, corners) if point is not None]
    left, right = min(p[0] for p in seen), max(p[0] for p in seen)
    top, bottom = min(p[1] for p in seen), max(p[1] for p in seen)
    focal = pose.fill * min(size[0] / (right - left), size[1] / (bottom - top))
    centre = (
        size[0] * (0.5 + pose.offset[0]) - focal * (left + right) / 2,
        size[1] * (0.5 + pose.offset[1]) - focal * (top + bottom) / 2,
    )
    return Camera(plain.eye, plain.right, plain.up, plain.forward, focal, centre)
