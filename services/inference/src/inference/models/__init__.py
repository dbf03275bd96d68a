"""Models that this service can serve, by the name that their manifests give."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from inference.errors import ModelUnknown
from inference.models.architecture import ARCHITECTURE
from inference.models.plugin import ModelPlugin

MODELS: Final[Mapping[str, ModelPlugin]] = MappingProxyType({ARCHITECTURE.name: ARCHITECTURE})


def find_plugin(name: str, models: Mapping[str, ModelPlugin] = MODELS) -> ModelPlugin:
    """Return the plug-in of a model; ModelUnknown where there is none."""
    plugin = models.get(name)
    if plugin is None:
        raise ModelUnknown(name, tuple(sorted(models)))
    return plugin
