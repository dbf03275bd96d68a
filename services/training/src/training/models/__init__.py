"""The models that training knows. A model is a plug-in: one file here defines it."""

from training.errors import UnknownModel
from training.models.architecture import ARCHITECTURE
from training.models.definition import ModelDefinition

_MODELS = {ARCHITECTURE.name: ARCHITECTURE}


def model_definition(name: str) -> ModelDefinition:
    """Return the definition of a model; UnknownModel for a name that has none."""
    if name not in _MODELS:
        raise UnknownModel(name, tuple(_MODELS))
    return _MODELS[name]
