"""Which code makes which block."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from features.blocks import Block, Colour, Gradients, Lines, OnnxBlock, Symmetry, Texture
from features.blocks.block import FixedBlock
from features.digests import bytes_digest
from features.errors import SchemaMismatch, UnknownBlock, WeightsMismatch, WeightsMissing
from features.schema import BlockSpec

Builder = Callable[[BlockSpec, bytes | None], Block]


def _fixed(kind: type[FixedBlock]) -> Builder:
    """Return a builder for a block that is code and parameters only."""

    def build(spec: BlockSpec, weights: bytes | None) -> Block:
        if weights is not None:
            raise SchemaMismatch(spec.name, "takes no weights; remove their digest")
        try:
            block = kind(**spec.parameters)
        except (TypeError, ValueError) as exc:
            reason = f"parameters are not those of the code: {exc}"
            raise SchemaMismatch(spec.name, reason) from exc
        _require_same(spec, block.spec())
        return block

    return build


def _require_same(declared: BlockSpec, made: BlockSpec) -> None:
    if dict(declared.parameters) != dict(made.parameters):
        reason = f"declares {dict(declared.parameters)}, the code has {dict(made.parameters)}"
        raise SchemaMismatch(declared.name, reason)
    if declared.width != made.width:
        reason = f"declares {declared.width} values, the code makes {made.width}"
        raise SchemaMismatch(declared.name, reason)


_FIXED: Final[tuple[type[FixedBlock], ...]] = (Gradients, Texture, Colour, Symmetry, Lines)

BUILDERS: Final[Mapping[tuple[str, int], Builder]] = MappingProxyType(
    {(kind.name, kind.version): _fixed(kind) for kind in _FIXED}
    | {(OnnxBlock.name, OnnxBlock.version): OnnxBlock}
)


def build_block(
    spec: BlockSpec,
    weights: Mapping[str, bytes],
    builders: Mapping[tuple[str, int], Builder] = BUILDERS,
) -> Block:
    """Build the block that a spec describes.

    Args:
        spec: of one block.
        weights: file contents by digest.
        builders: by block name and version.

    Raises:
        UnknownBlock: no builder of that name and version.
        WeightsMissing: the digest that the spec names is not among the weights.
        WeightsMismatch: the bytes under that digest have another digest.
        SchemaMismatch: declared parameters or width are not what the code makes.
    """
    builder = builders.get((spec.name, spec.version))
    if builder is None:
        known = ", ".join(f"{name} {version}" for name, version in sorted(builders))
        raise UnknownBlock(spec.name, f"version {spec.version} is not known here; known: {known}")
    return builder(spec, _find_weights(spec, weights))


def _find_weights(spec: BlockSpec, weights: Mapping[str, bytes]) -> bytes | None:
    if spec.weights is None:
        return None
    data = weights.get(spec.weights)
    if data is None:
        raise WeightsMissing(spec.name, f"needs the weights {spec.weights}; none were given")
    found = bytes_digest(data)
    if found != spec.weights:
        raise WeightsMismatch(spec.name, f"needs the weights {spec.weights}, was given {found}")
    return data
