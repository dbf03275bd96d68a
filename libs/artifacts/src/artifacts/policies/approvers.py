"""The people who may approve: policies/approvers.yaml. A person is one, however many keys."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Annotated, Final, Literal

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


_NOREPLY: Final = re.compile(r"^(?:\d+[+-])?(?P<login>[^@]+)@users\.noreply\.[^@]+$")
"""Addresses that forges make up for an account: `123+login@users.noreply.github.com`."""
_WITHOUT_DOTS: Final = frozenset({"gmail.com", "googlemail.com"})


def account_of(email: str) -> str:
    """Return the account that a forge's own no-reply address stands for, or ""."""
    found = _NOREPLY.match(_folded(email))
    return found["login"] if found else ""


def normal_email(email: str) -> str:
    """Return the one form of an address: folded case and width, no `+tag`, domains in ASCII."""
    folded = _folded(email)
    if account := account_of(folded):
        return f"{account}@{folded.rpartition('@')[2]}"
    local, _, domain = folded.rpartition("@")
    domain = domain.rstrip(".")
    # A domain that could not exist is compared as it is written.
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode()
    local = local.partition("+")[0] or local
    return f"{local.replace('.', '') if domain in _WITHOUT_DOTS else local}@{domain}"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


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
        _once("the address", (normal_email(email) for one in people for email in one.emails))
        own = {name: [_folded(one) for one in p.accounts] for name, p in self.persons.items()}
        names = [name for name, accounts in own.items() if name not in accounts]
        _once("the account", (*names, *(one for accounts in own.values() for one in accounts)))
        return self

    @property
    def keys(self) -> frozenset[str]:
        """The keys of everybody, revoked or not, without their comments."""
        return frozenset(bare(key) for one in self.persons.values() for key in one.keys)

    def owner(self, key: str) -> str | None:
        """Name the person whose key this is, revoked or not."""
        return next(
            (n for n, one in self.persons.items() if bare(key) in map(bare, one.keys)), None
        )

    def of_email(self, email: str) -> str | None:
        """Name the person who has an address, however it is written, or whose account it is."""
        wanted = normal_email(email)
        found = (n for n, p in self.persons.items() if wanted in map(normal_email, p.emails))
        return next(found, None) or self.of_account(account_of(email))

    def of_account(self, account: str) -> str | None:
        """Name the person who has an account at the forge, or is called so here."""
        wanted = _folded(account)
        found = (n for n, p in self.persons.items() if wanted in {n, *map(_folded, p.accounts)})
        return next(found, None)

    def of_name(self, name: str) -> str | None:
        """Name the person whose full name this is: a weak sign, for want of an address."""
        wanted = " ".join(_folded(name).split())
        found = (n for n, p in self.persons.items() if wanted == " ".join(_folded(p.name).split()))
        return next(found, None)


def _once(what: str, names: Iterable[str]) -> None:
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise ValueError(f"{what} {twice[0]} stands twice: it belongs to one person, once")
