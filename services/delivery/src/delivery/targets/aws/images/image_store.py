"""Images in folders <root>/<hexadecimal key>/.

Each has image.json, image.json.sig, sbom.cdx.json and layout/.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from artifacts.digests import digest_file, hex_part
from artifacts.locks import lock_file, take
from artifacts.records.image import ImageRecord
from artifacts.statements import StatementSigner, StatementVerifier, read_signed, write_signed
from delivery.targets.aws.aws_errors import Busy, ImageUnreadable
from delivery.targets.aws.images.oci_layout import manifest_of

RECORD, BILL, LAYOUT = "image.json", "sbom.cdx.json", "layout"
_LOCK_SECONDS = 1800.0


class FolderImages:
    """A folder of images, and the key that signs what is said of them."""

    def __init__(self, root: Path, signer: StatementSigner, verifier: StatementVerifier) -> None:
        self._root = root
        self._signer = signer
        self._verifier = verifier

    @contextmanager
    def building(self) -> Iterator[None]:
        """Hold the folder's lock, which ends with this process; Busy after half an hour."""
        with lock_file(self._root / "lock") as lock:
            if not take(lock, _LOCK_SECONDS):
                raise Busy(_LOCK_SECONDS)
            yield

    def find(self, key: str) -> ImageRecord | None:
        """Return the signed record of what was built of a key, or None."""
        folder = self._folder(key)
        if not folder.is_dir():
            return None
        record = read_signed(ImageRecord, folder / RECORD, self._verifier)
        if key not in {record.payload, record.code}:
            raise ImageUnreadable(folder, f"its record is of {record.payload or record.code}")
        bill = folder / BILL
        if not bill.is_file() or digest_file(bill) != record.sbom:
            raise ImageUnreadable(folder, f"{BILL} isn't the record's")
        if manifest_of(folder / LAYOUT)[0] != record.image:
            raise ImageUnreadable(folder, f"{LAYOUT} isn't the record's image")
        return record

    def draft(self, key: str) -> Path:
        """Return an empty folder; what a killed build left in its place is removed."""
        draft = self._root / f".draft-{hex_part(key)}"
        self.discard(draft)
        draft.mkdir(parents=True)
        return draft

    def layout(self, key: str) -> Path:
        """Return where the image itself lies."""
        return self._folder(key) / LAYOUT

    def keep(self, key: str, draft: Path, record: ImageRecord, bill: bytes) -> None:
        """Sign the record of a draft's layout, and put all of it where `find` finds it."""
        (draft / BILL).write_bytes(bill)
        write_signed(record, draft / RECORD, self._signer)
        draft.replace(self._folder(key))

    def discard(self, draft: Path) -> None:
        """Remove a draft."""
        shutil.rmtree(draft, ignore_errors=True)

    def _folder(self, key: str) -> Path:
        return self._root / hex_part(key)
