"""What was seen of an environment, wherever it runs."""

from collections.abc import Iterable
from typing import Protocol

from delivery.deploy.difference import Difference
from delivery.releases.wanted import Wanted


class Observation(Protocol):
    """An environment as it was found: on a host of ours, or in a cloud."""

    @property
    def nothing(self) -> bool:
        """Whether nothing serves, and nothing would start again."""

    @property
    def unwalled(self) -> str:
        """Why a service that is started here has no wall around it; nothing where it has one."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know that is no difference."""

    def differences(self, wanted: Wanted) -> Iterable[Difference]:
        """Return where it isn't what git wants."""
