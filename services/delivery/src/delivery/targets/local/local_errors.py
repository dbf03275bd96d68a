"""What can go wrong on the local target. A refusal is no error: it is a value, `Refused`.

HostError
|-- EnvironmentFailed   uv could not build what a lock names
|-- NotInstalled        a payload is to run that is not installed
|-- Busy                another command works on the same and doesn't end
|-- PortTaken           another program listens on the port
|-- PathTooLong         a socket's path has no room for its name
|-- ManagerFailed       the process manager doesn't start, doesn't answer or refuses a command
|-- NeverReady          a payload was started and never answered; what served before serves on
`-- StrangerAnswers     after a swap, something else than the new release answers
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from delivery.errors import DeliveryError


class HostError(DeliveryError):
    """Base of every error of the local target.

    `blames_release` says whether it is a reason to take the release back; each class says it.
    """

    blames_release: ClassVar[bool]


class EnvironmentFailed(HostError):
    """An environment could not be built from its lock."""

    blames_release = True

    def __init__(self, reason: str) -> None:
        super().__init__(f"the environment of this code could not be built: {reason}")


class NotInstalled(HostError):
    """A payload that is to run isn't there, or isn't what was installed."""

    blames_release = False

    def __init__(self, payload: str, reason: str) -> None:
        self.payload = payload
        super().__init__(f"{payload} can't run: {reason}. Run `delivery local install` first")


class Busy(HostError):
    """A lock was not free within its time."""

    blames_release = False

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(
            f"another command has worked on {what} for over {seconds:.0f} s: wait for it, or end it"
        )


class PortTaken(HostError):
    """A program of somebody else listens on the port."""

    blames_release = False

    def __init__(self, port: int, reason: str) -> None:
        self.port = port
        super().__init__(
            f"can't listen on port {port}: {reason}. End what listens there or choose another port"
        )


class PathTooLong(HostError):
    """A socket's path is limited to about a hundred bytes, wherever the folder lies."""

    blames_release = False

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} is too long for a socket's name: {reason}. Set PLINTH_HOST to a shorter path"
        )


class ManagerFailed(HostError):
    """The process manager doesn't do its part."""

    blames_release = False

    def __init__(self, reason: str) -> None:
        super().__init__(f"the process manager: {reason}")


class NeverReady(HostError):
    """A payload was started and never answered; `log` holds its last lines."""

    blames_release = True

    def __init__(self, payload: str, reason: str, log: Sequence[str]) -> None:
        self.payload = payload
        self.log = tuple(log)
        lines = "".join(f"\n  | {line}" for line in log)
        super().__init__(
            f"{payload} never got ready: {reason}. What served before serves on. Its last lines:"
            f"{lines or ' none'}"
        )


class StrangerAnswers(HostError):
    """After a swap the port is answered by something else, or not at all."""

    blames_release = True

    def __init__(self, payload: str, port: int, reason: str) -> None:
        self.payload = payload
        super().__init__(f"{payload} was brought up on port {port}, and a connection got: {reason}")
