"""circus as process manager, started on the listening socket as its standard input.

Its watchers leave their standard input open, and so get the socket as descriptor 0. That is how
inetd does it, and here it has a reason: entries that are added while circus runs can't use its own
sockets, and those of its settings file tie a socket's life to the manager's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from circus.client import CircusClient  # type: ignore[import-untyped]
from circus.exc import CallError  # type: ignore[import-untyped]

from artifacts.digests import digest_bytes, hex_part
from artifacts.records.release import Environment
from artifacts.text import plain
from delivery.targets.local import holder as holder_program
from delivery.targets.local.environment_files import SUPERVISOR
from delivery.targets.local.listeners import TcpListener, run_folder, short_path
from delivery.targets.local.local_errors import ManagerFailed
from delivery.targets.local.marked_processes import ROLE, markers, service_markers, watcher_marker
from delivery.targets.local.processes import (
    HOLDER,
    HostProcess,
    Manager,
    Role,
    Service,
    Watcher,
    of_role,
)
from walls import OtherUser, Room, UnusableRoom, Wall
from walls.user import user_of

if TYPE_CHECKING:
    from delivery.clock import SystemClock
    from delivery.targets.local.listeners import TcpListener


API_KEYS = "PLINTH_API_KEYS"

_ANSWER_SECONDS = 3.0
_START_SECONDS = 20.0
_BUSY_SECONDS = 10.0
_POLL_SECONDS = 0.02
_CHECK_SECONDS = 0.2
"""How long a process may be dead before it is started again."""
# The shell opens the log and becomes the service. Through the manager's own pipes a service would
# lose its output, and then its life, when the manager is killed.
_LOGGED = 'log=$1; shift; exec "$@" >>"$log" 2>&1'
# A service's shell stays outside of its room and is what the manager and this host know of it. When
# it ends, whatever is left inside is killed; the room's own processes carry no mark to be found by.
_WALLED = f'log=$1; shift; unset {ROLE}; "$@" >>"$log" 2>&1; exit $?'
# Keys of callers are no variables of the shell outside, and stand on no command line.
_KEYED = f'{API_KEYS}=$(cat "$1") || exit 1; export {API_KEYS}; shift; exec "$@"'
_SETTINGS = """[circus]
endpoint = ipc://ctl-{name}.sock
pubsub_endpoint = ipc://pub-{name}.sock
check_delay = {check}
"""


class CircusManagers:
    """Managers of the environments in a folder. `names` gives a new name at each call.

    Services run in a room of their environment's own. They outlive a manager that is killed.
    """

    def __init__(
        self,
        root: Path,
        variables: Mapping[str, str],
        names: Callable[[], str],
        clock: SystemClock,
        find_wall: Callable[[], Wall],
    ) -> None:
        self._root = root
        self._variables = dict(variables)
        self._names = names
        self._clock = clock
        self._find_wall = find_wall
        program = Path(holder_program.__file__).read_bytes()
        self._supervisor = hex_part(digest_bytes(program))[:16]

    def find(self, processes: Sequence[HostProcess], port: int) -> Manager | None:
        """Return the manager of a port that answers and is of this version, or None."""
        for process in of_role(processes, "manager"):
            if (process.port, process.supervisor) == (port, self._supervisor):
                manager = _manager_of(process)
                if self._answers(manager):
                    return manager
        return None

    def start(self, environment: Environment, listener: TcpListener) -> Manager:
        """Start a manager on a listening socket and return it once it answers."""
        folder, name = run_folder(self._root, environment), self._names()
        settings = folder / f"conf-{name}.ini"
        settings.write_text(_SETTINGS.format(name=name, check=_CHECK_SECONDS), encoding="utf-8")
        process = self._spawn(environment, listener, name, settings)
        manager = Manager(name, process.pid, environment, listener.port)
        deadline = self._clock.seconds() + _START_SECONDS
        while self._clock.seconds() < deadline and process.poll() is None:
            if self._socket(manager).exists() and self._answers(manager):
                return manager
            self._clock.sleep(_POLL_SECONDS)
        process.kill()
        raise ManagerFailed(f"it doesn't start: {self._last_line(environment)}")

    def watchers(self, manager: Manager) -> tuple[Watcher, ...]:
        """Return its entries."""
        statuses = self._call(manager, "status")["statuses"]
        if not isinstance(statuses, dict):
            raise ManagerFailed(f"its status is no list of entries: {plain(statuses)}")
        return tuple(Watcher(str(name), str(status)) for name, status in sorted(statuses.items()))

    def add_holder(self, manager: Manager) -> None:
        """Let it keep a holder of its listening socket."""
        folder = run_folder(self._root, manager.environment)
        command = (sys.executable, "-I", "-S", str(self._holder_program()), str(folder))
        log = self._root / manager.environment / "manager.log"
        variables = self._markers(manager, "holder") | watcher_marker(HOLDER)
        self._add(manager, HOLDER, command, variables, str(log))

    def add(self, manager: Manager, service: Service) -> None:
        """Let it keep a service."""
        wall, inner = self._find_wall(), service.command
        room = service_room(manager.environment, service, self._variables)
        if _has_keys(service):
            inner = ("/bin/sh", "-c", _KEYED, "sh", service.key_file, *inner)
        if isinstance(wall, OtherUser):
            # For as long as the service lives, and it outlives this process.
            for path in room.writes:
                shutil.chown(path, user_of(room))
            # Read, and never written: who could write it would choose whose calls are answered.
            shutil.chown(service.key_file, 0, user_of(room))
            Path(service.key_file).chmod(0o640)
        try:
            command = wall.command(room, inner)
        except UnusableRoom as exc:
            raise ManagerFailed(f"the service has no room to run in: {exc}") from exc
        variables = {
            **self._markers(manager, "service"),
            **watcher_marker(service.watcher),
            **service_markers(service.payload, wall.name),
        }
        self._add(manager, service.watcher, command, variables, service.log, script=_WALLED)

    def forget(self, manager: Manager, watcher: str) -> None:
        """Take an entry out; its process runs on, and isn't started again."""
        self._call(manager, "rm", name=watcher, nostop=True, waiting=True)

    def _spawn(
        self, environment: Environment, listener: TcpListener, name: str, settings: Path
    ) -> subprocess.Popen[bytes]:
        if not isinstance(listener, TcpListener):
            raise TypeError(f"a manager needs a socket, not {type(listener).__name__}")
        manager = Manager(name, 0, environment, listener.port)
        log = self._root / environment / "manager.log"
        with log.open("ab") as output:
            # A session of its own and streams on files: the step of a workflow that starts it may
            # end, or be killed, and nothing of it may end with that.
            return subprocess.Popen(  # noqa: S603 - this very Python
                [sys.executable, "-I", "-m", "circus.circusd", settings.name],
                stdin=listener.fileno(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=settings.parent,
                env={**self._variables, **self._markers(manager, "manager")},
            )

    def _add(
        self,
        manager: Manager,
        name: str,
        command: Sequence[str],
        variables: Mapping[str, str],
        log: str,
        script: str = _LOGGED,
    ) -> None:
        options = {
            "env": {**self._variables, **variables},
            "working_dir": str(self._root / manager.environment),
            "close_child_stdin": False,
        }
        arguments = ["-c", script, "sh", log, *command]
        self._call(
            manager,
            "add",
            name=name,
            cmd="/bin/sh",
            args=arguments,
            options=options,
            start=True,
            waiting=True,
        )

    def _markers(self, manager: Manager, role: Role) -> dict[str, str]:
        return markers(
            self._root, manager.environment, role, manager.port, manager.name, self._supervisor
        )

    def _holder_program(self) -> Path:
        """Return the holder's program, copied to where it outlives every checkout."""
        folder = self._root / SUPERVISOR / self._supervisor
        program = folder / "holder.py"
        if not program.exists():
            folder.mkdir(parents=True, exist_ok=True)
            draft = folder / f".holder.{os.getpid()}"
            shutil.copyfile(holder_program.__file__, draft)
            draft.replace(program)
        return program

    def _answers(self, manager: Manager) -> bool:
        try:
            self.watchers(manager)
        except ManagerFailed:
            return False
        return True

    def _call(self, manager: Manager, command: str, **properties: object) -> dict[str, object]:
        deadline = self._clock.seconds() + _BUSY_SECONDS
        while True:
            answer = self._ask(manager, command, properties)
            if answer.get("status") == "ok":
                return answer
            reason = plain(answer.get("reason", "no reason given"))
            # It does one thing at a time, and says so when it is asked meanwhile.
            if "already running" not in reason or self._clock.seconds() > deadline:
                raise ManagerFailed(f"{command} is refused: {reason}")
            self._clock.sleep(_POLL_SECONDS)

    def _ask(
        self, manager: Manager, command: str, properties: Mapping[str, object]
    ) -> dict[str, object]:
        endpoint = f"ipc://{self._socket(manager)}"
        client = CircusClient(endpoint=endpoint, timeout=_ANSWER_SECONDS)
        try:
            answer: dict[str, object] = client.send_message(command, **properties)
        except CallError as exc:
            raise ManagerFailed(f"{command}: {plain(exc)}") from exc
        finally:
            client.stop()
        return answer

    def _socket(self, manager: Manager) -> Path:
        folder = short_path(run_folder(self._root, manager.environment))
        return folder / f"ctl-{manager.name}.sock"

    def _last_line(self, environment: Environment) -> str:
        log = self._root / environment / "manager.log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        return plain(lines[-1]) if lines else "it wrote nothing"


def _manager_of(process: HostProcess) -> Manager:
    environment: Environment = "staging" if process.environment == "staging" else "production"
    return Manager(process.manager, process.pid, environment, process.port)


def service_room(environment: str, service: Service, variables: Mapping[str, str]) -> Room:
    """Return the room of a service: what it serves, its callers' keys, and its predictions."""
    told = {name: value for name, value in service.variables if name != API_KEYS}
    key = (Path(service.key_file),) if _has_keys(service) else ()
    return Room(
        name=f"inference-{environment}",
        reads=(*map(Path, service.reads), *key),
        writes=tuple(map(Path, service.writes)),
        environment={**variables, **told},
        ends_with_caller=True,
    )


def _has_keys(service: Service) -> bool:
    return bool(service.key_file and dict(service.variables).get(API_KEYS))
