"""Who the cloud takes us for."""

from dataclasses import dataclass

from artifacts.records.record import Record


class Caller(Record):
    """The account, role or user that this process acts as, and the region it acts in."""

    account: str
    arn: str
    region: str


@dataclass(frozen=True)
class WrongAccount:
    """A refusal: the credentials belong to another account than the one that was named."""

    caller: Caller
    wanted: str

    @property
    def reason(self) -> str:
        """Say what was wrong and what to do."""
        return (
            f"these credentials are of account {self.caller.account} ({self.caller.arn}), and "
            f"{self.wanted} is wanted: use the role of that account"
        )


def check_account(caller: Caller, wanted: str) -> Caller | WrongAccount:
    """Return the caller, or the refusal where it is of another account."""
    return caller if caller.account == wanted else WrongAccount(caller, wanted)
