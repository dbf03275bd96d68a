"""The tools that build images: docker where its daemon answers, else buildah, which needs none."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from delivery.targets.aws.aws_errors import BuildFailed
from delivery.targets.aws.images.bases import DebootstrapBases
from delivery.targets.aws.images.oci_layout import manifest_of
from delivery.targets.aws.images.recipes import Base
from delivery.targets.aws.images.tool_commands import answers, run

_BUILDER: Final = "plinth"
_BASE: Final = "localhost/plinth-base"
_IMAGE: Final = "localhost/plinth-image"


@dataclass(frozen=True)
class BuildOrder:
    """What an engine is told: the context's folder, its Dockerfile, arguments and base."""

    context: Path
    dockerfile: str
    arguments: Mapping[str, str]
    base: Base
    pinned: str
    """The base as the recipe names it, for engines that reach a registry."""


class Engine(Protocol):
    """Builds images."""

    @property
    def name(self) -> str:
        """What it is, and of which version."""

    def build(self, order: BuildOrder, layout: Path) -> str:
        """Build an image into a folder that isn't there, as an OCI layout; BuildFailed.

        Returns the digest of the base. The image's own digest depends on nothing but the order.
        """


def choose_engine(bases: DebootstrapBases, variables: Mapping[str, str]) -> Engine:
    """Return docker or buildah; BuildFailed names both where there is neither."""
    docker = answers("docker", "version", "--format", "{{.Server.Version}}", variables=variables)
    if docker and docker.strip():
        return Docker(f"docker {docker.strip()}", variables)
    if buildah := answers("buildah", "--version", variables=variables):
        return Buildah(" ".join(buildah.split()[:3]), bases, variables)
    raise BuildFailed(
        "nothing builds images here: start docker's daemon, or install buildah (apt-get install "
        "buildah debootstrap) and be root"
    )


class Docker:
    """BuildKit by `docker buildx`, with a builder of its own: the default one exports no layout."""

    def __init__(self, name: str, variables: Mapping[str, str]) -> None:
        self._name = name
        self._variables = {**variables, "SOURCE_DATE_EPOCH": "0"}

    @property
    def name(self) -> str:
        """What it is, and of which version."""
        return self._name

    def build(self, order: BuildOrder, layout: Path) -> str:
        """Build an image into a layout; BuildFailed."""
        if not answers("docker", "buildx", "inspect", _BUILDER, variables=self._variables):
            words = ("--driver", "docker-container", "--name", _BUILDER)
            run("docker", "buildx", "create", *words, variables=self._variables)
        out = f"type=oci,tar=false,rewrite-timestamp=true,dest={layout}"
        plain = ("--provenance=false", "--sbom=false", "--progress=plain", "--output", out)
        run(
            *("docker", "buildx", "build", "--builder", _BUILDER, *plain),
            *_arguments(order, order.pinned),
            *("--file", order.context / order.dockerfile, order.context),
            variables=self._variables,
            what="docker buildx build",
        )
        return order.pinned.rpartition("@")[2]


class Buildah:
    """buildah in a chroot, on a base that was made here or, without one, on the registry's."""

    def __init__(self, name: str, bases: DebootstrapBases, variables: Mapping[str, str]) -> None:
        self._name = name
        self._bases = bases
        self._variables = dict(variables)

    @property
    def name(self) -> str:
        """What it is, and of which version."""
        return self._name

    def build(self, order: BuildOrder, layout: Path) -> str:
        """Build an image into a layout; BuildFailed. Its storage is gone afterwards."""
        with tempfile.TemporaryDirectory(dir=layout.parent, prefix="storage-") as name:
            storage = Path(name)
            base, digest = self._base(storage, order)
            self._run(
                storage,
                *("build", "--isolation", "chroot", "--layers=false", "--format", "oci"),
                *("--timestamp", "0", "--identity-label=false", *_arguments(order, base)),
                *("--file", order.context / order.dockerfile, "--tag", _IMAGE, order.context),
            )
            packed = ("push", "--quiet", "--disable-compression=false", "--format", "oci")
            # By a name without a folder: one with capital letters isn't taken.
            self._run(storage, *packed, _IMAGE, f"oci:{layout.name}", folder=layout.parent)
        return digest

    def _base(self, storage: Path, order: BuildOrder) -> tuple[str, str]:
        made = self._bases.folder(order.base)
        if not made.is_dir():
            return order.pinned, order.pinned.rpartition("@")[2]
        words = ("pull", "--quiet", f"oci:{made.name}")
        image = self._run(storage, *words, folder=made.parent).strip()
        self._run(storage, "tag", image, _BASE)
        return _BASE, manifest_of(made)[0]

    def _run(self, storage: Path, *words: str | Path, folder: Path | None = None) -> str:
        places = ("--root", storage / "root", "--runroot", storage / "run")
        driver = ("--storage-driver", "vfs")
        what = f"buildah {words[0]}"
        variables = self._variables
        return run(
            "buildah", *places, *driver, *words, variables=variables, folder=folder, what=what
        )


def _arguments(order: BuildOrder, base: str) -> list[str]:
    pairs = {**order.arguments, "BASE_IMAGE": base}
    return [word for name in sorted(pairs) for word in ("--build-arg", f"{name}={pairs[name]}")]
