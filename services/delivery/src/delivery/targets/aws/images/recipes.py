"""What each image is made of, and which payloads can be made one."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from artifacts.code import INFERENCE_CODE
from artifacts.records.release import Payload
from delivery.targets.aws.images.outcomes import Refused

Service = Literal["inference", "training", "delivery"]
Base = Literal["runtime", "tools"]
RECIPES: Final = "infra/images"
BASE_FILE: Final = f"{RECIPES}/base.env"
_LIBRARIES = ("artifacts", "features", "pages", "scoring")


@dataclass(frozen=True)
class Recipe:
    """How a service's image is made: its code and lock, and the base that it stands on.

    `from_source` are the packages of its lock that ship no wheel: they are built in the first
    stage, by the back ends of another lock.
    """

    service: Service
    code: tuple[str, ...]
    base: Base
    from_source: tuple[str, ...] = ()

    @property
    def lock(self) -> str:
        """The lock's path in the checkout."""
        return f"requirements/{self.service}.txt"

    @property
    def tool_locks(self) -> tuple[str, ...]:
        """The locks of what installs that lock: uv, and back ends where something is built."""
        built = ("requirements/build.txt",) if self.from_source else ()
        return ("requirements/bootstrap.txt", *built)

    @property
    def dockerfile(self) -> str:
        """The Dockerfile's path in the checkout."""
        return f"{RECIPES}/{self.service}.Dockerfile"


def _tool(service: Service, libraries: Sequence[str], *from_source: str) -> Recipe:
    sources = (f"libs/{name}/src" for name in libraries)
    code = (*sources, f"services/{service}/src", f"requirements/{service}.txt")
    return Recipe(service, code, "tools", from_source)


RECIPE_OF: Final = MappingProxyType(
    {
        "inference": Recipe("inference", INFERENCE_CODE, "runtime"),
        "training": _tool("training", _LIBRARIES, "antlr4-python3-runtime"),
        "delivery": _tool("delivery", ("artifacts", "judging", "walls")),
    }
)


def base_named_in(text: str) -> str | None:
    """Return the base image that a base.env names, or None where it isn't pinned by digest."""
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if name == "BASE_IMAGE" and "@sha256:" in value:
            return value.strip()
    return None


def champion_of(payload: Payload) -> str | Refused:
    """Return the digest of the model that an image holds: one champion of one model."""
    if len(payload.models) != 1:
        names = ", ".join(sorted(payload.models))
        return Refused(f"the payload has several models ({names}): an image serves one")
    (name, entries), *_ = payload.models.items()
    roles = sorted(entry.role for entry in entries)
    if roles != ["champion"]:
        return Refused(
            f"{name} is released as {', '.join(roles) or 'nothing'}: an image serves exactly one "
            "champion, and neither shares nor mirrors traffic"
        )
    return entries[0].digest
