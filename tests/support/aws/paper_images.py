"""Images that are made in a moment, for tests of what happens around them.

Record, signature, manifest and digest are as a build leaves them; the only layer is a text. What
runs is taken from a host's folder (task_containers.py). Real images are another test's.
"""

import json
from pathlib import Path

from support.oci_images import write_image

from artifacts.digests import digest_bytes, hex_part
from artifacts.records.image import ImageRecord
from artifacts.records.release import Payload
from artifacts.ssh_keygen import SshSigner
from artifacts.statements import write_signed


def keep_paper_image(images: Path, payload: Payload, key: Path) -> Payload:
    """Write the signed image of a payload into the folder of images; return the payload with it."""
    folder = images / hex_part(payload.contents)
    image = write_image(folder / "layout", [{"contents": (0o644, payload.contents.encode())}])
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
