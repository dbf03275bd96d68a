"""What those who deploy need from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from artifacts.policies.tiers import RoomName
    from artifacts.records.release import Environment, Payload
    from delivery.deploy.change_verdict import DeployVerdict
    from delivery.releases.wanted import AliasPoint


class Main(Protocol):
    """The branch that environments follow."""

    def tip(self) -> str:
        """Return the commit that main stands at now; RepositoryUnreadable if nobody can say."""


class DeployLocks(Protocol):
    """Lets one deploy of an environment run at a time, on this machine."""

    def held(self, environment: Environment) -> AbstractContextManager[None]:
        """Wait for an environment's lock and hold it; DeployLocked after a while."""

    def taken(self, environment: Environment) -> bool:
        """Whether a deploy of an environment holds its lock now."""


class ImageBuilder(Protocol):
    """Builds images and brings them where a target finds them. TargetFailed, ImageRefused."""

    def build(self, payload: Payload, source: Path) -> str:
        """Build the image of code and models, unless there is one; return what was done."""

    def publish(self, payload: Payload) -> str:
        """Push the image of a payload, and wait until it was scanned; return what was done."""


class AliasRegistry(Protocol):
    """A registry's aliases: they follow git. RegistryFailed where it can't be asked."""

    def aliases(self, model: str) -> tuple[AliasPoint, ...]:
        """Return where each alias of a model points."""

    def prepare(self) -> None:
        """Say that aliases will be moved soon: what takes long to start may start now."""

    def point(self, moves: Sequence[AliasPoint]) -> None:
        """Point aliases at versions, or remove those that point at none."""


class MachineWalls(Protocol):
    """Knows the rooms of the machine that deploys."""

    def __call__(self) -> Mapping[RoomName, str]:
        """Return the rooms that have no wall here, with the reason why."""


class ChangeJudge(Protocol):
    """Judges what a commit of main changes."""

    def judge_deploy(self, environment: Environment, commit: str) -> DeployVerdict:
        """Say whether a commit's release may be deployed now, by what stood before it."""


class RevertProposer(Protocol):
    """Proposes to take back a change that can't be deployed."""

    def propose(self, environment: Environment, commit: str, reason: str) -> tuple[str, ...]:
        """Return lines for whoever reads the log: what was proposed, or what to do by hand."""
