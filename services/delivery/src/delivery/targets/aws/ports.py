"""What those who look after services need from outside."""

from pathlib import Path
from typing import Protocol

from artifacts.records.release import Environment
from delivery.targets.answers import Answer
from delivery.targets.aws.aws_observation import Sighting
from delivery.targets.aws.identity import Caller


class Accounts(Protocol):
    """Says whose credentials these are."""

    def caller(self) -> Caller:
        """Return who we are; a CloudError that says what to do where nobody can tell."""


class Services(Protocol):
    """The services of an account."""

    def look(self, environment: Environment) -> Sighting:
        """Return all that runs in an environment; a CloudError where it can't be asked."""


class Probe(Protocol):
    """Asks what answers at an address."""

    def ask(self, url: str) -> Answer:
        """Ask for the release over a fresh connection; what goes wrong is in the answer."""


class Clock(Protocol):
    """Time that goes by."""

    def seconds(self) -> float:
        """Return seconds since some moment."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Tokens(Protocol):
    """Issues tokens that say which workflow this is."""

    def token(self, audience: str) -> str:
        """Return a token for an audience; TokenRefused."""


class TokenFile(Protocol):
    """Keeps a token for who needs it."""

    def write(self, path: Path, token: str) -> None:
        """Write it whole or not at all, readable by this user alone; TokenRefused."""
