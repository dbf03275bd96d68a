"""Photos in, vectors out: the only preprocessing that training and inference have."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np

from features.blocks import Block
from features.errors import SchemaMismatch
from features.headers import read_header
from features.photo import Photo, judged_header
from features.pixels import decode_pixels
from features.registry import build_block
from features.schema import FeatureSchema
from features.types import Vector

_NO_WEIGHTS: Final[Mapping[str, bytes]] = MappingProxyType({})


class Extractor:
    """Makes vectors as one feature schema says. Safe to share between threads."""

    def __init__(self, schema: FeatureSchema, weights: Mapping[str, bytes] = _NO_WEIGHTS) -> None:
        """Build every block of the schema, or refuse.

        Args:
            schema: what to compute.
            weights: contents of the weight files that the schema names, by digest.

        Raises:
            SchemaError: one of its leaves; the code cannot make what the schema declares.
        """
        self._schema = schema
        self._weights = MappingProxyType(dict(weights))
        self._blocks: tuple[Block, ...] = tuple(
            build_block(spec, weights) for spec in schema.blocks
        )
        self._require_side()

    @property
    def schema(self) -> FeatureSchema:
        """The schema that every vector of this extractor follows."""
        return self._schema

    @property
    def weights(self) -> Mapping[str, bytes]:
        """Contents of the weight files that it was made with, by digest."""
        return self._weights

    def __reduce__(self) -> tuple[Callable[..., "Extractor"], tuple[object, ...]]:
        """Travel between processes as what it was made of: an open network can't."""
        return _made_again, (self._schema.model_dump_json(), tuple(self._weights.items()))

    def extract(self, photo: bytes | Photo) -> Vector:
        """Return the vector of one photo, shape (schema.width,), always finite.

        Args:
            photo: read before, or the bytes of an image file, which are read first.

        Raises:
            PhotoRefused: the bytes are no usable photo; TruncatedPhoto may come from a
                photo already read, since only decoding finds damage inside its data.
        """
        header = read_header(photo.data) if isinstance(photo, Photo) else judged_header(photo)
        pixels = decode_pixels(header, self._schema.pixels)
        return np.concatenate([block.compute(pixels) for block in self._blocks])

    def extract_many(self, photos: Iterable[bytes | Photo]) -> Vector:
        """Return the vectors of n photos, shape (n, schema.width).

        Each row is bit-equal to what `extract` gives for that photo alone.

        Raises:
            PhotoRefused: as `extract`, for the first photo refused.
        """
        rows = [self.extract(photo) for photo in photos]
        return np.stack(rows) if rows else np.empty((0, self._schema.width), dtype=np.float32)

    def _require_side(self) -> None:
        side = self._schema.pixels.side
        for spec in self._schema.blocks:
            if spec.weights is None and spec.parameters.get("side", side) != side:
                reason = (
                    f"is made for {spec.parameters['side']} pixels, the schema's square has {side}"
                )
                raise SchemaMismatch(spec.name, reason)


@lru_cache(maxsize=1)
def _made_again(schema: str, weights: tuple[tuple[str, bytes], ...]) -> Extractor:
    # Kept, since a worker is sent its extractor with every batch, and a network takes long to open.
    return Extractor(FeatureSchema.model_validate_json(schema), dict(weights))
