"""The local target: payloads run as processes of this machine."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from artifacts.errors import ArtifactError
from artifacts.text import plain
from delivery.errors import SettingsMissing, TargetFailed
from delivery.releases.wanted import Applied, short
from delivery.targets.local import wiring
from delivery.targets.local.local_errors import Busy, HostError
from delivery.targets.local.payloads import Refused
from delivery.targets.local.swap import STEPS, Swapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from artifacts.records.release import Environment, Payload
    from delivery.deploy.difference import Drift, Place
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
            wiring.run_want(self.settings, environment, payload.digest)
        with _told("install"):
            done = wiring.run_install(self.settings, payload, self.source)
        if isinstance(done, Refused):
            raise TargetFailed("install", done.reason)

    def applied(self, environment: Environment) -> Applied | None:
        """Return what the last swap, or stop, wrote down."""
        with _told("observe"):
            state = wiring.read_state(self.settings, environment)
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
            done = wiring.run_swap(
                self.settings, environment, payload.digest, after=after, warm=warm
            )
        if isinstance(done, Swapped) and done.warm:
            self.say(f"{environment}: {short(done.warm)}, the release before, is kept warm")
        elif isinstance(done, Swapped) and warm:
            self.say(f"{environment}: {short(warm)} is not kept warm: {plain(done.cold)}")

    def settle(self, environment: Environment, payload: Payload) -> None:
        """Return at once: a swap ends when the new release has taken over."""

    def observe(self, environment: Environment) -> LocalObservation:
        """Return what is written down, kept, running and answering."""
        with _told("observe"):
            return wiring.run_observe(self.settings, environment)

    def drift(self, environment: Environment, payload: Payload | None) -> tuple[Drift, ...]:
        """Return nothing: all that a swap makes is seen by `observe`."""
        del environment, payload
        return ()

    def stop(self, environment: Environment) -> None:
        """End services, process manager and the holder of the port."""
        with _told("stop"):
            wiring.run_stop(self.settings, environment)

    def prune(self, keep: Sequence[str]) -> None:
        """Remove payloads, code, models and logs that nothing needs."""
        with _told("prune"):
            wiring.run_prune(self.settings, keep)


@contextmanager
def _told(command: str) -> Iterator[None]:
    try:
        yield
    except Busy as exc:
        raise TargetFailed("lock", str(exc)) from exc
    except SettingsMissing:  # it names the variable to set, and nothing was begun
        raise
    except (HostError, ArtifactError, OSError) as exc:
        raise TargetFailed(command, str(exc) or type(exc).__name__) from exc
    except Exception as exc:
        # A payload's process, or a killed manager, must not end what deploys: it has to say red.
        reason = f"{type(exc).__name__}: {plain(exc)}. {_MEND}"
        raise TargetFailed(command, reason) from exc
