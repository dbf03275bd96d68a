"""Holds a listening socket, whatever happens to the processes that serve it.

A program of its own, of Python's standard library alone: it is copied out of the checkout and run
by the process manager with the listening socket as its standard input (inetd's way). Whoever
connects to FOLDER/holder-PID.sock gets the socket's descriptor.

Usage: python holder.py FOLDER
"""

import os
import socket
import sys
from pathlib import Path

LISTENER = 0
_SECONDS = 5


def main(folder: Path) -> None:
    """Hand the socket to whoever asks, until a signal ends the process."""
    # The name alone is bound: the folder's path may be longer than a socket's may.
    os.chdir(folder)
    place = Path(socket_name(os.getpid()))
    place.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(str(place))
        door.listen()
        while True:
            _hand_over(door)


def _hand_over(door: socket.socket) -> None:
    try:
        guest, _ = door.accept()
        with guest:
            guest.settimeout(_SECONDS)
            socket.send_fds(guest, [b"listener"], [LISTENER])
    except OSError:  # the guest went away: the next one gets it
        pass


def socket_name(pid: int) -> str:
    """Return the name of the socket that a holder gives the descriptor at."""
    return f"holder-{pid}.sock"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
