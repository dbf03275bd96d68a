"""SSH signatures, checked by ssh-keygen against the very key that they name.

Whether that key counts, for whom and when, is decided by the people on main and the judge's clock:
ssh-keygen answers every refusal alike, and no reason could be given.
"""

import re
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from delivery.changes.signatures import MISSING, Signature, read_signature

NAMESPACE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
KEY: Final = re.compile(r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-\w+|sk-[a-z0-9@.-]+) [A-Za-z0-9+/=]+")
WHO: Final = "signer"


@dataclass(frozen=True)
class SshSignatures:
    """Checks signatures with OpenSSH's ssh-keygen."""

    def check(self, data: bytes, signature: bytes | None) -> Signature:
        """Return whose key signed bytes and for what; its `problem` says why it doesn't hold."""
        if not signature:
            return MISSING
        found = read_signature(signature)
        if found is None or not (NAMESPACE.fullmatch(found.namespace) and KEY.fullmatch(found.key)):
            return Signature("", "", "its signature can't be read")
        if _holds(data, signature, found):
            return found
        return replace(found, problem="its signature is not of these bytes: it was edited after it")


def _holds(data: bytes, signature: bytes, found: Signature) -> bool:
    with tempfile.TemporaryDirectory(prefix="plinth-") as private:
        allowed, beside = Path(private) / "allowed", Path(private) / "signature"
        allowed.write_text(f'{WHO} namespaces="{found.namespace}" {found.key}\n', encoding="ascii")
        beside.write_bytes(signature)
        words = ("-Y", "verify", "-f", str(allowed), "-I", WHO, "-n", found.namespace)
        done = subprocess.run(  # noqa: S603 - paths and words of ours
            ["ssh-keygen", *words, "-s", str(beside)],  # noqa: S607 - wherever OpenSSH is installed
            input=data,
            capture_output=True,
            check=False,
        )
    return done.returncode == 0
