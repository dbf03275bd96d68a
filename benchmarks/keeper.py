"""What the keeper costs: a signature and an entry of the log, beside the same with files."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from artifacts.keeper import KeeperSigner
from artifacts.records.audit import AuditEvent
from artifacts.records.keeper import KeyName
from artifacts.ssh_keygen import SshSigner, SshVerifier, create_statement_key
from benchmarks.measure import Verdict, at_most, interleave, seconds_of
from delivery.trail.audit_log import HEAD, LOG, FileAuditLog, KeptAuditLog
from delivery.trail.keeper_server import Held, keeper_at

ROUNDS, ENTRIES, BYTES, LIMIT = 20, 500, 200_000, 2.0
EVENT = AuditEvent(event="judgement", outcome="allowed", actor="a benchmark", reason="x" * 300)


def run() -> list[Verdict]:
    """Measure signing and appending both ways, over a log of 500 entries."""
    with TemporaryDirectory(prefix="plinth-") as name:
        folder, verdicts = Path(name), []
        files = _log(folder)
        for _ in range(ENTRIES):
            files.append(EVENT)
        place, data = folder / "run/keeper.sock", os.urandom(BYTES)
        key = folder / "keys/delivery"
        kept = KeptAuditLog(files, folder / "audit" / LOG, place)
        signs = {
            "file": lambda: SshSigner(key, "git").sign(data),
            "keeper": lambda: KeeperSigner(place, "delivery", "git").sign(data),
        }
        appends = {"file": lambda: files.append(EVENT), "keeper": lambda: kept.append(EVENT)}
        with _running(folder, place, files):
            for what, sides in (("signature", signs), ("entry", appends)):
                took = interleave(ROUNDS, {n: partial(seconds_of, w) for n, w in sides.items()})
                ratio = median(k / f for f, k in zip(took["file"], took["keeper"], strict=True))
                shown = {name: f"{1000 * median(seconds):.1f} ms" for name, seconds in took.items()}
                print(f"  {what}: {shown['file']} with files, {shown['keeper']} with the keeper")
                verdicts.append(at_most(f"{what}: the keeper over files", ratio, LIMIT, " times"))
    return verdicts


def _log(folder: Path) -> FileAuditLog:
    (folder / "run").mkdir()
    key, signers = folder / "keys/delivery", folder / "keys/delivery.signers"
    create_statement_key(key, signers, "delivery", ("plinth-audit", "git"))
    return FileAuditLog(
        folder / "audit",
        folder / "audit-head",
        SshSigner(key, "plinth-audit"),
        SshVerifier(signers, "delivery", "plinth-audit"),
        lambda: datetime.now(UTC),  # noqa: TID251 - a benchmark has its own clock
    )


@contextmanager
def _running(folder: Path, place: Path, log: FileAuditLog) -> Iterator[None]:
    files = (folder / "audit" / LOG, folder / "audit-head" / HEAD)
    keys: dict[KeyName, Path] = {"delivery": folder / "keys/delivery"}
    held = Held(keys, log, *files, frozenset({os.geteuid()}))
    with keeper_at(place, held, lambda _: None) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
