"""A table of attacks on the judgement of changes: what is tried, and what must stop it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from support.change_world import World

MAIN, PROMOTED, HALF, APPROVED = "main", "promoted", "half approved", "approved"
"""Where an attack begins: on main, or on a promotion with no, one or two approvals."""
Act = Callable[[World], Any]


@dataclass(frozen=True)
class Attack:
    """What is tried, the rule that must stop it, words of its reason, and where it begins.

    It is judged as it stands when the act is through, unless that gives a verdict itself.
    """

    act: Act
    rule: str
    words: str
    start: str


ATTACKS: Final[dict[str, Attack]] = {}


def attack(name: str, rule: str, words: str, start: str = MAIN) -> Callable[[Act], Act]:
    """Register an attack."""

    def register(act: Act) -> Act:
        ATTACKS[name] = Attack(act, rule, words, start)
        return act

    return register
