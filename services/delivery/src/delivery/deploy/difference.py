"""One thing that isn't as git has it."""

from dataclasses import dataclass
from typing import Literal

from delivery.releases.wanted import Wanted, short

Place = Literal["mlflow", "terraform", "host", "cloud", "service"]


@dataclass(frozen=True)
class Difference:
    """One thing that isn't as git has it; `unknown` where nobody can say how it is."""

    place: Place
    what: str
    wanted: str
    found: str
    heals: str
    unknown: bool = False

    def __str__(self) -> str:
        verb = "can't be told" if self.unknown else f"is {self.found}"
        because = f" ({self.found})" if self.unknown else ""
        return (
            f"{self.place}: {self.what} {verb}{because}, wanted is {self.wanted}; "
            f"heals it: {self.heals}"
        )


@dataclass(frozen=True)
class Drift:
    """A resource that isn't as it was applied, and the attributes in which it differs.

    No attribute where the whole resource is to be made, replaced or removed: `action` says it.
    """

    address: str
    action: str
    attributes: tuple[str, ...] = ()


def named_payload(digest: str | None) -> str:
    """Return a payload's name for people."""
    return f"payload {short(digest)}" if digest else "nothing"


def deploy_command(wanted: Wanted) -> str:
    """Return the command that makes an environment what git wants."""
    return f"delivery deploy {wanted.environment} --commit {wanted.commit[:12]}"
