"""Images that are made in a moment, for tests of what happens around them.

Record, signature, manifest and digest are as a build leaves them; the only layer is a text. What
runs is taken from a host's folder (hosted_container.py). Real images are another test's.
"""

import gzip
import io
import json
import tarfile
from pathlib import Path

from artifacts.digests import digest_bytes, hex_part
from artifacts.records.image import ImageRecord
from artifacts.records.release import Payload
from artifacts.ssh_keygen import SshSigner
from artifacts.statements import write_signed

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def keep_paper_image(images: Path, payload: Payload, key: Path) -> Payload:
    """Write the signed image of a payload into the folder of images; return the payload with it."""
    folder = images / hex_part(payload.contents)
    folder.mkdir(parents=True)
    image = _layout(folder / "layout", payload.contents)
    bill = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6"}).encode()
    (folder / "sbom.cdx.json").write_bytes(bill)
    record = ImageRecord(
        service="inference",
        image=image,
        payload=payload.contents,
        models=tuple(m.digest for entries in payload.models.values() for m in entries),
        commit=payload.code.commit,
        code=payload.code.digest,
        base=digest_bytes(b"paper"),
        sbom=digest_bytes(bill),
        size=len(payload.contents),
        built_with="paper",
    )
    write_signed(record, folder / "image.json", SshSigner(key, "plinth-image"))
    return payload.model_copy(update={"image": image})


def _layout(folder: Path, text: str) -> str:
    layer = _layer(text)
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}}).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _entry(folder, CONFIG, config),
        "layers": [_entry(folder, LAYER, layer)],
    }
    entry = _entry(folder, MANIFEST, json.dumps(manifest).encode())
    index = {"schemaVersion": 2, "manifests": [entry]}
    (folder / "index.json").write_text(json.dumps(index))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return str(entry["digest"])


def _entry(folder: Path, kind: str, data: bytes) -> dict[str, object]:
    digest = digest_bytes(data)
    place = folder / "blobs/sha256" / hex_part(digest)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return {"mediaType": kind, "digest": digest, "size": len(data)}


def _layer(text: str) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        entry = tarfile.TarInfo("contents")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(written.getvalue(), mtime=0)
