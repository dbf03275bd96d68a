"""What is written down about environments, in <root>/<environment>/."""

import os
import re
import secrets
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, get_args

from artifacts.code import STANDBY
from artifacts.digests import hex_part
from artifacts.errors import UnreadableRecord
from artifacts.records.release import Environment, Payload
from artifacts.text import plain
from delivery.targets.local.depot import locked
from delivery.targets.local.install import PUBLIC_KEY, SOURCES
from delivery.targets.local.local_observation import EnvironmentState
from delivery.targets.local.processes import HostProcess, Service

SUPERVISOR: Final = "supervisor"
KNOWS_WHO_LISTENS: Final = hasattr(socket, "SO_PEERCRED")
"""Whether this system says which process listens at a socket in a folder."""
_DOOR_DIGITS: Final = 16
_HEX: Final = re.compile("[0-9a-f]{64}")
_LOCK_SECONDS = 180.0
_LINES = 12
_TAIL_BYTES: Final = 1 << 16
_KEY_BYTES = 32
_API_KEY: Final = "api-key"
_PASSED_THROUGH: Final = 0o711
"""Of a folder that others may enter, to open what they know the name of, and can't list."""


class FolderEnvironments:
    """Environments in a folder. `variables` are those that every service gets besides its own."""

    def __init__(self, root: Path, variables: Mapping[str, str]) -> None:
        self._root = root
        self._variables = dict(variables)

    @contextmanager
    def swapping(self, environment: Environment) -> Iterator[None]:
        """Keep others from swapping or stopping meanwhile; Busy.

        What lies in the environment's folder is closed to other users, as whom services may run.
        """
        with locked(self._path(environment, "lock"), _LOCK_SECONDS, environment):
            try:
                yield
            finally:
                self._close(environment)

    def wanted(self, environment: Environment) -> str | None:
        """Return the digest of the payload that is wanted last."""
        return self._read(environment, "wanted")

    def want(self, environment: Environment, payload: str | None) -> None:
        """Write down which payload is wanted."""
        if payload is None:
            self._path(environment, "wanted").unlink(missing_ok=True)
        else:
            self._write(environment, "wanted", payload)

    def state(self, environment: Environment) -> EnvironmentState:
        """Return what ran last; nothing where that is unreadable, so that a swap can heal it."""
        try:
            return EnvironmentState.read(self._path(environment, "state.json"))
        except UnreadableRecord:
            return EnvironmentState()

    def has_state(self, environment: Environment) -> bool:
        """Whether what ran last was ever written down."""
        return self._path(environment, "state.json").exists()

    def write_state(self, environment: Environment, state: EnvironmentState) -> None:
        """Write down what runs."""
        state.write(self._path(environment, "state.json"))

    def port(self, environment: Environment) -> int | None:
        """Return the port that the environment had last."""
        text = self._read(environment, "port")
        return int(text) if text and text.isdecimal() else None

    def write_port(self, environment: Environment, port: int) -> None:
        """Write down the port."""
        self._write(environment, "port", str(port))

    def service(self, environment: Environment, payload: Payload) -> Service:
        """Return how an installed payload is served; a key for its callers is made at first."""
        digest, folder = payload.digest, self._root / "payloads" / hex_part(payload.digest)
        # Resolved: an artifact is no link, and a process's own paths should say what it runs.
        code, model = (folder / "code").resolve(), (folder / "model").resolve()
        python = code / "env" / "bin" / "python"
        isolated = (str(python), "-I", "-B", "-m", "inference")
        serve: tuple[str, ...] = (*isolated, "serve", "--model", str(model), "--fd", "0")
        # An interpreter is found by its environment's folder, which is named for that.
        reads: tuple[Path, ...] = (folder, code, code / "env", model)
        writes: tuple[Path, ...] = (self._folder(environment, "predictions"),)
        door = ""
        if KNOWS_WHO_LISTENS and (code / SOURCES / STANDBY).is_file():
            turns, place = self._turns(environment), self.door(environment, digest)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            door = str(place)
            serve = (*serve, "--turn", str(turns / hex_part(digest)), "--door", door)
            reads, writes = (*reads, turns), (*writes, place.parent)
        variables = {
            **self._variables,
            "PLINTH_API_KEYS": self._api_key(environment),
            "PLINTH_CODE_COMMIT": payload.code.commit,
            "PLINTH_CODE_DIGEST": payload.code.digest,
            # Time for callers with kept-alive connections to ask once more, and be told to leave.
            "PLINTH_DRAIN_SECONDS": "1",
            "PLINTH_ENVIRONMENT": environment,
            # Who came while a killed service was started again is answered, not sent away.
            "PLINTH_MAX_WAITING": "128",
            "PLINTH_PAYLOAD": digest,
            "PLINTH_PREDICTIONS": str(self._folder(environment, "predictions")),
            "PLINTH_PUBLIC_KEY": str(folder / PUBLIC_KEY),
        }
        log = self._folder(environment, "logs") / f"{hex_part(digest)}.log"
        return Service(
            digest, serve, tuple(sorted(variables.items())), str(log),
            reads=tuple(map(str, reads)),
            writes=tuple(map(str, writes)),
            key_file=str(self._path(environment, _API_KEY)),
            door=door,
        )  # fmt: skip

    def door(self, environment: Environment, payload: str) -> Path:
        """Return the socket at which the service of a payload waits for its turn."""
        # A folder each: a service can write its own, and must not remove another's door.
        return self._path(environment, "doors") / hex_part(payload)[:_DOOR_DIGITS] / "door.sock"

    def turns(self, environment: Environment) -> tuple[str, ...]:
        """Return the payloads whose services may answer at the port; others wait at their doors."""
        names = (path.name for path in self._path(environment, "turns").glob("*"))
        return tuple(sorted(f"sha256:{name}" for name in names if _HEX.fullmatch(name)))

    def give_turn(self, environment: Environment, payload: str) -> None:
        """Let the service of a payload answer at the port."""
        (self._turns(environment) / hex_part(payload)).touch()

    def end_turn(self, environment: Environment, payload: str) -> None:
        """Let the service of a payload leave the port, and wait at its door."""
        (self._turns(environment) / hex_part(payload)).unlink(missing_ok=True)

    def log_size(self, service: Service) -> int:
        """Return how many bytes of log a service has."""
        log = Path(service.log)
        return log.stat().st_size if log.is_file() else 0

    def log_lines(self, service: Service, start: int) -> tuple[str, ...]:
        """Return the last lines that a service wrote since its log had `start` bytes.

        No more than a bounded tail is read, however much the service wrote.
        """
        log = Path(service.log)
        if not log.is_file():
            return ()
        with log.open("rb") as file:
            file.seek(max(start, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            text = file.read(_TAIL_BYTES).decode(errors="replace")
        return tuple(plain(line) for line in text.splitlines()[-_LINES:])

    def prune(self, payloads: Sequence[str], supervisors: Sequence[str]) -> tuple[str, ...]:
        """Remove the logs of other payloads and the holder programs of others; return names."""
        logs = {f"{hex_part(digest)}.log" for digest in payloads}
        gone = [
            path
            for environment in get_args(Environment)
            for path in (self._root / environment / "logs").glob("*.log")
            if path.name not in logs
        ]
        programs = [p for p in (self._root / SUPERVISOR).glob("*") if p.name not in supervisors]
        for path in gone:
            path.unlink()
        for path in programs:
            shutil.rmtree(path)
        return tuple(str(path.relative_to(self._root)) for path in (*gone, *programs))

    def tidy(self, environment: Environment, alive: Sequence[HostProcess]) -> None:
        """Remove the sockets and settings of managers, holders and services that are gone."""
        names = {process.manager for process in alive} | {str(process.pid) for process in alive}
        for path in (self._root / environment / "run").glob("*-*.*"):
            if path.stem.partition("-")[2] not in names:
                path.unlink(missing_ok=True)
        doors = {self.door(environment, process.payload) for process in alive if process.payload}
        for path in {*(self._root / environment / "doors").glob("*/door.sock")} - doors:
            path.unlink(missing_ok=True)

    def _turns(self, environment: Environment) -> Path:
        folder = self._folder(environment, "turns")
        folder.chmod(0o755)  # services look into it, as whatever user they run
        return folder

    def _api_key(self, environment: Environment) -> str:
        path = self._path(environment, _API_KEY)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        if not (key := path.read_text(encoding="utf-8").strip()):
            key = secrets.token_urlsafe(_KEY_BYTES)
            path.write_text(key + "\n", encoding="utf-8")
        return key

    def _close(self, environment: Environment) -> None:
        home = self._root / environment
        home.chmod(_PASSED_THROUGH)  # predictions and the callers' keys lie below
        for path in home.iterdir():
            if path.name == "logs":
                path.chmod(0o700)
            elif path.is_file() and path.name != _API_KEY:
                path.chmod(0o600)

    def _path(self, environment: Environment, name: str) -> Path:
        return self._root / environment / name

    def _folder(self, environment: Environment, name: str) -> Path:
        folder = self._path(environment, name)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _read(self, environment: Environment, name: str) -> str | None:
        try:
            return self._path(environment, name).read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def _write(self, environment: Environment, name: str, text: str) -> None:
        path = self._path(environment, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(text + "\n", encoding="utf-8")
        draft.replace(path)
