"""A machine in memory: managers, processes and sockets that do what a test says."""

# ruff: noqa: ARG002 - a fake has the signatures of its port

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from artifacts.digests import digest_bytes, hex_part
from artifacts.records.release import Environment, Payload, ReleasedCode, ReleasedModel
from delivery.targets.answers import Answer
from delivery.targets.local.local_errors import ManagerFailed, NotInstalled, PortTaken
from delivery.targets.local.local_observation import EnvironmentState
from delivery.targets.local.payloads import Kind
from delivery.targets.local.processes import HOLDER, HostProcess, Manager, Service, Watcher
from delivery.targets.local.swap import Machine

PORT = 8123
CODE = ReleasedCode(digest=digest_bytes(b"code"), commit="a" * 40)


def payload_of(name: str) -> Payload:
    """Return a payload with one model."""
    model = ReleasedModel(digest=digest_bytes(name.encode()), version=1, gate_report=CODE.digest)
    return Payload(code=CODE, models={"architecture": (model,)})


@dataclass
class FakeClock:
    """Time that goes by when somebody sleeps."""

    now: float = 0.0

    def seconds(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class FakeListener:
    """A socket."""

    port: int

    def close(self) -> None:
        """Close it."""


@dataclass
class FakeMachine:
    """Everything at once: it is every port of a swap, so that one list says what happened."""

    payloads: dict[str, Payload] = field(default_factory=dict)
    clock: FakeClock = field(default_factory=FakeClock)
    alive: list[HostProcess] = field(default_factory=list)
    entries: dict[str, dict[str, Service | None]] = field(default_factory=dict)
    dead_on_start: set[str] = field(default_factory=set)
    mute: set[str] = field(default_factory=set)
    silent_managers: set[str] = field(default_factory=set)
    holders_answer: bool = True
    descriptors_can_be_taken: bool = True
    stranger: bool = False
    port_taken_by_stranger: bool = False
    events: list[str] = field(default_factory=list)
    wall: str = "bubblewrap"
    state_now: EnvironmentState = field(default_factory=EnvironmentState)
    wanted_now: str | None = None
    port_now: int | None = None
    damage: dict[Kind, tuple[str, ...] | None] = field(default_factory=dict)
    turns_now: set[str] = field(default_factory=set)
    can_wait: bool = True
    asked: int = -1
    hanging: set[str] = field(default_factory=set)
    stubborn: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(100, 10_000)))

    def machine(self) -> Machine:
        """Return this as what a swap works with."""
        return Machine(
            depot=self,  # type: ignore[arg-type]
            files=self,  # type: ignore[arg-type]
            processes=self,  # type: ignore[arg-type]
            listeners=self,  # type: ignore[arg-type]
            managers=self,  # type: ignore[arg-type]
            probe=self,  # type: ignore[arg-type]
            clock=self.clock,  # type: ignore[arg-type]
            wall=self.wall,
        )

    def install(self, *names: str) -> list[str]:
        found = [payload_of(name) for name in names]
        self.payloads |= {payload.digest: payload for payload in found}
        return [payload.digest for payload in found]

    def process(self, role: str, manager: str, port: int = PORT, **more: str) -> HostProcess:
        known = HostProcess(next(self._numbers), role, "staging", port, manager, "v1")  # type: ignore[arg-type]
        self.alive.append(replace(known, **more))
        return self.alive[-1]

    # EnvironmentFiles
    @contextmanager
    def swapping(self, environment: Environment) -> Iterator[None]:
        self.events.append("lock")
        yield

    def wanted(self, environment: Environment) -> str | None:
        return self.wanted_now

    def want(self, environment: Environment, payload: str | None) -> None:
        self.wanted_now = payload

    def state(self, environment: Environment) -> EnvironmentState:
        return self.state_now

    def write_state(self, environment: Environment, state: EnvironmentState) -> None:
        self.state_now = state

    def port(self, environment: Environment) -> int | None:
        return self.port_now

    def write_port(self, environment: Environment, port: int) -> None:
        self.port_now = port

    def service(self, environment: Environment, payload: Payload) -> Service:
        door = payload.digest if self.can_wait else ""
        return Service(payload.digest, ("serve", payload.digest), (), "log", door=door)

    def door(self, environment: Environment, payload: str) -> Path:
        return Path(payload)

    def turns(self, environment: Environment) -> tuple[str, ...]:
        return tuple(sorted(self.turns_now))

    def give_turn(self, environment: Environment, payload: str) -> None:
        self.turns_now.add(payload)

    def end_turn(self, environment: Environment, payload: str) -> None:
        self.turns_now.discard(payload)

    def log_size(self, service: Service) -> int:
        return 0

    def log_lines(self, service: Service, start: int) -> tuple[str, ...]:
        self.events.append("read log")
        return ("its last words",)

    def tidy(self, environment: Environment, alive: Sequence[HostProcess]) -> None:
        self.events.append("tidy")

    # Depot
    def differences(self, kind: Kind, digest: str, *, every_byte: bool) -> tuple[str, ...] | None:
        return self.damage.get(kind, ())

    def payload(self, digest: str) -> Payload:
        if digest not in self.payloads:
            raise NotInstalled(digest, "it isn't there")
        return self.payloads[digest]

    # Processes
    def of(self, environment: Environment) -> tuple[HostProcess, ...]:
        return tuple(process for process in self.alive if process.environment == environment)

    def end(self, processes: Sequence[HostProcess]) -> None:
        self.events += [f"end {self._name(process)}" for process in processes]
        self.alive = [process for process in self.alive if process not in processes]

    def wait(self, processes: Sequence[HostProcess], seconds: float) -> None:
        self.events += [f"wait {self._name(process)}" for process in processes]

    # Listeners
    def from_holder(self, holder: HostProcess) -> FakeListener | None:
        self.events.append("ask holder")
        return FakeListener(holder.port) if self.holders_answer else None

    def from_process(self, process: HostProcess) -> FakeListener | None:
        self.events.append("take descriptor")
        return FakeListener(process.port) if self.descriptors_can_be_taken else None

    def bind(self, port: int) -> FakeListener:
        self.events.append(f"bind {port}")
        if self.port_taken_by_stranger or any(process.port == port for process in self.alive):
            raise PortTaken(port, "Address already in use")
        return FakeListener(port or PORT)

    # Managers
    def find(self, processes: Sequence[HostProcess], port: int) -> Manager | None:
        for process in processes:
            named = process.role == "manager" and process.manager not in self.silent_managers
            if named and process.port == port:
                return Manager(process.manager, process.pid, "staging", port)
        return None

    def start(self, environment: Environment, listener: FakeListener) -> Manager:
        name = f"m{len(self.entries)}"
        self.events.append(f"start {name}")
        self.entries[name] = {}
        process = self.process("manager", name, listener.port)
        return Manager(name, process.pid, environment, listener.port)

    def watchers(self, manager: Manager) -> tuple[Watcher, ...]:
        if manager.name in self.silent_managers:
            raise ManagerFailed("it doesn't answer")
        return tuple(Watcher(name, "active") for name in self.entries[manager.name])

    def add_holder(self, manager: Manager) -> None:
        self.entries[manager.name][HOLDER] = None
        self.process("holder", manager.name, manager.port, watcher=HOLDER)

    def add(self, manager: Manager, service: Service) -> None:
        self.events.append("add")
        self.entries[manager.name][service.watcher] = service
        self._spawn(manager.name, manager.port, service)

    def forget(self, manager: Manager, watcher: str) -> None:
        self.events.append("forget")
        del self.entries[manager.name][watcher]

    # Probe
    def ask(self, port: int, processes: Sequence[HostProcess]) -> Answer:
        self._restart_the_dead()
        if self.stranger and len(self.alive) == 3:
            return Answer(status=200, pid=1)
        able = [
            process
            for process in self.alive
            if process.role == "service" and process.payload not in self.mute
            if not self.can_wait or process.payload in self.turns_now | self.stubborn
        ]
        if not able:
            return Answer(problem="Connection refused")
        # Who is quicker to accept is luck: each in turn, the newest first.
        self.asked += 1
        process = able[-(self.asked % len(able)) - 1]
        return Answer(status=200, pid=process.pid, payload=process.payload)

    def ask_at_door(self, door: Path, processes: Sequence[HostProcess]) -> Answer:
        self._restart_the_dead()
        payload = str(door)
        silent = self.mute | self.hanging | self.turns_now
        waits = [p for p in self.alive if p.payload == payload and payload not in silent]
        if not waits or not self.can_wait:
            return Answer(problem="No such file or directory")
        (model,) = self.payloads[payload].models["architecture"]
        return Answer(
            status=200, pid=waits[-1].pid, payload=payload, code=CODE.digest, model=model.digest
        )

    def _restart_the_dead(self) -> None:
        for process in [p for p in self.alive if p.payload in self.dead_on_start]:
            self.alive.remove(process)
            service = self.entries[process.manager][process.watcher]
            if service:
                self._spawn(process.manager, process.port, service)

    def _spawn(self, manager: str, port: int, service: Service) -> None:
        self.process("service", manager, port, watcher=service.watcher, payload=service.payload)

    def _name(self, process: HostProcess) -> str:
        if process.role != "service":
            return f"{process.role} {process.manager}"
        return f"service {hex_part(process.payload or '')[:4]}"
