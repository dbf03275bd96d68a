"""What an image is made of, what is in it, what forbids it, and the bill of its materials.

Nothing here reads an image: oci_layout.py does.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from email.policy import compat32
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, Final, Literal

from artifacts.code import INFERENCE_CODE
from artifacts.digests import canonical_json, hex_part
from artifacts.records.release import Payload
from artifacts.refusal import Refusal
from artifacts.text import plain

Service = Literal["inference", "training", "delivery"]
Base = Literal["runtime", "tools"]
RECIPES: Final = "infra/images"
BASE_FILE: Final = f"{RECIPES}/base.env"
PLACE: Final = "opt/plinth"
COMPILERS: Final = frozenset({"as", "c++", "c99", "cc", "clang", "cpp", "g++", "gcc", "ld", "make"})
FOREIGN: Final = frozenset(
    {"dvc", "hypothesis", "joblib", "mlflow", "mypy", "onnx", "optuna", "pytest", "ruff"}
    | {"scikit-learn", "scipy", "skl2onnx", "sqlalchemy"}
)
"""Of training and of tests: no business of the image that answers strangers."""
FORBIDDEN: Final = "CRITICAL"
"""The severity of findings that forbid an image."""
SPECIFICATION: Final = "1.6"
"""Of CycloneDX: ECMA-424."""
_INDEX = re.compile(r"\b(?:PIP|UV)_\w*(?:INDEX|URL|LINKS)|--(?:extra-|default-)?index|/simple\b")
_PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?P<marker>\s*;)?")
# Not what a package brings along inside of itself: no lock names that.
_SITE = re.compile(rf"{PLACE}/env/lib/python3\.\d+/site-packages")
_USER = re.compile(r"[1-9]\d*:[1-9]\d*")
_MOST, _MOST_FINDINGS, _LONGEST_LICENCE = 5, 20, 120


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


def _tool(service: Service, libraries: Iterable[str], *from_source: str) -> Recipe:
    sources = (f"libs/{name}/src" for name in libraries)
    code = (*sources, f"services/{service}/src", f"requirements/{service}.txt")
    return Recipe(service, code, "tools", from_source)


RECIPE_OF: Final = MappingProxyType(
    {
        "inference": Recipe("inference", INFERENCE_CODE, "runtime"),
        "training": _tool(
            "training", ("artifacts", "features", "pages", "scoring"), "antlr4-python3-runtime"
        ),
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


def champion_of(payload: Payload) -> str | Refusal:
    """Return the digest of the model that an image holds: one champion of one model."""
    if len(payload.models) != 1:
        names = ", ".join(sorted(payload.models))
        return Refusal(f"the payload has several models ({names}): an image serves one")
    (name, entries), *_ = payload.models.items()
    roles = sorted(entry.role for entry in entries)
    if roles != ["champion"]:
        return Refusal(
            f"{name} is released as {', '.join(roles) or 'nothing'}: an image serves exactly one "
            "champion, and neither shares nor mirrors traffic"
        )
    return entries[0].digest


@dataclass(frozen=True)
class Layer:
    """A layer by its digest; sizes in bytes, as it is stored and unpacked."""

    digest: str
    stored: int
    unpacked: int


@dataclass(frozen=True)
class Package:
    """An installed package; `listing` is the digest of its list of installed files."""

    kind: Literal["pypi", "deb"]
    name: str
    version: str
    licence: str | None
    listing: str | None
    place: str


@dataclass(frozen=True)
class ImageContents:
    """An image, read from its layers.

    Attributes:
        image: digest of its manifest.
        layers: from the base upwards.
        user: who its program runs as.
        words: all that its configuration says: variables, labels, the history of its making.
        labels: the labels alone.
        packages: what pip and Debian installed.
        programs: paths of what lies in a folder for programs.
        writable: files and folders, except for /tmp, that everybody may write to.
        privileged: programs that run as somebody else than who starts them.
        files: digests of Plinth's own files by their path below its folder; no bytecode.
    """

    image: str
    layers: tuple[Layer, ...]
    user: str
    words: tuple[str, ...]
    labels: Mapping[str, str]
    packages: tuple[Package, ...]
    programs: tuple[str, ...]
    writable: tuple[str, ...]
    privileged: tuple[str, ...]
    files: Mapping[str, str]

    @property
    def size(self) -> int:
        """Bytes of all layers, unpacked."""
        return sum(layer.unpacked for layer in self.layers)


def python_package(metadata: str, listing: str | None, place: str) -> Package:
    """Return the package that a METADATA file describes; its name is empty where it has none."""
    headers = HeaderParser(policy=compat32).parsestr(metadata, headersonly=True)
    written = str(headers.get("License-Expression") or headers.get("License") or "")
    licence = written.strip().partition("\n")[0]  # some put the whole text there
    if licence in {"", "UNKNOWN"}:
        classifiers = [str(text) for text in headers.get_all("Classifier", [])]
        named = (text for text in classifiers if text.startswith("License :: "))
        licence = " OR ".join(text.rpartition(" :: ")[2] for text in named)
    name, version = str(headers.get("Name") or ""), str(headers.get("Version") or "")
    return Package("pypi", name, version, licence or None, listing, place)


def debian_packages(status: str, place: str) -> Iterator[Package]:
    """Yield the installed packages of a dpkg status file."""
    for paragraph in status.split("\n\n"):
        headers = HeaderParser(policy=compat32).parsestr(paragraph, headersonly=True)
        if str(headers.get("Status", "")).endswith(" installed"):
            name, version = str(headers.get("Package")), str(headers.get("Version"))
            yield Package("deb", name, version, None, None, place)


def objections(
    contents: ImageContents, service: Service, lock: str, wanted: Mapping[str, str]
) -> tuple[str, ...]:
    """Return all that forbids an image.

    `lock` is the text that names its packages, `wanted` the digests of the files of ours that it
    was made of.
    """
    found = []
    if not _USER.fullmatch(contents.user):
        user = contents.user or "root"
        found.append(f"it runs as {user}: name a user and a group by number, not 0")
    if contents.writable:
        where = _few(contents.writable)
        found.append(f"everybody may write to {where}: only /tmp is for that")
    if contents.privileged:
        found.append(f"programs run as another user: {_few(contents.privileged)}")
    indexes = filter(None, map(_INDEX.search, contents.words))
    found.extend(f"its configuration speaks of a package index: {each[0]}" for each in indexes)
    paths = contents.files.keys() | wanted.keys()
    if differing := sorted(p for p in paths if contents.files.get(p) != wanted.get(p)):
        found.append(f"these files aren't those that it was made of: {_few(differing)}")
    found.extend(_package_objections(contents, service, lock))
    if service == "inference":
        compilers = [p for p in contents.programs if PurePosixPath(p).name in COMPILERS]
        if compilers:
            found.append(f"there is a compiler: {_few(compilers)}")
    return tuple(found)


def _package_objections(contents: ImageContents, service: Service, lock: str) -> Iterator[str]:
    python = [package for package in contents.packages if package.kind == "pypi"]
    installed = {
        f"{normal(package.name)}=={package.version}"
        for package in python
        if _SITE.fullmatch(package.place)
    }
    locked = dict(pins_of(lock))
    if extra := sorted(installed - locked.keys()):
        yield f"packages that the lock doesn't name: {_few(extra)}"
    if missing := sorted({pin for pin, needed in locked.items() if needed} - installed):
        yield f"packages of the lock that aren't there: {_few(missing)}"
    foreign = sorted({normal(package.name) for package in python} & FOREIGN)
    if foreign and service == "inference":
        yield f"packages of training or tests: {_few(foreign)}"


def pins_of(lock: str) -> Iterator[tuple[str, bool]]:
    """Yield what a lock names as `name==version`, and whether every machine needs it."""
    for line in lock.splitlines():
        if match := _PINNED.match(line):
            yield f"{normal(match['name'])}=={match['version']}", match["marker"] is None


def normal(name: str) -> str:
    """Return a package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _few(items: Iterable[str], most: int = _MOST) -> str:
    listed = list(items)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


@dataclass(frozen=True)
class Finding:
    """A known vulnerability of something in an image."""

    name: str
    severity: str
    package: str = ""


@dataclass(frozen=True)
class Scan:
    """How far a registry's scan is, in the registry's own words, and what it found so far."""

    state: Literal["complete", "running", "failed", "missing"]
    said: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Clean:
    """A scan without a critical finding: how many there are of each severity."""

    image: str
    counts: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {severity}" for severity, count in self.counts)
        return f"{self.image}: nothing critical; {counts or 'no findings'}"


@dataclass(frozen=True)
class Undecided:
    """Why nobody can tell yet."""

    reason: str


def judge_scan(image: str, scan: Scan) -> Clean | Refusal | Undecided | None:
    """Return what a scan says of an image, or None while it runs. Without one it is undecided."""
    if scan.state == "running":
        return None
    if scan.state != "complete":
        return Undecided(f"the scan of {image} is {scan.state}: {plain(scan.said)}")
    critical = {
        plain(f"{found.name} ({found.package})" if found.package else found.name)
        for found in scan.findings
        if found.severity == FORBIDDEN
    }
    if critical:
        return Refusal(f"critical findings in {image}: {_few(sorted(critical), _MOST_FINDINGS)}")
    counts = Counter(found.severity for found in scan.findings)
    return Clean(image, tuple(sorted(counts.items())))


def bill_of_materials(
    contents: ImageContents, service: Service, code: str, models: Iterable[str]
) -> bytes:
    """Return the bill of an image as CycloneDX JSON: packages, code and models, with digests.

    It lists what is in the image, not what a lock names, and has neither a time nor a serial
    number: the same image gives the same bytes.
    """
    own = {
        **_digested("application", "code", f"plinth-{service}", code),
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "description": "Sources and lock; the hash is that of the canonical list of their digests",
    }
    described = "A signed artifact; the hash is that of its canonical manifest"
    held = [
        {**_digested("machine-learning-model", "model", "model", model), "description": described}
        for model in models
    ]
    layers = [
        {"name": f"plinth:layer:{number}", "value": f"{layer.digest} {layer.unpacked} bytes"}
        for number, layer in enumerate(contents.layers)
    ]
    image = _digested("container", "image", f"plinth/{service}", contents.image)
    components = [*map(_component, contents.packages), own, *held]
    return canonical_json(
        {
            "bomFormat": "CycloneDX",
            "specVersion": SPECIFICATION,
            "version": 1,
            "metadata": {"component": {**image, "properties": layers}},
            "components": sorted(components, key=lambda part: str(part["bom-ref"])),
        }
    )


def _digested(kind: str, prefix: str, name: str, digest: str) -> dict[str, Any]:
    return {
        "type": kind,
        "bom-ref": f"{prefix}:{digest}",
        "name": name,
        "version": digest,
        "hashes": [{"alg": "SHA-256", "content": hex_part(digest)}],
    }


def _component(package: Package) -> dict[str, Any]:
    name = normal(package.name) if package.kind == "pypi" else package.name
    kind = "pypi" if package.kind == "pypi" else "deb/debian"
    url = f"pkg:{kind}/{_quoted(name)}@{_quoted(package.version)}"
    part: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"{url}#{package.place}",
        "name": name,
        "version": package.version,
        "purl": url,
    }
    if package.licence:
        part["licenses"] = [{"license": {"name": package.licence[:_LONGEST_LICENCE]}}]
    if package.listing:
        # Of the list of all installed files with their hashes: the wheel itself is not in an image.
        part["properties"] = [{"name": "plinth:installed-files", "value": package.listing}]
    return part


def _quoted(text: str) -> str:
    """Return text as a package URL may hold it."""
    return re.sub(rb"[^\w.~-]", lambda byte: b"%%%02X" % byte[0][0], text.encode()).decode()
