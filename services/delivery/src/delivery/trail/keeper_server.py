"""The keeper: keys, log and a socket, one request a connection, judged by keeper_rules.py.

Nothing of what others ship is imported here: records, OpenSSH's ssh-keygen and the audit log.
"""

import contextlib
import os
import pwd
import signal
import socket
import socketserver
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from artifacts.errors import ArtifactError, SigningFailed
from artifacts.locks import lock_file, take
from artifacts.records.keeper import KeeperAbout, KeeperAnswer, KeeperRequest, KeyName
from artifacts.ssh_keygen import SshSigner
from delivery.clock import now
from delivery.errors import AuditBroken, AuditUnavailable, DeliveryError, KeeperUnsafe
from delivery.settings import Settings
from delivery.trail.audit_chain import AuditLog
from delivery.trail.audit_log import HEAD, LOG, FileAuditLog
from delivery.trail.keeper_rules import (
    LARGEST_LINE,
    NAMESPACES,
    PathFacts,
    peer_refused,
    read_event,
    read_request,
    unsafe_file,
    unsafe_folder,
    unsafe_key,
    unusable_peers,
)
from delivery.trail.wiring import PresentSigners

SECONDS: Final = 30.0
"""How long a request may take to arrive."""
SLOTS: Final = 4
"""Requests that are worked on at once: what one may be large, so many may be in memory."""
_CREDENTIALS: Final = struct.Struct("3i")
_OPEN: Final = 0o666


@dataclass(frozen=True)
class Held:
    """What a keeper keeps: keys by name, the log, its two files, and the users who may ask."""

    keys: Mapping[KeyName, Path]
    log: AuditLog
    log_file: Path
    head_file: Path
    allowed: frozenset[int]


class KeeperServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Listens at a path. Whoever may not ask takes no thread and no memory."""

    request_queue_size = 64
    daemon_threads = False

    def __init__(
        self, place: Path, held: Held, say: Callable[[str], None], seconds: float = SECONDS
    ) -> None:
        self.held = held
        self.seconds = seconds
        self._told = say
        self._slots = threading.BoundedSemaphore(SLOTS)
        self._appending = threading.Lock()
        super().__init__(str(place), _Connection)
        place.chmod(_OPEN)  # who may ask is told by the kernel, and by the folder that it lies in

    def _say(self, line: str) -> None:
        """Tell the keeper's own log; one that can't be written must not cost anybody an answer."""
        with contextlib.suppress(OSError):
            self._told(line)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Hand an allowed peer's connection to a thread; answer and close any other."""
        uid = peer_of(request)
        if refused := peer_refused(uid, self.held.allowed):
            self._say(f"user {uid}: refused: not allowed")
            request.settimeout(1)
            with contextlib.suppress(OSError):
                request.sendall(_bytes(refused))
            self.shutdown_request(request)
            return
        self._slots.acquire()
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._slots.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a connection, and free its slot whatever becomes of it."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what ended a connection without an answer, in most cases a peer that hung up."""
        del request, client_address
        self._say(f"no answer was given: {sys.exc_info()[1]!r}")

    def answered(self, connection: socket.socket) -> KeeperAnswer:
        """Read a request, do what it asks for, and return the answer."""
        end = time.monotonic() + self.seconds
        try:
            line, rest = _first_line(connection, end)
            asked = read_request(line)
            if isinstance(asked, KeeperAnswer):
                return asked
            body = rest + _received(connection, asked.size - len(rest), end)
        except TimeoutError:
            reason = f"the request was not here within {self.seconds:g} s"
            return KeeperAnswer(outcome="malformed", reason=reason)
        if len(body) != asked.size:
            reason = f"{len(body):,} bytes came, and its first line says {asked.size:,}"
            return KeeperAnswer(outcome="malformed", reason=reason)
        answer = self._done(asked, body)
        what = " ".join(filter(None, (asked.request, asked.key, asked.namespace)))
        entry = f" entry {answer.entry.sequence}" if answer.entry else ""
        self._say(f"user {peer_of(connection)}: {what}{entry}: {answer.outcome} {answer.reason}")
        return answer

    def _done(self, asked: KeeperRequest, body: bytes) -> KeeperAnswer:
        if asked.request == "about":
            return KeeperAnswer(outcome="done", about=self._about())
        try:
            if asked.request == "append":
                return self._appended(body)
            return self._signed(asked, body)
        except AuditBroken as exc:
            return KeeperAnswer(outcome="broken", place=exc.place, reason=exc.reason)
        except AuditUnavailable as exc:
            return KeeperAnswer(outcome="unavailable", place=exc.place, reason=exc.reason)
        except (ArtifactError, DeliveryError, OSError) as exc:
            return KeeperAnswer(outcome="failed", reason=f"{type(exc).__name__}: {exc}")

    def _appended(self, body: bytes) -> KeeperAnswer:
        event = read_event(body)
        if isinstance(event, KeeperAnswer):
            return event
        with self._appending:  # in turn; the log's own lock keeps other processes out
            return KeeperAnswer(outcome="done", entry=self.held.log.append(event))

    def _signed(self, asked: KeeperRequest, body: bytes) -> KeeperAnswer:
        if asked.key is None or asked.namespace is None or asked.key not in self.held.keys:
            reason = f"this keeper has no key {asked.key}: it holds {', '.join(self.held.keys)}"
            return KeeperAnswer(outcome="refused", reason=reason)
        try:
            signature = SshSigner(self.held.keys[asked.key], asked.namespace).sign(body)
        except SigningFailed as exc:
            return KeeperAnswer(outcome="failed", reason=f"the key {asked.key}: {exc.reason}")
        return KeeperAnswer(outcome="done", signature=signature.decode())

    def _about(self) -> KeeperAbout:
        return KeeperAbout(
            uid=os.geteuid(),
            keys={name: str(path) for name, path in self.held.keys.items()},
            namespaces={name: NAMESPACES[name] for name in self.held.keys},
            log=str(self.held.log_file),
            head=str(self.held.head_file),
        )


class _Connection(socketserver.BaseRequestHandler):
    server: KeeperServer

    def handle(self) -> None:
        self.request.sendall(_bytes(self.server.answered(self.request)))


def peer_of(connection: socket.socket) -> int:
    """Return the user of the process at the other end, as the kernel knows it."""
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    uid: int = _CREDENTIALS.unpack(data)[1]
    return uid


@contextmanager
def keeper_at(place: Path, held: Held, say: Callable[[str], None]) -> Iterator[KeeperServer]:
    """Listen at `place` while the block runs, and wait for requests under way at its end.

    A socket that a killed keeper left is replaced. KeeperUnsafe where another keeper listens there,
    or where somebody else could put a socket of theirs in its place.
    """
    require_safe_folders(place, own=os.geteuid())
    lock = place.with_name(f"{place.name}.lock")
    with lock_file(lock) as descriptor:
        if not take(descriptor):
            raise KeeperUnsafe(f"another keeper listens at {place} already")
        place.unlink(missing_ok=True)
        with KeeperServer(place, held, say) as server:
            try:
                yield server
            finally:
                place.unlink(missing_ok=True)


def require_safe(keys: Mapping[KeyName, Path], files: tuple[Path, ...], *, own: int) -> None:
    """Return if nobody but user `own` (and root) reads the keys or writes the log's files.

    Paths are resolved. KeeperUnsafe names the first that is otherwise, and the command that helps.
    """
    for name, key in keys.items():
        if not key.is_file():
            raise KeeperUnsafe(f"the key {name} is not at {key}: move it there")
        _must(unsafe_key(_facts(key), own))
        require_safe_folders(key, own=own)
    for file in files:
        if file.exists():
            _must(unsafe_file(_facts(file), own))
        require_safe_folders(file, own=own)


def require_safe_folders(path: Path, *, own: int) -> None:
    """Return if nobody else can replace what lies at `path`; KeeperUnsafe."""
    for folder in path.parents:
        if not folder.is_dir():
            raise KeeperUnsafe(f"the folder {folder} is not there: create it, owned by user {own}")
        _must(unsafe_folder(_facts(folder), own, innermost=folder == path.parent))


def _facts(path: Path) -> PathFacts:
    found = path.lstat()
    return PathFacts(path, found.st_uid, found.st_mode)


def _must(problem: str) -> None:
    if problem:
        raise KeeperUnsafe(problem)


def _first_line(connection: socket.socket, end: float) -> tuple[bytes, bytes]:
    """Return the first line with its end, and what of the body came with it."""
    data = b""
    while b"\n" not in data and len(data) <= LARGEST_LINE:
        part = _part(connection, LARGEST_LINE + 1 - len(data), end)
        if not part:
            break
        data += part
    line, newline, rest = data.partition(b"\n")
    return line + newline, rest


def _received(connection: socket.socket, size: int, end: float) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = _part(connection, min(size - len(data), 1 << 20), end)
        if not part:
            break
        data += part
    return bytes(data)


def _part(connection: socket.socket, size: int, end: float) -> bytes:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)
    return connection.recv(size)


def _bytes(answer: KeeperAnswer) -> bytes:
    return answer.model_dump_json().encode() + b"\n"


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
