"""Verifiers of statements for whom a missing file of signers is no fault of the statement's."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from artifacts.errors import UnreadableRecord
from artifacts.statements import Namespace, SshVerifier


@dataclass(frozen=True)
class PresentSigners:
    """Verifies against a file of allowed signers, which must be there."""

    signers: Path
    principal: str
    namespace: Namespace

    def verify(self, data: bytes, signature: bytes, at: datetime | None = None) -> None:
        """Return if the signature holds; SignatureRefused, or UnreadableRecord without the file."""
        if not self.signers.is_file():
            problem = f"there is no such file of allowed signers: {self.principal}'s key is unknown"
            raise UnreadableRecord(str(self.signers), (problem,))
        SshVerifier(self.signers, self.principal, self.namespace).verify(data, signature, at)
