"""Everybody whom a commit names: in its headers and in the trailers of its message.

An address or an account may be written in many ways; `People` compares them in one form.
"""

import re
from collections.abc import Iterator
from typing import Final

from artifacts.policies.approvers import People
from delivery.changes.facts import Commit
from delivery.git.commits import RawCommit

_TRAILER: Final = re.compile(
    r"^\s*(?P<key>[A-Za-z][A-Za-z0-9 _-]{0,39}?)\s*[:=]\s*(?P<value>\S.*)$"
)
_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
_ACCOUNT: Final = re.compile(r"(?:^|[\s(<,;])@([A-Za-z0-9][A-Za-z0-9_.\[\]-]{0,99})")
LOOKED: Final = frozenset(
    {"reviewed-by", "acked-by", "approved-by", "tested-by", "reported-by", "requested-by", "cc"}
)
"""Trailers that name somebody who looked at a change, or asked for it, and did not write it."""


def persons_named(people: People, commit: Commit | RawCommit) -> frozenset[str]:
    """Return every person whom a commit's author, committer or message names as a maker.

    A trailer counts whatever it is called, unless it says that somebody only looked.
    """
    addresses = (commit.author, commit.committer)
    headers = (f"{name} <{at}>" for name, at in zip(commit.names, addresses, strict=True))
    identities = (*headers, *_makers(commit.message))
    return frozenset(person for one in identities for person in _persons(people, one))


def _makers(message: str) -> Iterator[str]:
    for line in message.splitlines():
        found = _TRAILER.match(line)
        if found and found["key"].strip().replace(" ", "-").casefold() not in LOOKED:
            yield found["value"]


def _persons(people: People, identity: str) -> Iterator[str]:
    """Give the persons of an identity's addresses and accounts, or else of its plain name.

    A name alone is weak, so it counts only where no address or account is anybody's.
    """
    known = [people.of_email(address) for address in _ADDRESS.findall(identity)]
    known += [people.of_account(account) for account in _ACCOUNT.findall(identity)]
    named = [one for one in known if one]
    yield from named or filter(None, [people.of_name(identity.partition("<")[0])])
