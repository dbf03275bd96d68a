"""The keeper's process: keys, the audit log and a socket. It loads no model and no pixel."""

import os
import pwd
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from artifacts.errors import SigningFailed
from artifacts.records.keeper import KeyName
from artifacts.statements import SshSigner
from delivery.clock import now
from delivery.errors import KeeperUnsafe
from delivery.settings import Settings
from delivery.trail.audit_log import HEAD, LOG, FileAuditLog
from delivery.trail.keeper_rules import NAMESPACES, unusable_peers
from delivery.trail.keeper_server import Held, keeper_at, require_safe
from delivery.trail.wiring import PresentSigners

_PATIENCE_SECONDS: Final = 10.0
"""A keeper has others waiting: it answers before they give up."""
_READABLE_BY_ALL: Final = 0o022
_PRINCIPAL: Final = "delivery"


def keep_keys(
    settings: Settings, place: Path, users: Sequence[str], say: Callable[[str], None]
) -> None:
    """Hold keys and log and answer at `place`, until this process is told to end.

    `users` are names or numbers of those who may ask. Raises KeeperUnsafe where others could take
    or replace what is kept, AuditBroken where the log is not as it was written.
    """
    own = os.geteuid()
    allowed = frozenset(_number(user) for user in users)
    if problem := unusable_peers(allowed, own):
        raise KeeperUnsafe(problem)
    os.umask(_READABLE_BY_ALL)
    files = (
        settings.needed("audit").resolve() / LOG,
        settings.needed("audit_head").resolve() / HEAD,
    )
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
    keys = _keys(settings)
    require_safe(keys, files, own=own)
    _must_sign(keys)
    log = FileAuditLog(
        files[0].parent,
        files[1].parent,
        SshSigner(keys["delivery"], "plinth-audit"),
        PresentSigners(settings.needed("deploy_signers"), _PRINCIPAL, "plinth-audit"),
        now,
        patience=_PATIENCE_SECONDS,
    )
    entries = log.entries()
    held = Held(keys, log, *files, allowed)
    with ExitStack() as ending:
        server = ending.enter_context(keeper_at(place.absolute(), held, say))
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        who = ", ".join(map(str, sorted(allowed)))
        say(f"keeper: user {own} holds {', '.join(keys)} and a log of {len(entries)} entries")
        say(f"keeper: {place} answers users {who}")
        server.serve_forever()


def _keys(settings: Settings) -> dict[KeyName, Path]:
    """Return the keys that are there; KeeperUnsafe without delivery's, which signs the log."""
    named: dict[KeyName, Path | None] = {
        "gate": settings.gate_key,
        "delivery": settings.needed("deploy_key"),
        "reproduction": settings.reproduction_key,
    }
    found = {name: path.resolve() for name, path in named.items() if path and path.is_file()}
    if "delivery" not in found:
        place = settings.needed("deploy_key")
        reason = f"there is no key at {place}, which signs the log: `delivery create-deploy-key`"
        raise KeeperUnsafe(reason)
    return found


def _must_sign(keys: Mapping[KeyName, Path]) -> None:
    for name, key in keys.items():
        try:
            SshSigner(key, NAMESPACES[name][0]).sign(b"")
        except SigningFailed as exc:
            raise KeeperUnsafe(f"the key {name} doesn't sign: {exc.reason}") from exc


def _number(user: str) -> int:
    if user.isdecimal():
        return int(user)
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError as exc:
        raise KeeperUnsafe(f"there is no user {user!r}: name one of this machine") from exc
