"""A service that is kept ready without answering: it waits at a door of its own until its turn.

A host keeps the release before so, to go back to it in a moment. While the file `turn` exists, the
service answers at the listening socket that it shares with others. While it doesn't, the service
has left that socket and every connection from there, and listens at `door`, for its host alone.
"""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from inference.errors import AddressUnavailable

TICK_SECONDS = 0.02


@dataclass(frozen=True)
class Standby:
    """Where a service listens: at the socket `shared`, or at its own door."""

    shared: socket.socket
    turn: Path
    door: Path

    def is_due(self, *, otherwise: bool = False) -> bool:
        """Whether it is this service's turn to answer; `otherwise` where it may not look."""
        try:
            self.turn.stat()
        except FileNotFoundError:
            return False
        except OSError:  # rights of a folder above have changed: that must end no service
            return otherwise
        return True

    def listener(self, *, due: bool) -> socket.socket:
        """Return what to listen at now; AddressUnavailable where the door can't be bound."""
        self.door.unlink(missing_ok=True)
        return _again(self.shared) if due else self._bound_door()

    def _bound_door(self) -> socket.socket:
        listener, back = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM), Path.cwd()
        try:
            # The name alone is bound: the folder's path may be longer than a socket's may.
            os.chdir(self.door.parent)
            try:
                listener.bind(self.door.name)
            finally:
                os.chdir(back)
        except OSError as exc:
            listener.close()
            raise AddressUnavailable(str(self.door), exc.strerror or str(exc)) from exc
        return listener


def _again(listener: socket.socket) -> socket.socket:
    """Return another descriptor of a socket: the one that listens closes its own."""
    return socket.socket(fileno=os.dup(listener.fileno()))
