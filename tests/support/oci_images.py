"""Small images, written by hand as OCI layouts."""

import gzip
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from artifacts.digests import digest_bytes, hex_part
from delivery.targets.aws.images.oci_layout import MANIFEST

Entries = Mapping[str, tuple[int, bytes | None]]
"""Path: mode and bytes; None makes a folder."""


def tar_of(entries: Entries) -> bytes:
    """Return a tar file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, (mode, data) in entries.items():
            info = tarfile.TarInfo(name)
            info.mode = mode
            info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
            info.size = len(data or b"")
            archive.addfile(info, io.BytesIO(data or b""))
    return out.getvalue()


def write_image(
    folder: Path, layers: Sequence[Entries | bytes], said: Mapping[str, object] | None = None
) -> str:
    """Write a layout and return the image's digest. The second and later layers are compressed."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    parts = []
    for number, entries in enumerate(layers):
        data = entries if isinstance(entries, bytes) else tar_of(entries)
        kind = "application/vnd.oci.image.layer.v1.tar"
        if number:
            data, kind = gzip.compress(data, mtime=0), f"{kind}+gzip"
        parts.append(_keep(blobs, data, kind))
    text = json.dumps({"config": dict(said or {}), "history": [{"created_by": "a step"}]}).encode()
    config = _keep(blobs, text, "application/vnd.oci.image.config.v1+json")
    body = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": parts}
    manifest = _keep(blobs, json.dumps(body).encode(), MANIFEST)
    index = {"schemaVersion": 2, "manifests": [manifest]}
    (folder / "index.json").write_text(json.dumps(index))
    return str(manifest["digest"])


def _keep(blobs: Path, data: bytes, kind: str) -> dict[str, object]:
    digest = digest_bytes(data)
    (blobs / hex_part(digest)).write_bytes(data)
    return {"mediaType": kind, "digest": digest, "size": len(data)}
