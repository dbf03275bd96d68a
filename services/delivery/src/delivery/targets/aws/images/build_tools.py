"""The tools that make images: docker or buildah, debootstrap for bases, and pip for wheels.

No address gets any further than this machine: apt and pip fetch as the caller has set them up.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from artifacts.digests import digest_bytes, digest_file, hex_part
from artifacts.text import plain
from delivery.targets.aws.aws_errors import BuildFailed
from delivery.targets.aws.images.contents import Base
from delivery.targets.aws.images.oci_layout import LAYER, blob_path, manifest_of, write_manifest

SUITE: Final = "bookworm"
PACKAGES: Final = MappingProxyType(
    {
        "runtime": ("ca-certificates", "python3.11"),
        "tools": ("ca-certificates", "git", "openssh-client", "python3.11"),
    }
)
OLDEST, NEWEST = 5, 36
"""Of the C library: Debian bookworm, the base of all images, has 2.36."""
_DROPPED: Final = (
    *("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian"),
    *("var/cache/apt", "var/lib/apt/lists", "var/log", "var/cache/ldconfig", "debootstrap"),
    # A mirror's address, and what names this machine.
    *("etc/apt/sources.list", "etc/hostname", "etc/resolv.conf", "etc/machine-id"),
    *("var/lib/dpkg/status-old", "var/cache/debconf/config.dat-old"),
    "var/cache/debconf/templates.dat-old",
)
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_BUILDER: Final = "plinth"
_BASE: Final = "localhost/plinth-base"
_IMAGE: Final = "localhost/plinth-image"
_LONGEST, _LINES = 3000, 25


def _run(
    *command: str | Path, variables: Mapping[str, str], folder: Path | None = None, what: str = ""
) -> str:
    """Run a command and return what it printed; BuildFailed with its last lines."""
    words = [str(word) for word in command]
    doing = what or " ".join(words[:2])
    try:
        done = subprocess.run(  # noqa: S603 - tools and words of ours
            words, cwd=folder, env=dict(variables), capture_output=True, text=True, check=False
        )
    except OSError as exc:
        raise BuildFailed(f"{doing}: {plain(exc)}") from exc
    if done.returncode:
        lines = f"{done.stdout}\n{done.stderr}".splitlines()
        said = " | ".join(line for line in lines[-_LINES:] if line.strip())
        raise BuildFailed(f"{doing} ended with {done.returncode}: {plain(said, _LONGEST)}")
    return done.stdout


def _answer(*command: str, variables: Mapping[str, str]) -> str:
    """Return what a command printed; nothing where it isn't there or fails."""
    try:
        return _run(*command, variables=variables)
    except BuildFailed:
        return ""


class PipWheels:
    """Wheels in a folder, a subfolder a lock. pip checks every hash when it fetches one.

    They are for Python 3.11 on 64-bit Linux, whatever this machine runs.
    """

    def __init__(self, cache: Path, variables: Mapping[str, str]) -> None:
        self._cache = cache
        self._variables = variables

    def provide(self, locks: Sequence[bytes], folder: Path, from_source: Sequence[str]) -> None:
        """Put all that some locks name into a folder that isn't there; BuildFailed."""
        folder.mkdir(parents=True)
        for lock in locks:
            kept = self._cache / hex_part(digest_bytes(lock))
            if not kept.is_dir():
                self._fetch(lock, kept, from_source)
            for wheel in sorted(kept.iterdir()):
                if not (folder / wheel.name).exists():
                    shutil.copyfile(wheel, folder / wheel.name)

    def _fetch(self, lock: bytes, kept: Path, from_source: Sequence[str]) -> None:
        # Environments of services have no pip; the Python that they were made of has.
        python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
        if not os.access(python, os.X_OK):
            raise BuildFailed(f"there is no Python with pip at {python}")
        words = ("download", "--quiet", "--disable-pip-version-check", "--no-deps")
        checked = ("--require-hashes", "--only-binary", ":all:")
        source = [word for name in from_source for word in ("--no-binary", name)]
        platforms = (
            *(f"manylinux_2_{release}_x86_64" for release in range(NEWEST, OLDEST - 1, -1)),
            *("manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"),
        )
        target = [word for platform in platforms for word in ("--platform", platform)]
        self._cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._cache, prefix=".draft-") as name:
            draft = Path(name)
            (draft / "lock.txt").write_bytes(lock)
            (draft / "wheels").mkdir()
            _run(
                *(str(python), "-I", "-m", "pip", *words, *checked, *source),
                *("--python-version", "3.11", "--implementation", "cp", *target),
                *("--requirement", f"{draft}/lock.txt", "--dest", f"{draft}/wheels"),
                variables=self._variables,
                what="fetching the wheels of a lock with pip",
            )
            (draft / "wheels").replace(kept)


class DebootstrapBases:
    """Base images made here: <root>/<base>/, an OCI layout of one layer.

    Each is Debian's smallest system and what an image needs. It takes root, and a mirror of apt's.
    """

    def __init__(self, root: Path, variables: Mapping[str, str]) -> None:
        self._root = root
        self._variables = variables

    def folder(self, base: Base) -> Path:
        """Return where a base lies, or would lie."""
        return self._root / base

    def make(self, base: Base) -> str:
        """Make a base, unless it is there, and return its digest; BuildFailed."""
        if not self.folder(base).is_dir():
            self._root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._root, prefix=".draft-") as name:
                system, layout = Path(name, "system"), Path(name, "layout")
                self._bootstrap(system, PACKAGES[base])
                for dropped in _DROPPED:
                    _drop(system / dropped)
                self._pack(system, layout)
                layout.replace(self.folder(base))
        return manifest_of(self.folder(base))[0]

    def _bootstrap(self, system: Path, packages: tuple[str, ...]) -> None:
        # The mirror that apt is set up for; none leaves the choice to debootstrap.
        wanted = ("Created-By: Packages", "Label: Debian", "Component: main", f"Codename: {SUITE}")
        asked = ("apt-get", "indextargets", "--format", "$(REPO_URI)", *wanted)
        mirror = _answer(*asked, variables=self._variables).split()[:1]
        words = ("--variant=minbase", f"--include={','.join(packages)}", SUITE, system)
        try:
            _run("debootstrap", *words, *mirror, variables=self._variables, what="debootstrap")
        except BuildFailed as exc:
            reason = "it needs root, debootstrap (apt-get install debootstrap) and a Debian mirror"
            raise BuildFailed(f"{exc}. {reason}") from exc

    def _pack(self, system: Path, layout: Path) -> None:
        layer = blob_path(layout, "draft")
        layer.parent.mkdir(parents=True)
        # Device nodes are the engine's to make.
        words = ("--sort=name", "--mtime=@0", "--clamp-mtime", "--numeric-owner")
        place = ("--exclude=./dev/*", "--directory", system, "--create", "--file", layer, ".")
        _run("tar", *words, *place, variables=self._variables, what="packing the base")
        digest, size = digest_file(layer), layer.stat().st_size
        layer.rename(blob_path(layout, digest))
        created = {"created": "1970-01-01T00:00:00Z"}
        config = {
            **created,
            "architecture": "amd64",
            "os": "linux",
            "config": {"Env": [f"PATH={_PATH}"]},
            "rootfs": {"type": "layers", "diff_ids": [digest]},
            "history": [{**created, "created_by": "plinth delivery image base"}],
        }
        write_manifest(layout, config, [{"mediaType": LAYER, "digest": digest, "size": size}])


def _drop(path: Path) -> None:
    """Remove a file, or what is in a folder."""
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    for entry in path.iterdir():
        whole = entry.is_dir() and not entry.is_symlink()
        shutil.rmtree(entry) if whole else entry.unlink()


@dataclass(frozen=True)
class BuildOrder:
    """What an engine is told: the context's folder, its Dockerfile, arguments and base."""

    context: Path
    dockerfile: str
    arguments: Mapping[str, str]
    base: Base
    pinned: str
    """The base as the recipe names it, for engines that reach a registry."""

    def words(self, base: str) -> tuple[str | Path, ...]:
        """Return the words that docker and buildah understand alike."""
        pairs = {**self.arguments, "BASE_IMAGE": base}
        told = (word for name in sorted(pairs) for word in ("--build-arg", f"{name}={pairs[name]}"))
        return (*told, "--file", self.context / self.dockerfile)


@dataclass(frozen=True)
class Docker:
    """BuildKit by `docker buildx`, with a builder of its own: the default one exports no layout."""

    name: str
    variables: Mapping[str, str]

    def build(self, order: BuildOrder, layout: Path) -> str:
        """Build an image into a folder that isn't there, as an OCI layout; BuildFailed.

        Returns the digest of the base. The image's own digest depends on nothing but the order.
        """
        variables = {**self.variables, "SOURCE_DATE_EPOCH": "0"}
        if not _answer("docker", "buildx", "inspect", _BUILDER, variables=variables):
            words = ("--driver", "docker-container", "--name", _BUILDER)
            _run("docker", "buildx", "create", *words, variables=variables)
        out = f"type=oci,tar=false,rewrite-timestamp=true,dest={layout}"
        _run(
            *("docker", "buildx", "build", "--builder", _BUILDER, "--provenance=false"),
            *("--sbom=false", "--progress=plain", "--output", out),
            *(*order.words(order.pinned), order.context),
            variables=variables,
            what="docker buildx build",
        )
        return order.pinned.rpartition("@")[2]


@dataclass(frozen=True)
class Buildah:
    """buildah in a chroot, on a base that was made here or, without one, on the registry's."""

    name: str
    bases: DebootstrapBases
    variables: Mapping[str, str]

    def build(self, order: BuildOrder, layout: Path) -> str:
        """Do what Docker.build does. buildah's storage is gone afterwards."""
        with tempfile.TemporaryDirectory(dir=layout.parent, prefix="storage-") as name:

            def buildah(*words: str | Path, folder: Path | None = None) -> str:
                places = ("--root", Path(name, "root"), "--runroot", Path(name, "run"))
                command = ("buildah", *places, "--storage-driver", "vfs", *words)
                what = f"buildah {words[0]}"
                return _run(*command, variables=self.variables, folder=folder, what=what)

            base, digest = order.pinned, order.pinned.rpartition("@")[2]
            made = self.bases.folder(order.base)
            if made.is_dir():
                base, digest = _BASE, manifest_of(made)[0]
                image = buildah("pull", "--quiet", f"oci:{made.name}", folder=made.parent).strip()
                buildah("tag", image, base)
            buildah(
                *("build", "--isolation", "chroot", "--layers=false", "--format", "oci"),
                *("--timestamp", "0", "--identity-label=false", *order.words(base)),
                *("--tag", _IMAGE, order.context),
            )
            # By a name without a folder: one with capital letters isn't taken.
            packed = ("--quiet", "--disable-compression=false", "--format", "oci", _IMAGE)
            buildah("push", *packed, f"oci:{layout.name}", folder=layout.parent)
        return digest


def choose_engine(bases: DebootstrapBases, variables: Mapping[str, str]) -> Docker | Buildah:
    """Return docker where its daemon answers, else buildah, which needs none; BuildFailed."""
    docker = _answer("docker", "version", "--format", "{{.Server.Version}}", variables=variables)
    if docker.strip():
        return Docker(f"docker {docker.strip()}", variables)
    if buildah := _answer("buildah", "--version", variables=variables):
        return Buildah(" ".join(buildah.split()[:3]), bases, variables)
    raise BuildFailed(
        "nothing builds images here: start docker's daemon, or install buildah (apt-get install "
        "buildah debootstrap) and be root"
    )
