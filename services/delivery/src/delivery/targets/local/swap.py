"""Make an environment serve a payload, without a lost request: the steps of `apply`.

Every step may be the last one of a killed run; the next run starts anew with the first and finds
out what is there instead of remembering it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

from artifacts.records.release import Environment, Payload
from delivery.targets.answers import Answer
from delivery.targets.local.install import require_installed
from delivery.targets.local.local_errors import (
    ManagerFailed,
    NeverReady,
    NotInstalled,
    PortTaken,
    StrangerAnswers,
)
from delivery.targets.local.payloads import parts_of
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
    from delivery.clock import SystemClock
    from delivery.targets.local.circus_managers import CircusManagers
    from delivery.targets.local.depot import FolderDepot
    from delivery.targets.local.environment_files import FolderEnvironments
    from delivery.targets.local.listeners import SocketListeners, TcpListener
    from delivery.targets.local.marked_processes import MarkedProcesses
    from delivery.targets.local.release_probe import HttpProbe


READY_SECONDS = 60.0
POLL_SECONDS, LOOK_SECONDS = 0.01, 0.2
GRACE_SECONDS = 35.0
"""More than the 30 s that the service gives to requests under way."""
HANGS_SECONDS = 10.0
"""What waits at its door serves nobody: one that says nothing for so long is ended."""
STARTS = 3
"""A service that ended this often won't get ready by waiting."""
SAMPLES = 5


@dataclass(frozen=True)
class Swapped:
    """The environment serves the payload; `was_there` if there was nothing to do.

    `warm` is the payload that is kept ready beside it, `cold` says why one that should be isn't.
    """

    payload: str
    port: int
    seconds: float
    was_there: bool
    warm: str | None = None
    cold: str = ""


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
    wall: str


def swap(
    machine: Machine,
    environment: Environment,
    payload: str,
    port: int,
    after: Callable[[str], None],
    warm: str | None = None,
) -> Swapped | Superseded:
    """Go through all steps under the environment's lock, telling `after` the name of each.

    `warm` is the payload to keep ready beside it, if its code can wait for its turn. Port 0 is the
    one that the environment had last, or a free one. Raises NotInstalled, PortTaken, ManagerFailed,
    Busy, or NeverReady, and then what served before serves on.
    """
    work = Swap(machine, environment, payload, port, warm)
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

    def __init__(
        self,
        machine: Machine,
        environment: Environment,
        payload: str,
        port: int,
        warm: str | None = None,
    ) -> None:
        self._machine = machine
        self._environment = environment
        self._payload = payload
        self._port = port
        self._started = machine.clock.seconds()
        self._log_start = 0
        self._found: Manager | None = None
        self._listener: TcpListener | None = None
        self._changed = False
        self._to_keep = warm if warm != payload else None
        self._kept: Service | None = None
        self._is_warm = False
        self._cold = ""
        self._payloads: dict[str, Payload] = {}
        self.superseded_by: str | None = None

    def ask(self) -> None:
        """A swap that waited for its turn may have been overtaken."""
        wanted = self._machine.files.wanted(self._environment)
        if wanted not in {None, self._payload}:
            self.superseded_by = wanted

    def check(self) -> None:
        """Nothing is touched for a payload that can't run."""
        self.service = self._service_of(self._payload)
        self._port = self._port or self._machine.files.port(self._environment) or 0
        if self._to_keep:
            try:
                kept = self._service_of(self._to_keep)
            except NotInstalled as exc:
                self._cold = str(exc)
            else:
                self._kept = kept if kept.door else None
                self._cold = "" if kept.door else "its code can't wait: it would answer at once"

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
        """Start the service beside what serves, unless it waits for its turn, ready."""
        service = self.service
        if self._payload not in {process.payload for process in self._processes()}:
            self._machine.files.end_turn(self._environment, self._payload)  # of one that is gone
        hangs = self._is_there(service) and self._must_wait(service)
        if hangs and self._reason_at_door(service, HANGS_SECONDS):
            self._take_out(service, HANGS_SECONDS)
        self._start(service)

    def await_ready(self) -> None:
        """Only what proved itself, at its door if it has one, may answer at the port."""
        if self._must_wait(self.service):
            self._require(self._reason_at_door)
        elif not self.service.door:
            self._require(self._reason_at_port)

    def let_in(self) -> None:
        """From here on the new release answers, beside the one before."""
        if self.service.door:
            self._changed = self._changed or self._must_wait(self.service)
            self._machine.files.give_turn(self._environment, self._payload)
            self._require(self._reason_at_port)

    def forget(self) -> None:
        """From here on nobody starts the release before again, unless it is kept to wait."""
        for name in sorted(self._watchers() - {HOLDER} - self._kept_watchers()):
            self._machine.managers.forget(self.manager, name)

    def retire(self) -> None:
        """Ask all that is left over to end: they stop accepting, and finish what they accepted.

        What is kept does the same, and waits at its door.
        """
        if self._kept:
            self._machine.files.end_turn(self._environment, self._kept.payload)
        left = left_over(self._processes(), self.manager, self._kept_watchers())
        self._changed = self._changed or bool(left)
        self._machine.processes.end(left)

    def await_end(self) -> None:
        """All that answers is the new release once the last of the old ones is gone."""
        left = left_over(self._processes(), self.manager, self._kept_watchers())
        self._machine.processes.wait(left, GRACE_SECONDS)
        for other in self._machine.files.turns(self._environment):
            if other != self._payload:
                self._machine.files.end_turn(self._environment, other)
        if self._kept and self._is_there(self._kept):
            reason = self._reason_at_door(self._kept, GRACE_SECONDS)
            self._is_warm = reason is None
            if reason:
                self._let_go(self._kept, reason)
        self._machine.files.tidy(self._environment, self._processes())

    def confirm(self) -> None:
        """Fresh connections are answered by the new release alone."""
        mine = self._pids_of(self.service)
        for _ in range(SAMPLES):
            answer = self._machine.probe.ask(self._port, self._processes())
            if self._kept and answer.pid in self._pids_of(self._kept):
                # The new release is not to blame for what the one before does.
                self._let_go(self._kept, "it answered at the port when it wasn't its turn")
                answer = self._machine.probe.ask(self._port, self._processes())
            if answer.status != HTTPStatus.OK or answer.pid not in mine:
                reason = answer.problem or f"process {answer.pid} answered instead"
                raise StrangerAnswers(self._payload, self._port, reason)

    def record(self) -> None:
        """What ran last is what a prune must keep."""
        self._write_state()

    def keep_warm(self) -> None:
        """The release before waits, started and proven; where it can't, the deploy goes on."""
        if self._kept is None or self._is_warm:
            return
        try:
            self._start(self._kept)
            self._cold = self._reason_at_door(self._kept) or ""
        except ManagerFailed as exc:
            self._cold = str(exc)
        self._is_warm = not self._cold
        if self._cold:
            self._take_out(self._kept, HANGS_SECONDS)
        self._write_state()

    def outcome(self) -> Swapped:
        """Return what was done, once all steps are."""
        seconds = self._machine.clock.seconds() - self._started
        warm = self._kept.payload if self._kept and self._is_warm else None
        was_there = not self._changed
        return Swapped(self._payload, self._port, seconds, was_there, warm, self._cold)

    def _write_state(self) -> None:
        state = self._machine.files.state(self._environment)
        warm = self._kept.payload if self._kept and self._is_warm else None
        self._machine.files.write_state(self._environment, state.after(self._payload, warm))

    def _service_of(self, digest: str) -> Service:
        payload = require_installed(digest, self._machine.depot)
        self._payloads[digest] = payload
        # Part of the entry's name: what runs behind another wall, or none, is started anew.
        served = self._machine.files.service(self._environment, payload)
        return replace(served, wall=self._machine.wall)

    def _kept_watchers(self) -> set[str]:
        return {service.watcher for service in (self.service, self._kept) if service}

    def _is_there(self, service: Service) -> bool:
        return service.watcher in self._watchers()

    def _must_wait(self, service: Service) -> bool:
        turns = self._machine.files.turns(self._environment)
        return bool(service.door) and service.payload not in turns

    def _start(self, service: Service) -> None:
        self._log_start = self._machine.files.log_size(service)
        if not self._is_there(service):
            self._machine.managers.add(self.manager, service)
            self._changed = True

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

    def _require(self, reason_against: Callable[[Service], str | None]) -> None:
        if reason := reason_against(self.service):
            if self._machine.files.state(self._environment).running != self._payload:
                self._take_out(self.service)
            # Once it is out: whatever reading its log brings, it takes no requests meanwhile.
            lines = self._machine.files.log_lines(self.service, self._log_start)
            raise NeverReady(self._payload, reason, lines)

    def _reason_at_port(self, service: Service) -> str | None:
        probe, port = self._machine.probe, self._port
        return self._reason_against(service, lambda found: probe.ask(port, found))

    def _reason_at_door(self, service: Service, seconds: float = READY_SECONDS) -> str | None:
        """Say why a service doesn't wait at its door, ready, with what its payload names."""
        probe, payload = self._machine.probe, self._payloads[service.payload]
        parts = parts_of(payload)
        expected = (payload.digest, parts.code, parts.model)

        def ask(found: tuple[HostProcess, ...]) -> Answer:
            answer = probe.ask_at_door(Path(service.door), found)
            same = (answer.payload, answer.code, answer.model) == expected
            return answer if same else Answer(problem="it names another release")

        return self._reason_against(service, ask, seconds)

    def _reason_against(
        self,
        service: Service,
        ask: Callable[[tuple[HostProcess, ...]], Answer],
        seconds: float = READY_SECONDS,
    ) -> str | None:
        clock, seen = self._machine.clock, set[int]()
        deadline = clock.seconds() + seconds
        while clock.seconds() < deadline:
            processes = self._processes()
            mine = {p.pid for p in serving(processes, self.manager, service.watcher)}
            answer = ask(processes) if mine else None
            if answer and answer.status == HTTPStatus.OK and answer.pid in mine:
                return None
            seen |= mine
            if len(seen) > STARTS:
                return f"it ended {STARTS} times"
            self._await_a_sign(service)
        return f"it didn't answer within {seconds:.0f} s"

    def _await_a_sign(self, service: Service) -> None:
        """Wait for the service to write a line, as it does once it is ready, or a moment at most.

        To look at all processes costs as much as the start that is waited for, on a busy machine.
        """
        clock, files = self._machine.clock, self._machine.files
        size, deadline = files.log_size(service), clock.seconds() + LOOK_SECONDS
        while files.log_size(service) == size and clock.seconds() < deadline:
            clock.sleep(POLL_SECONDS)

    def _pids_of(self, service: Service) -> set[int]:
        return {p.pid for p in serving(self._processes(), self.manager, service.watcher)}

    def _let_go(self, service: Service, reason: str) -> None:
        """End what was to be kept warm; this swap doesn't start it again."""
        self._take_out(service, HANGS_SECONDS)
        self._kept, self._is_warm, self._cold = None, False, reason

    def _take_out(self, service: Service, grace_seconds: float = GRACE_SECONDS) -> None:
        with suppress(ManagerFailed):  # it died meanwhile: what it started is ended all the same
            self._machine.managers.forget(self.manager, service.watcher)
        failed = serving(self._processes(), self.manager, service.watcher)
        self._machine.processes.end(failed)
        self._machine.processes.wait(failed, grace_seconds)
        self._machine.files.end_turn(self._environment, service.payload)


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
    Step("swap.await-ready", Swap.await_ready, "the new service is ready, at its own door"),
    Step("swap.let-in", Swap.let_in, "the new service answers at the port, beside the old one"),
    Step("swap.forget", Swap.forget, "the old one is not started again, unless it is kept warm"),
    Step(
        "swap.retire",
        Swap.retire,
        "orphans are asked to end, and the old one to end or to wait at its door",
    ),
    Step("swap.await-end", Swap.await_end, "they have ended; what is kept warm waits, ready"),
    Step("swap.confirm", Swap.confirm, "fresh connections get the new one alone"),
    Step("swap.record", Swap.record, "what runs is written down, and what is kept warm"),
    Step("swap.keep-warm", Swap.keep_warm, "the release before waits, ready, if it can"),
)
