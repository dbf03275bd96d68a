"""What this service needs from outside."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, Protocol

from artifacts.records.release import Environment, Payload
from delivery.targets.answers import Answer
from delivery.targets.local.local_observation import EnvironmentState
from delivery.targets.local.processes import HostProcess, Manager, Service, Watcher

Kind = Literal["payloads", "code", "models"]


class CodeSource(Protocol):
    """A git repository."""

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of all files at and under some paths of a commit; SourceUnreadable."""


class ModelSource(Protocol):
    """Where verified models come from."""

    def copy(self, digest: str, folder: Path) -> None:
        """Copy a model's artifact to a folder that isn't there; UnknownArtifact. Verifies nothing.

        What is verified must be the copy: the store may change while it is copied.
        """

    def verify(self, folder: Path, digest: str) -> None:
        """Return if a folder holds the signed artifact of a digest.

        Raises InvalidArtifact, SignatureRefused or UnreadableRecord.
        """

    def public_key(self) -> bytes:
        """Return the key that models are verified with, as PEM."""


class EnvironmentBuilder(Protocol):
    """Builds Python environments."""

    def build(self, folder: Path, lock: Path, sources: Sequence[Path]) -> None:
        """Build an environment from a lock, with packages from sources beside it.

        It may be moved together with its sources. Raises EnvironmentFailed.
        """


class Depot(Protocol):
    """What is installed: folders named by digests, whole or not there, never written again."""

    def installing(self) -> AbstractContextManager[None]:
        """Keep others from installing and pruning meanwhile; Busy."""

    def folder(self, kind: Kind, digest: str) -> Path:
        """Return where a part lies, or would lie."""

    def differences(self, kind: Kind, digest: str, *, every_byte: bool) -> tuple[str, ...] | None:
        """Return how a part differs from what was stamped; None where there is no such part.

        Sizes and times are compared, and with `every_byte` digests too.
        """

    def draft(self, kind: Kind, digest: str) -> Path:
        """Return an empty folder to build a part in; what a killed run left there is gone."""

    def keep(self, kind: Kind, digest: str, draft: Path) -> Path:
        """Stamp a draft, make it read-only, put it in its place and return that."""

    def payload(self, digest: str) -> Payload:
        """Return an installed payload; NotInstalled."""

    def digests(self, kind: Kind) -> tuple[str, ...]:
        """Return what is installed."""

    def remove(self, kind: Kind, digest: str) -> None:
        """Remove a part."""

    def remove_drafts(self) -> int:
        """Remove what killed runs left half-built, and say how much it was."""


class EnvironmentFiles(Protocol):
    """What is written down about environments."""

    def swapping(self, environment: Environment) -> AbstractContextManager[None]:
        """Keep others from swapping or stopping meanwhile; Busy."""

    def wanted(self, environment: Environment) -> str | None:
        """Return the digest of the payload that is wanted last."""

    def want(self, environment: Environment, payload: str | None) -> None:
        """Write down which payload is wanted."""

    def state(self, environment: Environment) -> EnvironmentState:
        """Return what ran last."""

    def write_state(self, environment: Environment, state: EnvironmentState) -> None:
        """Write down what runs."""

    def port(self, environment: Environment) -> int | None:
        """Return the port that the environment had last."""

    def write_port(self, environment: Environment, port: int) -> None:
        """Write down the port."""

    def service(self, environment: Environment, payload: Payload) -> Service:
        """Return how an installed payload is served; a key for its callers is made at first."""

    def log_size(self, service: Service) -> int:
        """Return how many bytes of log a service has."""

    def log_lines(self, service: Service, start: int) -> tuple[str, ...]:
        """Return the last lines that a service wrote since its log had `start` bytes."""

    def prune(self, payloads: Sequence[str], supervisors: Sequence[str]) -> tuple[str, ...]:
        """Remove the logs of other payloads and the holder programs of others; return names."""

    def tidy(self, environment: Environment, alive: Sequence[HostProcess]) -> None:
        """Remove the sockets and settings of managers and holders that live no more."""


class Processes(Protocol):
    """The processes of this machine that this host started."""

    def of(self, environment: Environment) -> tuple[HostProcess, ...]:
        """Return those of an environment that live, whoever started them."""

    def end(self, processes: Sequence[HostProcess]) -> None:
        """Ask services to end, once, and end managers and holders at once."""

    def wait(self, processes: Sequence[HostProcess], seconds: float) -> None:
        """Wait until all have ended; what hasn't by then is killed."""


class Listener(Protocol):
    """A listening socket of this process."""

    @property
    def port(self) -> int:
        """The port that it listens on."""

    def close(self) -> None:
        """Close this process's copy."""


class Listeners(Protocol):
    """Ways to a listening socket."""

    def from_holder(self, holder: HostProcess) -> Listener | None:
        """Get the socket from its holder, or None."""

    def from_process(self, process: HostProcess) -> Listener | None:
        """Get the socket from any process that has it, or None where the system doesn't let us."""

    def bind(self, port: int) -> Listener:
        """Bind a port (0: a free one) of this machine's own address and listen; PortTaken."""


class Managers(Protocol):
    """Process managers. Every method raises ManagerFailed where one doesn't answer or obey."""

    def find(self, processes: Sequence[HostProcess], port: int) -> Manager | None:
        """Return the manager of a port that answers and is of this version, or None."""

    def start(self, environment: Environment, listener: Listener) -> Manager:
        """Start a manager on a listening socket and return it once it answers."""

    def watchers(self, manager: Manager) -> tuple[Watcher, ...]:
        """Return its entries."""

    def add_holder(self, manager: Manager) -> None:
        """Let it keep a holder of its listening socket."""

    def add(self, manager: Manager, service: Service) -> None:
        """Let it keep a service."""

    def forget(self, manager: Manager, watcher: str) -> None:
        """Take an entry out; its process runs on, and isn't started again."""


class Probe(Protocol):
    """Asks what listens on a port."""

    def ask(self, port: int, processes: Sequence[HostProcess]) -> Answer:
        """Ask for the release over a fresh connection, and find out which process answered."""


class Clock(Protocol):
    """Time that goes by."""

    def seconds(self) -> float:
        """Return seconds since some moment."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
