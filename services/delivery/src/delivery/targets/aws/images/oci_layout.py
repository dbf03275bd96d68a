"""Reads an image in an OCI layout (image-spec 1.1): every byte of it, each against its digest."""

import gzip
import hashlib
import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from artifacts.digests import digest_bytes, hex_part
from delivery.targets.aws.aws_errors import ImageUnreadable
from delivery.targets.aws.images.contents import PLACE, ImageContents, Layer, Package
from delivery.targets.aws.images.packages import debian_packages, python_package

MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
_WHITEOUT, _OPAQUE = ".wh.", ".wh..wh..opq"
_PROGRAMS = {"bin", "sbin"}
_LIMIT_BYTES = 64 << 20
_DPKG = "var/lib/dpkg/status"
_OURS = f"{PLACE}/"
_OWN = tuple(f"{_OURS}{name}" for name in ("code/", "model/", "public-key.pem"))
_ANYBODY, _AS_ANOTHER = 0o002, 0o6000


@dataclass
class _Tree:
    """What the layers add up to, as far as anybody asks."""

    modes: dict[str, int] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def remove(self, path: str, *, itself: bool) -> None:
        """Forget what is below a path, and the path itself where that is meant."""
        kept: dict[str, Any]
        for kept in (self.modes, self.texts, self.digests):
            below = [name for name in kept if name.startswith(f"{path}/")]
            for name in (*below, *([path] if itself else [])):
                kept.pop(name, None)

    def cover(self, upper: "_Tree") -> None:
        """Put a layer upon this."""
        self.modes.update(upper.modes)
        self.texts.update(upper.texts)
        self.digests.update(upper.digests)


class OciLayouts:
    """Folders that hold one image each."""

    def read(self, layout: Path) -> ImageContents:
        """Return what is in the image of a layout; ImageUnreadable."""
        try:
            return _read(layout)
        except (OSError, EOFError, KeyError, ValueError, TypeError, tarfile.TarError) as exc:
            raise ImageUnreadable(layout, f"it holds no sound image: {exc!r}") from exc


def manifest_of(layout: Path) -> tuple[str, bytes]:
    """Return the digest and the bytes of the only image's manifest; ImageUnreadable."""
    try:
        index = json.loads((layout / "index.json").read_bytes())
        (entry,) = (found for found in index["manifests"] if found["mediaType"] == MANIFEST)
        return str(entry["digest"]), _blob(layout, str(entry["digest"]))
    except (OSError, KeyError, ValueError, TypeError) as exc:
        raise ImageUnreadable(layout, f"it holds no image: {exc!r}") from exc


def blob_path(layout: Path, digest: str) -> Path:
    """Return where a layout keeps the bytes of a digest."""
    return layout / "blobs" / "sha256" / hex_part(digest)


def _blob(layout: Path, digest: str) -> bytes:
    data = blob_path(layout, digest).read_bytes()
    if digest_bytes(data) != digest:
        raise ValueError(f"the bytes of {digest} are others")
    return data


def _read(layout: Path) -> ImageContents:
    image, text = manifest_of(layout)
    manifest = json.loads(text)
    config = json.loads(_blob(layout, manifest["config"]["digest"]))
    tree = _Tree()
    layers = tuple(_layer(layout, entry, tree) for entry in manifest["layers"])
    said = config.get("config", {})
    labels = said.get("Labels") or {}
    return ImageContents(
        image=image,
        config=manifest["config"]["digest"],
        layers=layers,
        user=said.get("User", ""),
        words=tuple(_words(config, labels)),
        labels=labels,
        packages=tuple(_packages(tree)),
        programs=tuple(sorted(p for p in tree.modes if PurePosixPath(p).parent.name in _PROGRAMS)),
        writable=tuple(sorted(p for p, mode in tree.modes.items() if mode & _ANYBODY)),
        privileged=tuple(sorted(p for p, mode in tree.modes.items() if mode & _AS_ANOTHER)),
        files={path.removeprefix(_OURS): digest for path, digest in tree.digests.items()},
    )


def _words(config: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[str]:
    yield from config.get("config", {}).get("Env") or ()
    yield from (f"{name}={value}" for name, value in labels.items())
    yield from (str(step.get("created_by", "")) for step in config.get("history") or ())


class _Hashed:
    """A stream whose bytes are counted and hashed while they are read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._hash.update(data)
        return data

    def finish(self) -> str:
        while self.read(1 << 20):
            pass
        return f"sha256:{self._hash.hexdigest()}"


def _layer(layout: Path, entry: Mapping[str, Any], tree: _Tree) -> Layer:
    digest, unpacked, upper = str(entry["digest"]), 0, _Tree()
    path = blob_path(layout, digest)
    with path.open("rb") as file:
        stored = _Hashed(file)
        # Both read through the hash, so that no byte of a layer is read that isn't its digest's.
        packed = str(entry["mediaType"]).endswith("gzip")
        stream: Any = gzip.GzipFile(fileobj=stored) if packed else stored  # type: ignore[call-overload]
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                unpacked += member.size
                _add(archive, member, tree, upper)
        if stored.finish() != digest:
            raise ValueError(f"the bytes of layer {digest} are others")
    tree.cover(upper)
    return Layer(digest, path.stat().st_size, unpacked)


def _add(archive: tarfile.TarFile, member: tarfile.TarInfo, lower: _Tree, upper: _Tree) -> None:
    path = PurePosixPath("/", member.name).relative_to("/").as_posix()
    folder, name = str(PurePosixPath(path).parent), PurePosixPath(path).name
    if name == _OPAQUE:
        lower.remove(folder, itself=False)
    elif name.startswith(_WHITEOUT):
        lower.remove(str(PurePosixPath(folder, name.removeprefix(_WHITEOUT))), itself=True)
    elif member.isfile() or member.islnk():
        upper.modes[path] = member.mode
        _keep(archive, member, path, upper)
    elif member.isdir():
        # A sticky folder of everybody is /tmp's kind; any other place like it counts.
        upper.modes[path] = 0 if path == "tmp" else member.mode & ~_AS_ANOTHER


def _keep(archive: tarfile.TarFile, member: tarfile.TarInfo, path: str, tree: _Tree) -> None:
    listed = path.endswith((".dist-info/METADATA", ".dist-info/RECORD"))
    own = path.startswith(_OWN) and not path.endswith(".pyc")
    if not (listed or own or path == _DPKG):
        return
    if member.islnk():
        raise ValueError(f"{path} is a second name of {member.linkname}: its bytes aren't here")
    stream: Any = archive.extractfile(member)
    if own:
        tree.digests[path] = f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"
    elif member.size > _LIMIT_BYTES:
        raise ValueError(f"{path} has {member.size} bytes, and is only a list")
    else:
        tree.texts[path] = stream.read()


def _packages(tree: _Tree) -> Iterator[Package]:
    for path, data in sorted(tree.texts.items()):
        folder = PurePosixPath(path).parent
        if path == _DPKG:
            yield from debian_packages(data.decode(errors="replace"), "dpkg")
        elif path.endswith("/METADATA"):
            record = tree.texts.get(str(folder / "RECORD"))
            listing = digest_bytes(record) if record is not None else None
            text = data.decode(errors="replace")
            yield python_package(text, listing, str(folder.parent))
