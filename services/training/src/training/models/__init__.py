"""The models that training knows. A model is a plug-in: one file here defines it."""

from dataclasses import replace

from features import Embedding
from training.errors import UnknownModel
from training.models.architecture import ARCHITECTURE
from training.models.definition import ModelDefinition

_MODELS = {ARCHITECTURE.name: ARCHITECTURE}


def model_definition(name: str, embedding: Embedding = "none") -> ModelDefinition:
    """Return the definition of a model with an embedding; UnknownModel for a name without one."""
    if name not in _MODELS:
        raise UnknownModel(name, tuple(_MODELS))
    return replace(_MODELS[name], embedding=embedding)
