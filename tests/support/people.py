"""People who approve, made up."""

from datetime import UTC, date, datetime
from typing import Any, Final

from artifacts.policies.approvers import People

WHY: Final = "a reason that is long enough to be one"


ROLES: Final = {
    "ada": ["model_owner"],
    "bo": ["risk_officer"],
    "cleo": ["security_officer"],
    "dan": ["risk_officer", "model_owner"],
    "max": ["ml_engineer"],
}


def email(name: str) -> str:
    """A person's address."""
    return f"{name}@people.invalid"


NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)


def key_of(name: str) -> str:
    """A key in somebody's name, which no signature was ever made with."""
    return f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{name}"


def people(**changes: Any) -> People:
    """Everybody of the small world, with changes to some."""
    persons = {
        name: {"name": name, "roles": roles, "emails": [email(name)], "keys": [key_of(name)],
               "since": date(2026, 1, 1)} | changes.get(name, {})
        for name, roles in ROLES.items()
    }  # fmt: skip
    return People.model_validate({"kind": "approvers", "persons": persons})
