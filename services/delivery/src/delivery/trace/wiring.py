"""Builds what traces a prediction, and what verifies a clone's history."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from artifacts.errors import SignatureRefused
from artifacts.present_keys import model_store
from artifacts.ssh_keygen import SshVerifier
from delivery.changes.gather_change import GatherChange
from delivery.clock import now
from delivery.errors import AuditBroken, AuditUnavailable, CommitUnknown
from delivery.git.repository import GitRepository
from delivery.settings import Settings
from delivery.trace.sources import PredictionFiles
from delivery.trace.trace import TracePrediction
from delivery.trace.verify_history import KnownLog, VerifyHistory
from delivery.trail.audit_chain import Chain, PublishedHead, read_chain
from delivery.trail.audit_heads import MAINS, PublishedHeads
from delivery.trail.audit_log import LOG
from delivery.trail.wiring import make_audit_log

SIGNERS: Final = "policies/keys/delivery.signers"


@dataclass(frozen=True)
class History:
    """A clone's history: main's tip, what replays it, and what is known of its audit log."""

    tip: str
    replay: VerifyHistory
    heads: Sequence[PublishedHead]
    chain: Chain | None


@contextmanager
def opened_history(clone: Path, audit: Path | None) -> Iterator[History]:
    """Open a clone's main, its published heads and a folder that has a copy of the log.

    Delivery's keys are those that main has. Raises CommitUnknown without a main, AuditBroken where
    the copy of the log is not as it was written.
    """
    repository = GitRepository(clone)
    tip = _main(repository)
    with TemporaryDirectory(prefix="plinth-") as private:
        signers = Path(private) / "delivery.signers"
        signers.write_bytes(repository.file(tip, SIGNERS) or b"")
        verifier = SshVerifier(signers, "delivery", "plinth-audit")
        chain = _chain(audit / LOG, verifier) if audit else None
        log = tuple(link.entry for link in chain.links) if chain else None
        gather = GatherChange(repository, KnownLog(log or ()), now)
        heads = PublishedHeads(clone, verifier).read(full=True)
        yield History(tip, VerifyHistory(repository, gather, log), heads, chain)


def _main(repository: GitRepository) -> str:
    for name in MAINS[:2]:
        try:
            return repository.commit(name)
        except CommitUnknown:
            continue
    raise CommitUnknown("main")


def _chain(file: Path, verifier: SshVerifier) -> Chain:
    try:
        chain = read_chain(file.read_bytes(), str(file))
    except OSError as exc:
        raise AuditUnavailable(str(file), str(exc)) from exc
    for number, link in enumerate(chain.links, start=1):
        try:
            verifier.verify(link.signed, link.signature.encode(), link.entry.at)
        except SignatureRefused as exc:
            reason = f"its signature is refused: {exc.reason}"
            raise AuditBroken(f"{file}, line {number}", reason) from exc
    return chain


def make_trace(settings: Settings, folders: Sequence[Path]) -> TracePrediction:
    """Build what traces a prediction; without folders it searches the host's prediction logs."""
    return TracePrediction(
        predictions=PredictionFiles(folders or _predictions_of_host(settings)),
        audit=make_audit_log(settings),
        repository=GitRepository(settings.root),
        store=model_store(settings.model_store, settings.public_key),
    )


def _predictions_of_host(settings: Settings) -> tuple[Path, ...]:
    host = settings.needed("host")
    return tuple(host / environment / "predictions" for environment in ("staging", "production"))
