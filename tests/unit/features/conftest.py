"""Photos made from code: none of a real building is kept in the project."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

Encode = Callable[..., bytes]


def scene(width: int = 160, height: int = 120) -> Image.Image:
    """Draw a colourful facade-like pattern with edges, waves and some noise."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    noise = np.random.default_rng(7).integers(0, 24, (height, width))
    red = 90 + 70 * ((x // 12 + y // 20) % 2) + noise
    green = 120 + 60 * np.sin(x / 9) * np.cos(y / 13) + noise
    blue = 60 + 150 * y / height
    planes = np.stack([red, green, blue], axis=-1)
    return Image.fromarray(planes.clip(0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def picture() -> Image.Image:
    return scene()


@pytest.fixture(scope="session")
def encode() -> Encode:
    def run(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
        out = io.BytesIO()
        image.save(out, kind, **options)
        return out.getvalue()

    return run
