"""The people of a rehearsal: each with a role, an SSH key, and a git configuration that signs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from artifacts.ssh_keygen import create_key

ROLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "ada": ("model_owner",),
        "bo": ("risk_officer",),
        "cleo": ("security_officer",),
        "max": ("ml_engineer",),
    }
)
"""Who is who: ada answers for the model, bo for its harm, cleo for keys; max trains it."""


@dataclass(frozen=True)
class Person:
    """Somebody who commits, approves and merges."""

    name: str
    roles: tuple[str, ...]
    folder: Path

    @property
    def key(self) -> Path:
        """The private key that signs commits and approvals."""
        return self.folder / "key"

    @property
    def public_key(self) -> str:
        """Its public half, as kind and key."""
        text = self.key.with_name("key.pub").read_text(encoding="utf-8")
        return " ".join(text.split()[:2])

    @property
    def email(self) -> str:
        """An address that can't exist."""
        return f"{self.name}@people.invalid"

    @property
    def git_configuration(self) -> Path:
        """What `git -c include.path=FILE` needs to commit as this person, signed."""
        return self.folder / "gitconfig"


def make_people(folder: Path) -> tuple[Person, ...]:
    """Create the people's keys where there are none, and return the people."""
    people = tuple(Person(name, roles, folder / name) for name, roles in ROLES.items())
    for person in people:
        person.folder.mkdir(parents=True, exist_ok=True)
        if not person.key.exists():
            create_key(person.key, person.email)
        person.git_configuration.write_text(_git_configuration(person), encoding="utf-8")
    return people


def approvers_text(people: Sequence[Person], since: str) -> str:
    """Return policies/approvers.yaml with these people, who count from the day `since`."""
    lines = ["# The people of a rehearsal. A team lists its own, with keys that they alone hold."]
    lines += ["kind: approvers", "persons:"]
    for person in people:
        lines += [
            f"  {person.name}:",
            f"    name: {person.name.title()}",
            f"    roles: [{', '.join(person.roles)}]",
            f"    emails: [{person.email}]",
            f"    keys: [{person.public_key}]",
            f"    since: {since}",
        ]
    return "\n".join(lines) + "\n"


def _git_configuration(person: Person) -> str:
    return (
        f"[user]\n\tname = {person.name.title()}\n\temail = {person.email}\n"
        f'\tsigningKey = "{person.key}"\n[gpg]\n\tformat = ssh\n[commit]\n\tgpgSign = true\n'
    )
