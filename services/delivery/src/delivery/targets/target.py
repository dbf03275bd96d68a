"""What an environment runs on: processes of this machine, or a service in AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from artifacts.records.release import Environment, Payload
    from delivery.deploy.compare import Drift, Observation, Place
    from delivery.releases.wanted import Applied

Act = TypeVar("Act")


@dataclass(frozen=True)
class Step(Generic[Act]):
    """A step that may be repeated: its name, what it calls, and what is true once it is done."""

    name: str
    act: Act
    done: str


class Named(Protocol):
    """What whoever lists steps needs of one."""

    @property
    def name(self) -> str:
        """The name by which a test ends a deploy right after the step."""

    @property
    def done(self) -> str:
        """What is true once the step is done."""


class Target(Protocol):
    """Where environments run. Each method raises a DeploymentFailed that says what broke."""

    @property
    def records(self) -> Place:
        """The place that keeps what was applied, as differences name it."""

    @property
    def runs_at(self) -> Place:
        """The place whose processes or tasks serve, as differences name it."""

    @property
    def steps(self) -> Sequence[Named]:
        """The steps of `apply`, in order; none where another program does it all."""

    def ready(self, environment: Environment, payload: Payload) -> None:
        """Have a payload where it can run, verified; from now on only this one may be applied."""

    def applied(self, environment: Environment) -> Applied | None:
        """Return what was applied last, or None before anything was."""

    def apply(
        self,
        environment: Environment,
        payload: Payload,
        warm: str | None,
        after: Callable[[str], None],
    ) -> None:
        """Make an environment run a payload, and tell `after` the name of each step.

        Keep the payload `warm` started beside it, not answering, where the target can.
        """

    def settle(self, environment: Environment, payload: Payload) -> None:
        """Wait until what was applied has taken over, or say why it didn't."""

    def observe(self, environment: Environment) -> Observation:
        """Return what runs and what it says of itself, whatever state it is in."""

    def drift(self, environment: Environment, payload: Payload | None) -> tuple[Drift, ...]:
        """Return what isn't as it was applied, as far as `observe` doesn't show it."""

    def stop(self, environment: Environment) -> None:
        """End everything that serves an environment."""

    def prune(self, keep: Sequence[str]) -> None:
        """Remove payloads that nothing runs, ran last or wants, and that aren't to be kept."""
