"""Where a registry's aliases point, and orders to move them."""

from dataclasses import dataclass

from artifacts.records.manifest import ModelName
from artifacts.records.record import Part


@dataclass(frozen=True)
class AliasPoint:
    """An alias of a model: the version that it points at, and its artifact's digest if known."""

    model: str
    alias: str
    version: int
    digest: str | None


class AliasOrder(Part):
    """An order: an alias is to point at a version, or to be removed where there is none."""

    model: ModelName
    alias: str
    version: int | None
