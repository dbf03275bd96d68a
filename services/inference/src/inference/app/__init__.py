"""The HTTP service."""

from inference.app.application import create_app
from inference.app.server import serve

__all__ = ["create_app", "serve"]
