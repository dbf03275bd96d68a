"""The people who may approve: policies/approvers.yaml. A person is one, however many keys."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from artifacts.records.approval import Person as PersonName
from artifacts.records.approval import Role
from artifacts.records.record import Part, Record

PublicKey = Annotated[
    str,
    StringConstraints(
        max_length=2000,
        pattern=r"^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|"
        r"sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com) "
        r"[A-Za-z0-9+/]{20,}={0,2}( [ -~]*)?$",
    ),
]
"""One line of an SSH public key file: kind, key, and a comment that counts for nothing."""
Email = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\s@<>]+@[^\s@<>]+$")]
Account = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\[\]-]{0,99}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]


def bare(key: str) -> str:
    """Return a public key without its comment: `ssh-ed25519 AAAA...`."""
    return " ".join(key.split()[:2])


class Person(Part):
    """One person: the roles they hold, how they are known, and the keys that speak for them.

    `accounts` are names at the forge. A key that is lost stays under `keys` and is `revoked` from
    a day on, so that it is still known whose it was. All days begin at midnight UTC.
    """

    name: Name
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    emails: Annotated[tuple[Email, ...], Field(min_length=1)]
    keys: Annotated[tuple[PublicKey, ...], Field(min_length=1)]
    accounts: tuple[Account, ...] = ()
    since: date
    until: date | None = None
    revoked: dict[PublicKey, date] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _revokes_its_own(self) -> "Person":
        own = {bare(key) for key in self.keys}
        if any(bare(key) not in own for key in self.revoked):
            raise ValueError("a key is revoked that doesn't stand under keys")
        if self.until is not None and self.until < self.since:
            raise ValueError("until is before since")
        return self

    def objection(self, key: str, when: datetime) -> str:
        """Say why a key of this person doesn't count at a time; nothing if it does."""
        day = when.astimezone(UTC).date()
        if day < self.since:
            return f"counts from {self.since} on"
        if self.until is not None and day >= self.until:
            return f"counts no more since {self.until}"
        gone = {bare(one): on for one, on in self.revoked.items()}.get(key)
        if gone is not None and day >= gone:
            return f"has revoked this key on {gone}"
        return ""


class People(Record):
    """policies/approvers.yaml. No key, address or account belongs to two persons."""

    kind: Literal["approvers"]
    persons: dict[PersonName, Person]

    @model_validator(mode="after")
    def _nothing_shared(self) -> "People":
        people = self.persons.values()
        _once("the key", (bare(key) for one in people for key in one.keys))
        _once("the address", (email.lower() for one in people for email in one.emails))
        _once("the account", (name.lower() for one in people for name in one.accounts))
        return self

    def owner(self, key: str) -> str | None:
        """Name the person whose key this is, revoked or not."""
        return next(
            (n for n, one in self.persons.items() if bare(key) in map(bare, one.keys)), None
        )

    def of_email(self, email: str) -> str | None:
        """Name the person who has an address."""
        wanted = email.lower()
        found = (n for n, p in self.persons.items() if wanted in map(str.lower, p.emails))
        return next(found, None)

    def of_account(self, account: str) -> str | None:
        """Name the person who has an account at the forge, or is called so here."""
        wanted = account.lower()
        found = (n for n, p in self.persons.items() if wanted in {n, *map(str.lower, p.accounts)})
        return next(found, None)


def _once(what: str, names: Iterable[str]) -> None:
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise ValueError(f"{what} {twice[0]} stands twice: it belongs to one person, once")
