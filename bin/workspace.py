"""What the workspace is made of, for the scripts beside this file. Standard library only."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
# Many checkouts may share their environments, and uv (see bin/environment).
ENVIRONMENTS = Path(os.environ.get("PLINTH_ENVIRONMENTS") or ROOT / ".envs")  # noqa: TID251
UV = ENVIRONMENTS / "uv" / "bin" / "uv"
BUILD_CONSTRAINTS = REQUIREMENTS / "build.txt"


@dataclass(frozen=True)
class Package:
    """One package of the workspace."""

    name: str
    folder: Path

    @property
    def distribution(self) -> str:
        """Its name in metadata."""
        return f"plinth-{self.name}"

    @property
    def lock(self) -> Path:
        """The file that pins what it needs."""
        return REQUIREMENTS / f"{self.name}.txt"

    @property
    def dependencies(self) -> tuple[str, ...]:
        """What its pyproject.toml declares, as written there."""
        text = (self.folder / "pyproject.toml").read_text(encoding="utf-8")
        return tuple(tomllib.loads(text)["project"]["dependencies"])

    def local_packages(self) -> tuple["Package", ...]:
        """The packages of ours that it declares; each package declares all that it needs."""
        return tuple(
            PACKAGES[line.removeprefix("plinth-")]
            for line in self.dependencies
            if line.startswith("plinth-")
        )


PACKAGES = {
    folder.name: Package(folder.name, folder)
    for folder in (
        *(
            ROOT / "libs" / name
            for name in ("features", "artifacts", "scoring", "pages", "walls", "samples", "judging")
        ),
        *(ROOT / "services" / name for name in ("training", "gate", "inference", "delivery")),
        ROOT / "rehearsal",
    )
}


class CommandFailed(Exception):
    """A command of ours ended with an error; its own words are on stderr."""


# Of pip's own settings those that say where packages come from; none that says what or where to.
PIP_SETTINGS = frozenset(
    f"PIP_{name}"
    for name in (
        *("CACHE_DIR", "CERT", "CLIENT_CERT", "CONFIG_FILE", "DEFAULT_TIMEOUT", "EXTRA_INDEX_URL"),
        *("FIND_LINKS", "INDEX_URL", "KEYRING_PROVIDER", "NO_CACHE_DIR", "NO_INDEX", "PROXY"),
        *("RETRIES", "TIMEOUT", "TRUSTED_HOST"),
    )
)


def clean_environment() -> dict[str, str]:
    """This process's environment without what would change what is imported or installed where."""
    inherited = os.environ.items()  # noqa: TID251 - a child's environment is its parent's
    kept = {
        name: value
        for name, value in inherited
        if not name.startswith(("PYTHON", "PIP_")) or name in PIP_SETTINGS
    }
    return {**kept, "PIP_USER": "0"}  # a configuration file may say otherwise


def run(*command: str | Path, environment: dict[str, str] | None = None) -> None:
    """Runs a command in the checkout's root.

    Raises:
        CommandFailed: when its exit code is not 0.
    """
    words = [str(word) for word in command]
    environment = clean_environment() if environment is None else environment
    if subprocess.run(words, cwd=ROOT, env=environment, check=False).returncode != 0:
        raise CommandFailed(" ".join(words))


def uv(*arguments: str | Path, offline: bool = False) -> None:
    """Runs uv as this machine is set up, quietly unless something fails.

    Raises:
        CommandFailed: when uv fails.
    """
    flags = ["--no-progress", *(["--quiet", "--offline"] if offline else ["--quiet"])]
    run(UV, *flags, *arguments, environment=uv_environment())


def uv_from_cache_or_registry(*arguments: str | Path) -> None:
    """Runs uv without network if its cache has everything, and with it if not.

    Raises:
        CommandFailed: when uv fails with network too.
    """
    try:
        uv("--quiet", *arguments, offline=True)  # quiet twice: it says nothing at all
    except CommandFailed:
        uv(*arguments)


def uv_environment() -> dict[str, str]:
    """This process's environment, with the registry that pip is set up for: uv doesn't read it."""
    variables = {
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_LINK_MODE": "hardlink",
        **clean_environment(),
    }
    if lent := variables.get("PLINTH_UV_CACHE"):
        variables.setdefault("UV_CACHE_DIR", str(_cache_over(Path(lent))))
    settings = _pip_settings()
    for pip_name, uv_name in (("index-url", "UV_DEFAULT_INDEX"), ("cert", "SSL_CERT_FILE")):
        if pip_name in settings:
            variables.setdefault(uv_name, settings[pip_name])
    return variables


def _cache_over(lent: Path) -> Path:
    """The cache that uv works with: the lent one, or one over it where that can only be read.

    uv writes to its cache whatever it does, so it gets one of links to the lent packages.
    """
    if os.access(lent, os.W_OK) or not lent.is_dir():
        return lent
    place = Path.home() / ".cache" / "uv"  # where uv looks by itself, whoever starts it
    if not place.is_dir():
        draft = place.with_name(f"uv.{os.getpid()}")
        with suppress(shutil.Error):  # somebody else's uv may work in it: what is gone is not taken
            shutil.copytree(
                lent, draft, symlinks=True, copy_function=_link_or_copy,
                ignore=shutil.ignore_patterns(".lock", ".tmp*", "builds-*"),
            )  # fmt: skip
        draft.rename(place)
    return place


def _link_or_copy(source: str, target: str) -> None:
    if "/archive-" in source:  # an unpacked package, of many files that never change
        Path(target).symlink_to(source)
    else:
        shutil.copyfile(source, target)


def _pip_settings() -> dict[str, str]:
    """Pip's settings by bare name: global.index-url and :env:.index-url are both index-url."""
    words = [sys.executable, "-I", "-m", "pip", "config", "list"]
    listing = subprocess.run(
        words, capture_output=True, text=True, check=False, env=clean_environment()
    ).stdout
    pairs = (line.partition("=") for line in listing.splitlines() if "=" in line)
    return {key.rpartition(".")[2]: str(ast.literal_eval(value)) for key, _, value in pairs}


def uv_options(lock: Path) -> Sequence[str | Path]:
    """How a lock is installed: by hash, and what must be built is built with pinned tools."""
    return ("--require-hashes", "--build-constraints", BUILD_CONSTRAINTS, lock)
