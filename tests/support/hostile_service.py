"""A service that tries to reach all that isn't its own, says what it reached, and then serves.

It knows every path, as whoever wrote its code would. Put before host_service.py's text.
"""

import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

_GIVEN = os.environ  # noqa: TID251 - what the host gave it
_HOST = Path(_GIVEN["PLINTH_PREDICTIONS"]).parent.parent
_SITE, _OTHER = _HOST.parent, _HOST / "production"


def _connect(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        # The folder's path may be longer than a socket's may.
        os.chdir(path.parent)
        door.connect(path.name)


def _connect_port() -> None:
    port = int((_SITE / "port").read_text()) if (_SITE / "port").exists() else _SCANNED
    socket.create_connection(("127.0.0.1", port), timeout=1).close()


def _variables_of_others() -> None:
    mine = _GIVEN.get("PLINTH_API_KEYS", "-")
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            told = path.read_bytes()
        except OSError:
            continue
        for part in told.split(b"\0"):
            if part.startswith(b"PLINTH_API_KEYS=") and mine.encode() not in part:
                return
    raise OSError("nobody else's")


def _signal_others() -> None:
    """Whether a process of another environment can be seen, and so signalled."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        if b"circus" in path.read_bytes():
            return
    raise OSError("nobody to signal")


def _write(path: Path) -> None:
    with path.open("a") as file:
        file.write("evil")


def _another_payload() -> Path:
    mine = _GIVEN["PLINTH_PAYLOAD"].removeprefix("sha256:")
    return next(path for path in (_HOST / "payloads").iterdir() if path.name != mine)


def _write_payload(folder: Path) -> None:
    folder.chmod(0o755)
    (folder / "payload.json").chmod(0o644)
    _write(folder / "payload.json")


def _code() -> Path:
    return Path(__file__).resolve()


_SCANNED = int(_GIVEN.get("SCANNED", "9"))
_ATTEMPTS: dict[str, Callable[[], object]] = {
    "read the gate's key": (_SITE / "keys/gate").read_text,
    "write the audit log": lambda: _write(_SITE / "audit/log.jsonl"),
    "write the model store": lambda: _write(_SITE / "models/head.onnx"),
    "read the other environment's keys of callers": (_OTHER / "api-key").read_text,
    "write the other environment's predictions": lambda: _write(_OTHER / "predictions/evil"),
    "want another payload": lambda: _write(_OTHER / "wanted"),
    "write its own code": lambda: (_code().chmod(0o755), _write(_code())),
    "write beside its code": lambda: (_code().parent.chmod(0o755), _write(_code().parent / "x")),
    "write an installed payload": lambda: _write_payload(_another_payload()),
    "write its own payload": lambda: _write_payload(
        _HOST / "payloads" / _GIVEN["PLINTH_PAYLOAD"].removeprefix("sha256:")
    ),
    "talk to a process manager": lambda: _connect(next(_HOST.glob("*/run/ctl-*.sock"))),
    "take the socket of the holder": lambda: _connect(next(_OTHER.glob("run/holder-*.sock"))),
    "connect to a port of the machine": _connect_port,
    "read variables of others": _variables_of_others,
    "see a process manager": _signal_others,
}


def _try_all() -> None:
    for what, attempt in _ATTEMPTS.items():
        try:
            attempt()
        except Exception as exc:  # noqa: BLE001 - whatever stops it is good
            print(f"stopped: {what}: {type(exc).__name__}", flush=True)  # noqa: T201
        else:
            print(f"BREACH: {what}", flush=True)  # noqa: T201
    # A process that stays, and says that it is the other environment's service.
    liar = {
        "PLINTH_HOST_MARK": f"{_HOST}:production", "PLINTH_HOST_ROLE": "service",
        "PLINTH_HOST_PORT": "1", "PLINTH_HOST_MANAGER": "liar", "PLINTH_HOST_WATCHER": "liar",
        "PLINTH_HOST_SUPERVISOR": "liar", "PLINTH_PAYLOAD": _GIVEN["PLINTH_PAYLOAD"],
    }  # fmt: skip
    words = ["/bin/sleep", "31536000"]
    null = subprocess.DEVNULL
    subprocess.Popen(words, env=liar, start_new_session=True, stdin=null, stdout=null, stderr=null)


_try_all()
