"""Porches of American houses."""

from samples.facades.elements.ornament import rail
from samples.facades.elements.roofs import plane
from samples.facades.elements.solids import column, steps
from samples.facades.geometry import tint
from samples.facades.site import Site


def front_porch(site: Site, across: tuple[float, float], out: float, top: float, post: str) -> None:
    """A deck, posts, rails and a lean-to roof over (left, width)."""
    (left, wide), trim = across, site.palette.trim
    site.block(left, 0, 0, wide, 0.6, out, tint(trim, 0.8), "plain")
    face = site.canvas.front(left, 0.6, -out, site.palette.wall)
    face.shadow([(0, 0), (wide, 0), (wide, top), (0, top)], out * 0.6)
    count = max(3, int(wide / 2.6))
    step = (wide - 0.6) / count
    for k in range(count + 1):
        u = 0.3 + step * k
        if post == "pier":
            face.box(u - 0.28, 0, u + 0.28, top, 0.5, trim, out - 0.6)
        else:
            column(face, u, 0, top, 0.13 if post == "slim" else 0.18, trim, out - 0.35, post)
        if k < count and k != count // 2:
            rail(face, u + 0.3, u + step - 0.3, 0.1, 0.75, trim, out - 0.45)
    site.block(left, 0.6 + top, 0, wide, 0.35, out, trim, "plain")
    _lean_to(site, (left - 0.4, left + wide + 0.4), 0.95 + top, out)
    middle = left + wide / 2
    steps(site.canvas, (middle - 1.0, middle + 1.0), 0.6, 0.0, 3, tint(trim, 0.85))


def _lean_to(site: Site, across: tuple[float, float], eaves: float, out: float) -> None:
    """A porch roof hipped at both ends."""
    (a, b), top, canvas, colour = across, eaves + 0.9, site.canvas, site.palette.roof
    inner = (a + 0.8, top, -out), (b - 0.8, top, -out)
    plane(canvas, [(a, eaves, 0.4), (b, eaves, 0.4), inner[1], inner[0]], colour)
    plane(canvas, [(a, eaves, -out), (a, eaves, 0.4), inner[0]], colour)
    plane(canvas, [(b, eaves, 0.4), (b, eaves, -out), inner[1]], colour)
