"""Reads images in OCI layouts (image-spec 1.1), every byte against its digest, and writes them."""

import gzip
import hashlib
import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from artifacts.digests import digest_bytes, hex_part
from delivery.targets.aws.aws_errors import ImageUnreadable
from delivery.targets.aws.images.contents import (
    PLACE,
    ImageContents,
    Layer,
    Package,
    debian_packages,
    python_package,
)

MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
CONFIG: Final = "application/vnd.oci.image.config.v1+json"
LAYER: Final = "application/vnd.oci.image.layer.v1.tar"
_WHITEOUT, _OPAQUE = ".wh.", ".wh..wh..opq"
_LIMIT_BYTES = 64 << 20
_DPKG = "var/lib/dpkg/status"
_OWN = tuple(f"{PLACE}/{name}" for name in ("code/", "model/", "public-key.pem"))
_ANYBODY, _AS_ANOTHER = 0o002, 0o6000


@dataclass(frozen=True)
class _Entry:
    """A file or folder of an image, as far as anybody asks."""

    mode: int
    digest: str | None = None
    text: bytes | None = None


def read_layout(layout: Path) -> ImageContents:
    """Return what is in the image of a layout; ImageUnreadable."""
    image, text = manifest_of(layout)
    tree: dict[str, _Entry] = {}
    try:
        manifest = json.loads(text)
        config = json.loads(_blob(layout, manifest["config"]["digest"]))
        layers = tuple(_add_layer(layout, entry, tree) for entry in manifest["layers"])
        packages = tuple(_packages(tree))
    except (OSError, EOFError, KeyError, ValueError, TypeError, tarfile.TarError) as exc:
        raise ImageUnreadable(layout, f"it holds no sound image: {exc!r}") from exc
    said = config.get("config", {})
    labels = said.get("Labels") or {}
    steps = (str(step.get("created_by", "")) for step in config.get("history") or ())
    paths = sorted(tree)
    return ImageContents(
        image=image,
        layers=layers,
        user=said.get("User", ""),
        words=(*(said.get("Env") or ()), *(f"{k}={v}" for k, v in labels.items()), *steps),
        labels=labels,
        packages=packages,
        programs=tuple(p for p in paths if PurePosixPath(p).parent.name in {"bin", "sbin"}),
        writable=tuple(p for p in paths if tree[p].mode & _ANYBODY),
        privileged=tuple(p for p in paths if tree[p].mode & _AS_ANOTHER),
        files={p.removeprefix(f"{PLACE}/"): e.digest for p, e in tree.items() if e.digest},
    )


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


def write_blob(layout: Path, kind: str, data: bytes) -> dict[str, object]:
    """Keep bytes in a layout, and return the entry that refers to them."""
    digest = digest_bytes(data)
    path = blob_path(layout, digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return {"mediaType": kind, "digest": digest, "size": len(data)}


def write_manifest(
    layout: Path, config: Mapping[str, object], layers: Sequence[Mapping[str, object]]
) -> str:
    """Make an image of layers whose blobs are in a layout, and return its digest."""
    described = write_blob(layout, CONFIG, _json(config))
    head = {"schemaVersion": 2, "mediaType": MANIFEST, "config": described}
    manifest = write_blob(layout, MANIFEST, _json({**head, "layers": list(layers)}))
    index = {"schemaVersion": 2, "manifests": [manifest]}
    (layout / "index.json").write_bytes(_json(index))
    (layout / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))
    return str(manifest["digest"])


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _blob(layout: Path, digest: str) -> bytes:
    data = blob_path(layout, digest).read_bytes()
    if digest_bytes(data) != digest:
        raise ValueError(f"the bytes of {digest} are others")
    return data


class _Hashed:
    """A stream whose bytes are hashed while they are read."""

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


def _add_layer(layout: Path, entry: Mapping[str, Any], tree: dict[str, _Entry]) -> Layer:
    """Put a layer upon those below it: it adds, replaces, and removes by whiteouts."""
    digest, unpacked = str(entry["digest"]), 0
    upper: dict[str, _Entry] = {}
    path = blob_path(layout, digest)
    with path.open("rb") as file:
        stored = _Hashed(file)
        # Both read through the hash, so that no byte of a layer is read that isn't its digest's.
        packed = str(entry["mediaType"]).endswith("gzip")
        stream: Any = gzip.GzipFile(fileobj=stored) if packed else stored  # type: ignore[call-overload]
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                unpacked += member.size
                place = PurePosixPath("/", member.name).relative_to("/")
                name = place.as_posix()
                if place.name == _OPAQUE:
                    _remove(tree, f"{place.parent}/")
                elif place.name.startswith(_WHITEOUT):
                    hidden = str(place.with_name(place.name.removeprefix(_WHITEOUT)))
                    _remove(tree, f"{hidden}/")
                    tree.pop(hidden, None)
                elif member.isfile() or member.islnk():
                    upper[name] = _file(archive, member, name)
                elif member.isdir():
                    # A sticky folder of everybody is /tmp's kind; any other place like it counts.
                    upper[name] = _Entry(0 if name == "tmp" else member.mode & ~_AS_ANOTHER)
                else:  # a link or a device hides what lay there
                    _remove(tree, f"{name}/")
                    tree.pop(name, None)
        if stored.finish() != digest:
            raise ValueError(f"the bytes of layer {digest} are others")
    tree.update(upper)
    return Layer(digest, path.stat().st_size, unpacked)


def _remove(tree: dict[str, _Entry], below: str) -> None:
    for name in [name for name in tree if name.startswith(below)]:
        del tree[name]


def _file(archive: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> _Entry:
    listed = path == _DPKG or path.endswith((".dist-info/METADATA", ".dist-info/RECORD"))
    own = path.startswith(_OWN) and not path.endswith(".pyc")
    if not (listed or own):
        return _Entry(member.mode)
    if member.islnk():
        raise ValueError(f"{path} is a second name of {member.linkname}: its bytes aren't here")
    stream: Any = archive.extractfile(member)
    if own:
        digest = f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"
        return _Entry(member.mode, digest=digest)
    if member.size > _LIMIT_BYTES:
        raise ValueError(f"{path} has {member.size} bytes, and is only a list")
    return _Entry(member.mode, text=stream.read())


def _packages(tree: Mapping[str, _Entry]) -> Iterator[Package]:
    for path, entry in sorted(tree.items()):
        if entry.text is None:
            continue
        text, folder = entry.text.decode(errors="replace"), PurePosixPath(path).parent
        if path == _DPKG:
            yield from debian_packages(text, "dpkg")
        elif path.endswith("/METADATA"):
            record = tree.get(str(folder / "RECORD"))
            listing = digest_bytes(record.text) if record and record.text is not None else None
            yield python_package(text, listing, str(folder.parent))
