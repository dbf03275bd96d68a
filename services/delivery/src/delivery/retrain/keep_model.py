"""Keep a candidate in the model store: the store is written by the judge's code alone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from artifacts.errors import SignatureRefused
from artifacts.folder import ModelArtifact
from artifacts.records.gate import GateReport
from artifacts.refusal import Refusal
from artifacts.statements import StatementVerifier, read_signed


@dataclass(frozen=True)
class KeepModel:
    """Keeping with what it believes: `put` keeps an artifact of the digest that is expected.

    The key of the gate must count by `clock`: one that was rotated out keeps nothing new.
    """

    gate: StatementVerifier
    put: Callable[[Path, str], ModelArtifact]
    folder: Callable[[str], Path]
    clock: Callable[[], datetime]

    def __call__(self, candidate: Path, report: Path) -> Path | Refusal:
        """Keep a candidate that the gate's signed report allows, and return where, or why not.

        Raises UnreadableRecord for the report; InvalidArtifact or SignatureRefused where the
        candidate is not whole, or not the one that the report is about.
        """
        try:
            found = read_signed(GateReport, report, self.gate, new_at=self.clock())
        except SignatureRefused as exc:
            return Refusal(str(exc))
        if found.decision != "allowed" or found.candidate is None:
            return Refusal(f"the gate's decision is {found.decision}")
        artifact = self.put(candidate, found.candidate)
        if artifact.manifest.name != found.model:
            return Refusal(f"the gate report is about {found.model}, not {artifact.manifest.name}")
        return self.folder(artifact.digest)
