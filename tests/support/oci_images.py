"""Small images, written by hand as OCI layouts."""

import gzip
import io
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from delivery.targets.aws.images.oci_layout import LAYER, write_blob, write_manifest

Entries = Mapping[str, tuple[int, bytes | None]]
"""Path: mode and bytes; None makes a folder."""


def tar_of(entries: Entries, links: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """Return a tar file; `links` are symbolic, by path, to what they name."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, (mode, data) in entries.items():
            info = tarfile.TarInfo(name)
            info.mode = mode
            info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
            info.size = len(data or b"")
            archive.addfile(info, io.BytesIO(data or b""))
        for name, target in links.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return out.getvalue()


def write_image(
    folder: Path, layers: Sequence[Entries | bytes], said: Mapping[str, object] | None = None
) -> str:
    """Write a layout and return the image's digest. The second and later layers are compressed."""
    parts = []
    for number, entries in enumerate(layers):
        data, kind = entries if isinstance(entries, bytes) else tar_of(entries), LAYER
        if number:
            data, kind = gzip.compress(data, mtime=0), f"{LAYER}+gzip"
        parts.append(write_blob(folder, kind, data))
    config = {"config": dict(said or {}), "history": [{"created_by": "a step"}]}
    return write_manifest(folder, config, parts)
