"""Make an environment serve a payload, without a lost request: the steps of `apply`.

Every step may be the last one of a killed run; the next run starts anew with the first and finds
out what is there instead of remembering it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from artifacts.records.release import Environment
from delivery.targets.local.install import require_installed
from delivery.targets.local.local_errors import (
    ManagerFailed,
    NeverReady,
    PortTaken,
    StrangerAnswers,
)
from delivery.targets.local.processes import (
    HOLDER,
    HostProcess,
    Manager,
    Service,
    left_over,
    of_role,
    serving,
)
from delivery.targets.target import Step

if TYPE_CHECKING:
    from delivery.targets.local.circus_managers import CircusManagers
    from delivery.targets.local.depot import FolderDepot
    from delivery.targets.local.environment_files import FolderEnvironments
    from delivery.targets.local.listeners import SocketListeners, TcpListener
    from delivery.targets.local.marked_processes import MarkedProcesses
    from delivery.targets.local.release_probe import HttpProbe
    from delivery.targets.monotonic_clock import SystemClock


READY_SECONDS = 60.0
POLL_SECONDS, LOOK_SECONDS = 0.01, 0.2
GRACE_SECONDS = 35.0
"""More than the 30 s that the service gives to requests under way."""
STARTS = 3
"""A service that ended this often won't get ready by waiting."""
SAMPLES = 5


@dataclass(frozen=True)
class Swapped:
    """The environment serves the payload; `was_there` if there was nothing to do."""

    payload: str
    port: int
    seconds: float
    was_there: bool


@dataclass(frozen=True)
class Superseded:
    """Another payload is wanted by now, and nothing was done."""

    wanted: str


@dataclass(frozen=True)
class Machine:
    """Everything that a swap works with; `wall` is the kind that services are started behind."""

    depot: FolderDepot
    files: FolderEnvironments
    processes: MarkedProcesses
    listeners: SocketListeners
    managers: CircusManagers
    probe: HttpProbe
    clock: SystemClock
    wall: str = ""


def swap(
    machine: Machine,
    environment: Environment,
    payload: str,
    port: int,
    after: Callable[[str], None],
) -> Swapped | Superseded:
    """Go through all steps under the environment's lock, telling `after` the name of each.

    Port 0 is the one that the environment had last, or a free one. Raises NotInstalled, PortTaken,
    ManagerFailed, Busy, or NeverReady, and then what served before serves on.
    """
    work = Swap(machine, environment, payload, port)
    with machine.files.swapping(environment):
        for step in STEPS:
            step.act(work)
            after(step.name)
            if work.superseded_by:
                return Superseded(work.superseded_by)
    return work.outcome()


class Swap:
    """A swap under way. Its methods are the steps."""

    manager: Manager
    service: Service

    def __init__(self, machine: Machine, environment: Environment, payload: str, port: int) -> None:
        self._machine = machine
        self._environment = environment
        self._payload = payload
        self._port = port
        self._started = machine.clock.seconds()
        self._log_start = 0
        self._found: Manager | None = None
        self._listener: TcpListener | None = None
        self._changed = False
        self.superseded_by: str | None = None

    def ask(self) -> None:
        """A swap that waited for its turn may have been overtaken."""
        wanted = self._machine.files.wanted(self._environment)
        if wanted not in {None, self._payload}:
            self.superseded_by = wanted

    def check(self) -> None:
        """Nothing is touched for a payload that can't run."""
        files = self._machine.files
        payload = require_installed(self._payload, self._machine.depot)
        # Part of the entry's name: what runs behind another wall, or none, is started anew.
        served = files.service(self._environment, payload)
        self.service = replace(served, wall=self._machine.wall)
        self._port = self._port or files.port(self._environment) or 0

    def look(self) -> None:
        """Find the manager that is there, if it answers and has the port."""
        self._found = self._machine.managers.find(self._processes(), self._port)

    def listen(self) -> None:
        """Without a manager, get the listening socket from whoever still has it."""
        if self._found is None:
            self._listener = self._find_listener()
            self._port = self._listener.port
        self._machine.files.write_port(self._environment, self._port)

    def manage(self) -> None:
        """Start a manager where there is none."""
        if self._found is not None:
            self.manager = self._found
        elif self._listener is not None:
            self.manager = self._machine.managers.start(self._environment, self._listener)
            self._listener.close()
            self._changed = True

    def hold(self) -> None:
        """Whatever happens to the manager, the socket must live on."""
        if HOLDER not in self._watchers():
            self._machine.managers.add_holder(self.manager)

    def start(self) -> None:
        """Start the service beside what serves."""
        self._log_start = self._machine.files.log_size(self.service)
        if self.service.watcher not in self._watchers():
            self._machine.managers.add(self.manager, self.service)
            self._changed = True

    def await_ready(self) -> None:
        """Only what answers may take over."""
        if reason := self._reason_against():
            if self._machine.files.state(self._environment).running != self._payload:
                self._take_out()
            # Once it is out: whatever reading its log brings, it takes no requests meanwhile.
            lines = self._machine.files.log_lines(self.service, self._log_start)
            raise NeverReady(self._payload, reason, lines)

    def forget(self) -> None:
        """From here on nobody starts the release before again."""
        for name in sorted(self._watchers() - {HOLDER, self.service.watcher}):
            self._machine.managers.forget(self.manager, name)

    def retire(self) -> None:
        """Ask all that is left over to end: they stop accepting, and finish what they accepted."""
        left = left_over(self._processes(), self.manager, self.service.watcher)
        self._changed = self._changed or bool(left)
        self._machine.processes.end(left)

    def await_end(self) -> None:
        """All that answers is the new release once the last of the old ones is gone."""
        left = left_over(self._processes(), self.manager, self.service.watcher)
        self._machine.processes.wait(left, GRACE_SECONDS)
        self._machine.files.tidy(self._environment, self._processes())

    def confirm(self) -> None:
        """Fresh connections are answered by the new release alone."""
        mine = {p.pid for p in serving(self._processes(), self.manager, self.service.watcher)}
        for _ in range(SAMPLES):
            answer = self._machine.probe.ask(self._port, self._processes())
            if answer.status != 200 or answer.pid not in mine:  # noqa: PLR2004 - HTTP's OK
                reason = answer.problem or f"process {answer.pid} answered instead"
                raise StrangerAnswers(self._payload, self._port, reason)

    def record(self) -> None:
        """What ran last is what a prune must keep."""
        state = self._machine.files.state(self._environment)
        self._machine.files.write_state(self._environment, state.after(self._payload))

    def outcome(self) -> Swapped:
        """Return what was done, once all steps are."""
        seconds = self._machine.clock.seconds() - self._started
        return Swapped(self._payload, self._port, seconds, was_there=not self._changed)

    def _processes(self) -> tuple[HostProcess, ...]:
        return self._machine.processes.of(self._environment)

    def _watchers(self) -> set[str]:
        return {watcher.name for watcher in self._machine.managers.watchers(self.manager)}

    def _find_listener(self) -> TcpListener:
        listeners, processes = self._machine.listeners, self._processes()
        for holder in of_role(processes, "holder"):
            if self._has_port(holder) and (found := listeners.from_holder(holder)):
                return found
        for process in processes:
            if self._has_port(process) and (found := listeners.from_process(process)):
                return found
        return self._bind(processes)

    def _bind(self, processes: tuple[HostProcess, ...]) -> TcpListener:
        ours = [process for process in processes if self._has_port(process)]
        try:
            return self._machine.listeners.bind(self._port)
        except PortTaken:
            if not ours:
                raise
        # Both the holder and the manager were killed, and the system lets nobody take a socket
        # from another process: they have to go first, and the port refuses until the new one is up.
        self._machine.processes.end(ours)
        self._machine.processes.wait(ours, GRACE_SECONDS)
        return self._machine.listeners.bind(self._port)

    def _has_port(self, process: HostProcess) -> bool:
        return process.port == self._port

    def _reason_against(self) -> str | None:
        clock, seen = self._machine.clock, set[int]()
        deadline = clock.seconds() + READY_SECONDS
        while clock.seconds() < deadline:
            processes = self._processes()
            mine = {p.pid for p in serving(processes, self.manager, self.service.watcher)}
            answer = self._machine.probe.ask(self._port, processes) if mine else None
            if answer and answer.status == 200 and answer.pid in mine:  # noqa: PLR2004
                return None
            seen |= mine
            if len(seen) > STARTS:
                return f"it ended {STARTS} times"
            self._await_a_sign()
        return f"it didn't answer within {READY_SECONDS:.0f} s"

    def _await_a_sign(self) -> None:
        """Wait for the service to write a line, as it does once it is ready, or a moment at most.

        To look at all processes costs as much as the start that is waited for, on a busy machine.
        """
        clock, files = self._machine.clock, self._machine.files
        size, deadline = files.log_size(self.service), clock.seconds() + LOOK_SECONDS
        while files.log_size(self.service) == size and clock.seconds() < deadline:
            clock.sleep(POLL_SECONDS)

    def _take_out(self) -> None:
        with suppress(ManagerFailed):  # it died meanwhile: what it started is ended all the same
            self._machine.managers.forget(self.manager, self.service.watcher)
        failed = serving(self._processes(), self.manager, self.service.watcher)
        self._machine.processes.end(failed)
        self._machine.processes.wait(failed, GRACE_SECONDS)


STEPS: Final[tuple[Step[Callable[[Swap], None]], ...]] = (
    Step("swap.ask", Swap.ask, "this payload is still wanted"),
    Step("swap.check", Swap.check, "it is installed and unchanged"),
    Step("swap.look", Swap.look, "the manager that is there is known"),
    Step(
        "swap.listen", Swap.listen, "the listening socket is here: from its holder, or bound anew"
    ),
    Step("swap.manage", Swap.manage, "a process manager runs on that socket"),
    Step("swap.hold", Swap.hold, "the manager keeps a holder of the socket"),
    Step("swap.start", Swap.start, "the new service runs beside the old one"),
    Step("swap.await-ready", Swap.await_ready, "the new service answers"),
    Step("swap.forget", Swap.forget, "the old one is not started again"),
    Step("swap.retire", Swap.retire, "the old one, and orphans, are asked to end"),
    Step("swap.await-end", Swap.await_end, "they have ended"),
    Step("swap.confirm", Swap.confirm, "fresh connections get the new one alone"),
    Step("swap.record", Swap.record, "what runs is written down"),
)
