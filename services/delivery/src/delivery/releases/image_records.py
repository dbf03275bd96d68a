"""The images that were built: signed records in a folder, by what they were built of."""

from dataclasses import dataclass
from pathlib import Path

from artifacts.digests import hex_part
from artifacts.errors import UnreadableRecord
from artifacts.records.image import ImageRecord
from artifacts.records.release import Payload
from artifacts.statements import SshVerifier, read_signed


@dataclass(frozen=True)
class ImageRecords:
    """Image records below `folder`, signed by what may build."""

    folder: Path
    verifier: SshVerifier

    def image_of(self, payload: Payload) -> str | None:
        """Return the digest of the image of code and models, or None where none was built.

        Raises UnreadableRecord, SignatureRefused.
        """
        file = self.folder / hex_part(payload.contents) / "image.json"
        if not file.exists():
            return None
        record = read_signed(ImageRecord, file, self.verifier)
        if record.payload != payload.contents:
            raise UnreadableRecord(str(file), (f"it is the image of payload {record.payload}",))
        return record.image
