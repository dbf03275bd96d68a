"""The local target: payloads run as processes of this machine."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, get_args

from artifacts.errors import ArtifactError
from artifacts.records.release import Environment, Payload
from artifacts.text import plain
from delivery.clock import SystemClock
from delivery.deploy.dying import die_after
from delivery.errors import SettingsMissing, TargetFailed
from delivery.releases.wanted import Applied, short
from delivery.settings import TargetSettings, tool_environment
from delivery.targets.local.depot import FolderDepot
from delivery.targets.local.environment_files import FolderEnvironments
from delivery.targets.local.install import Installed, install_payload
from delivery.targets.local.local_errors import HostError
from delivery.targets.local.local_observation import EnvironmentState, LocalObservation
from delivery.targets.local.machine import observe, prune, stop
from delivery.targets.local.marked_processes import MarkedProcesses
from delivery.targets.local.payloads import Refused
from delivery.targets.local.processes import Service, of_role
from delivery.targets.local.swap import STEPS, Machine, Superseded, Swapped, swap
from walls import TriedRoom, find_wall, try_room

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from artifacts.records.release import Environment, Payload
    from delivery.deploy.compare import Drift, Place
    from delivery.settings import TargetSettings
    from delivery.targets.local.local_observation import LocalObservation
    from delivery.targets.target import Named


_MEND: Final = (
    "Deploy again, every step may be repeated; if it comes back, see the logs in "
    "<environment>/logs/ of the folder PLINTH_HOST"
)


@dataclass(frozen=True)
class LocalTarget:
    """Environments in the folder that the settings name; code comes from the repository `source`.

    `say` is told what people should know. Each method raises TargetFailed.
    """

    settings: TargetSettings
    source: Path
    say: Callable[[str], None]
    records: Place = "host"
    runs_at: Place = "host"
    steps: Sequence[Named] = STEPS

    def ready(self, environment: Environment, payload: Payload) -> None:
        """Write down that a payload is wanted, so that no other is swapped in; install it."""
        with _told("want"):
            run_want(self.settings, environment, payload.digest)
        with _told("install"):
            done = run_install(self.settings, payload, self.source)
        if isinstance(done, Refused):
            raise TargetFailed("install", done.reason, blames_release=True)

    def applied(self, environment: Environment) -> Applied | None:
        """Return what the last swap, or stop, wrote down."""
        with _told("observe"):
            state = read_state(self.settings, environment)
        return Applied(state.running) if state else None

    def apply(
        self,
        environment: Environment,
        payload: Payload,
        warm: str | None,
        after: Callable[[str], None],
    ) -> None:
        """Swap: the new release answers before the old one is asked to end, or to wait.

        Where another payload is wanted by now, nothing is done: the deploy of that one counts.
        """
        with _told("apply"):
            done = run_swap(self.settings, environment, payload.digest, after=after, warm=warm)
        if isinstance(done, Swapped) and done.warm:
            self.say(f"{environment}: {short(done.warm)}, the release before, is kept warm")
        elif isinstance(done, Swapped) and warm:
            self.say(f"{environment}: {short(warm)} is not kept warm: {plain(done.cold)}")

    def settle(self, environment: Environment, payload: Payload) -> None:
        """Return at once: a swap ends when the new release has taken over."""

    def observe(self, environment: Environment) -> LocalObservation:
        """Return what is written down, kept, running and answering."""
        with _told("observe"):
            return run_observe(self.settings, environment)

    def drift(self, environment: Environment, payload: Payload | None) -> tuple[Drift, ...]:
        """Return nothing: all that a swap makes is seen by `observe`."""
        del environment, payload
        return ()

    def stop(self, environment: Environment) -> None:
        """End services, process manager and the holder of the port."""
        with _told("stop"):
            run_stop(self.settings, environment)

    def prune(self, keep: Sequence[str]) -> None:
        """Remove payloads, code, models and logs that nothing needs."""
        with _told("prune"):
            run_prune(self.settings, keep)


@contextmanager
def _told(command: str) -> Iterator[None]:
    try:
        yield
    except SettingsMissing:  # it names the variable to set, and nothing was begun
        raise
    except HostError as exc:
        raise TargetFailed(command, str(exc), blames_release=exc.blames_release) from exc
    except OSError as exc:  # a full disk, or too few descriptors: another release has them as well
        reason = str(exc) or type(exc).__name__
        raise TargetFailed(command, reason, blames_release=False) from exc
    except Exception as exc:
        # A payload's process, or a killed manager, must not end what deploys: it has to say red.
        foreseen = isinstance(exc, ArtifactError)
        reason = str(exc) if foreseen else f"{type(exc).__name__}: {plain(exc)}. {_MEND}"
        blamed = command in {"install", "apply"}  # what a release is, or does, may break these
        raise TargetFailed(command, reason, blames_release=blamed) from exc


# All that a process of an environment gets besides its own: nothing of whoever deployed it.
_VARIABLES: Final = MappingProxyType({"LANG": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin"})


def run_install(
    settings: TargetSettings,
    payload: Payload,
    source: Path,
    models: Path | None = None,
    public_key: Path | None = None,
    *,
    every_byte: bool = False,
) -> Installed | Refused:
    """Install a payload; `models` and `public_key` are those of the settings unless given."""
    # Each of these takes a moment to import, and no other command needs them.
    from artifacts.store import StoredModels  # noqa: PLC0415
    from delivery.git.repository import GitSource  # noqa: PLC0415
    from delivery.targets.local.install import UvEnvironments  # noqa: PLC0415

    tools = tool_environment()
    return install_payload(
        payload,
        FolderDepot(_root(settings)),
        GitSource(source),
        StoredModels(
            models or settings.needed("model_store"), public_key or settings.needed("public_key")
        ),
        UvEnvironments(settings.needed("uv"), tools),
        every_byte=every_byte,
    )


def run_want(settings: TargetSettings, environment: Environment, payload: str) -> None:
    """Write down which payload an environment should run."""
    _files(settings).want(environment, payload)


def run_swap(
    settings: TargetSettings,
    environment: Environment,
    payload: str,
    port: int = 0,
    after: Callable[[str], None] | None = None,
    warm: str | None = None,
) -> Swapped | Superseded:
    """Make an environment serve a payload, and keep `warm` ready beside it.

    `after` is told the name of each step.
    """
    after = after or die_after(settings.die_after, [step.name for step in STEPS])
    return swap(_machine(settings), environment, payload, port, after, warm)


def read_state(settings: TargetSettings, environment: Environment) -> EnvironmentState | None:
    """Return what ran last in an environment, or None where nothing was ever swapped or stopped."""
    files = _files(settings)
    return files.state(environment) if files.has_state(environment) else None


def run_stop(settings: TargetSettings, environment: Environment) -> int:
    """End everything of an environment; return how many processes there were."""
    return stop(environment, _files(settings), _processes(settings))


def run_observe(settings: TargetSettings, environment: Environment) -> LocalObservation:
    """Say what an environment runs."""
    machine = _machine(settings)
    parts = (machine.files, machine.processes, machine.managers, machine.probe)
    return observe(environment, *parts, find_wall().name)


def run_walls(
    settings: TargetSettings,
    environment: Environment,
    beyond: Sequence[Path],
    sockets: Sequence[Path] = (),
) -> tuple[TriedRoom, ...]:
    """Enter the room of an environment's service and try there what must fail.

    `beyond` must be out of its reach, as are the other environment and what keeps this one, and
    `sockets` too. Where nothing was served yet, the room is one over empty folders.
    """
    from delivery.targets.local.circus_managers import service_room  # noqa: PLC0415

    root, wall = _root(settings), find_wall()
    others = [root / other for other in get_args(Environment) if other != environment]
    own = [root / environment / part for part in ("run", "wanted", "state.json", "logs")]
    hidden = [path for path in (*beyond, *others, *own) if path.exists()]
    with TemporaryDirectory(prefix="plinth-walls-") as name:
        Path(name).chmod(0o755)
        service = _served(settings, environment) or _empty_service(Path(name))
        room = service_room(environment, service, _VARIABLES)
        python, paths = service.command[0], [str(path) for path in sockets]
        tried = try_room(wall, room, python=python, beyond=hidden, sockets=paths)
    found = of_role(_processes(settings).of(environment), "service")
    unwalled = tuple(
        f"process {process.pid} serves without a wall: deploy {environment} again"
        for process in found
        if process.wall in {"", "none"}
    )
    breaches = (*tried.breaches, *unwalled)
    return (replace(tried, room=f"service-{environment}", breaches=breaches),)


def _served(settings: TargetSettings, environment: Environment) -> Service | None:
    """Return how what ran last in an environment is served, or None where nothing has."""
    files = _files(settings)
    running = files.state(environment).running
    try:
        return files.service(environment, FolderDepot(_root(settings)).payload(running or ""))
    except (HostError, ArtifactError, ValueError):
        return None


def _empty_service(folder: Path) -> Service:
    return Service("", (sys.executable,), (), "", reads=(sys.prefix,), writes=(str(folder),))


def run_prune(settings: TargetSettings, keep: Sequence[str]) -> tuple[str, ...]:
    """Remove what nobody needs; return what was removed."""
    root = _root(settings)
    return prune(keep, FolderDepot(root), _files(settings), _processes(settings))


def _machine(settings: TargetSettings) -> Machine:
    from delivery.targets.local.circus_managers import CircusManagers  # noqa: PLC0415
    from delivery.targets.local.listeners import SocketListeners  # noqa: PLC0415
    from delivery.targets.local.release_probe import HttpProbe  # noqa: PLC0415

    root, clock = _root(settings), SystemClock()
    return Machine(
        depot=FolderDepot(root),
        files=_files(settings),
        processes=_processes(settings),
        listeners=SocketListeners(root),
        managers=CircusManagers(root, _VARIABLES, lambda: secrets.token_hex(4), clock, find_wall),
        probe=HttpProbe(),
        clock=clock,
        wall=find_wall().name,
    )


def _files(settings: TargetSettings) -> FolderEnvironments:
    return FolderEnvironments(_root(settings), {})


def _processes(settings: TargetSettings) -> MarkedProcesses:
    return MarkedProcesses(_root(settings), SystemClock())


def _root(settings: TargetSettings) -> Path:
    # Resolved: processes carry this path, and two ways to one folder must not look like two hosts.
    return settings.needed("host").resolve()
