"""The HTTP service."""

from inference.app.application import create_app
from inference.app.server import Inherited, serve

__all__ = ["Inherited", "create_app", "serve"]
