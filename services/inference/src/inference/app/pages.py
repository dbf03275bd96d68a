"""The documentation page. It is served from here, whole, so that it works without the internet."""

from importlib.resources import files
from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response

_STATIC: Final = files("inference.app") / "static"
_POLICY: Final = {
    "Content-Security-Policy": "default-src 'self'; img-src data:; frame-ancestors 'none'"
}

pages = APIRouter(include_in_schema=False)


@pages.get("/docs")
async def docs() -> Response:
    """Show the interface, and a form to try it."""
    return Response(_read("docs.html"), media_type="text/html", headers=_POLICY)


@pages.get("/docs/docs.js")
async def script() -> Response:
    """Give the page's script."""
    return Response(_read("docs.js"), media_type="text/javascript")


@pages.get("/docs/docs.css")
async def style() -> Response:
    """Give the page's style."""
    return Response(_read("docs.css"), media_type="text/css")


def _read(name: str) -> bytes:
    return (_STATIC / name).read_bytes()
