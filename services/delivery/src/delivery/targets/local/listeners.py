"""Ways to a listening socket: from its holder, from any process that has it, or a new one.

A socket's path has at most 107 bytes on Linux, 103 on macOS, however deep a folder lies:
`short_path` finds a way around that.
"""

import ctypes
import hashlib
import os
import socket
import tempfile
from pathlib import Path

from artifacts.records.release import Environment
from delivery.targets.local.holder import LISTENER, socket_name
from delivery.targets.local.local_errors import PathTooLong, PortTaken
from delivery.targets.local.processes import HostProcess

ADDRESS = "127.0.0.1"
BACKLOG = 2048
"""Connections that wait while nobody accepts: a restart's worth at a thousand a second."""
_SECONDS = 2.0
_PIDFD_GETFD = 438  # the same number on every architecture that Python runs on


class TcpListener:
    """A listening socket of this process."""

    def __init__(self, listener: socket.socket) -> None:
        self._socket = listener

    @property
    def port(self) -> int:
        """The port that it listens on."""
        number: int = self._socket.getsockname()[1]
        return number

    def fileno(self) -> int:
        """Return its descriptor, for a process that is started with it."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close this process's copy."""
        self._socket.close()


class SocketListeners:
    """Listening sockets of this machine's own address."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def from_holder(self, holder: HostProcess) -> TcpListener | None:
        """Get the socket from its holder, or None."""
        environment: Environment = "staging" if holder.environment == "staging" else "production"
        door = short_path(run_folder(self._root, environment)) / socket_name(holder.pid)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(_SECONDS)
                client.connect(str(door))
                _, descriptors, _, _ = socket.recv_fds(client, 16, 1)
        except OSError:
            return None
        return _listening(descriptors[0], holder.port) if descriptors else None

    def from_process(self, process: HostProcess) -> TcpListener | None:
        """Get the socket from any process that has it, or None where the system doesn't let us."""
        if not hasattr(os, "pidfd_open"):
            return None
        try:
            pidfd = os.pidfd_open(process.pid)
        except OSError:
            return None
        try:
            # Python has no name for it; the kernel asks for the right to trace the process.
            found = ctypes.CDLL(None, use_errno=True).syscall(_PIDFD_GETFD, pidfd, LISTENER, 0)
        finally:
            os.close(pidfd)
        return _listening(found, process.port) if found >= 0 else None

    def bind(self, port: int) -> TcpListener:
        """Bind a port (0: a free one) of this machine's own address and listen; PortTaken."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            # Connections of before that wait for their end don't keep the port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((ADDRESS, port))
            listener.listen(BACKLOG)
            # All processes share this: one that finds a connection gone to another must not wait.
            listener.setblocking(False)
        except OSError as exc:
            listener.close()
            raise PortTaken(port, exc.strerror or str(exc)) from exc
        return TcpListener(listener)


def _listening(descriptor: int, port: int) -> TcpListener | None:
    """Believe no process: what it gave must be a socket that listens on the port."""
    os.set_inheritable(descriptor, False)
    try:
        found = socket.socket(fileno=descriptor)
    except OSError:
        os.close(descriptor)
        return None
    try:
        if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1:
            listener = TcpListener(found)
            if listener.port == port:
                return listener
    except (OSError, IndexError, TypeError):
        pass
    found.close()
    return None


_LONGEST = 103
_NAME_BYTES = 30
"""What the longest socket's own name needs."""
_PRIVATE = 0o700


def run_folder(root: Path, environment: Environment) -> Path:
    """Return the folder, made where it isn't there; only its user may look into it."""
    folder = root / environment / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
    return folder


def short_path(folder: Path) -> Path:
    """Return a path to a folder that leaves room for a socket's name; PathTooLong.

    Where its own is too long that is a link in the system's temporary folder.
    """
    if _fits(folder):
        return folder
    links = Path(tempfile.gettempdir()) / f"plinth-{os.getuid()}"
    link = links / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    if not _fits(link):
        raise PathTooLong(folder, f"{link} would be too long as well")
    _require_own(links)
    if not link.is_symlink() or link.readlink() != folder:
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
    return link


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder)) + 1 + _NAME_BYTES <= _LONGEST


def _require_own(folder: Path) -> None:
    """Anybody may make names in a temporary folder: another user's link must not be followed."""
    folder.mkdir(mode=_PRIVATE, exist_ok=True)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise PathTooLong(folder, f"{folder} is not a folder that only you can write to")
