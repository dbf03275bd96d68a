"""A table of attacks on the judgement of changes: what is tried, and what must stop it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from support import change_world
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


class Attacks(dict[str, Attack]):
    """Attacks by name. `pytest -s` prints what each got to hear."""

    def attack(self, name: str, rule: str, words: str, start: str = MAIN) -> Callable[[Act], Act]:
        """Add an attack to the table."""

        def add(act: Act) -> Act:
            assert name not in self
            self[name] = Attack(act, rule, words, start)
            return act

        return add

    def must_fail(self, name: str, starts: dict[str, World], folder: Path) -> None:
        """Play an attack in a copy of the world that it begins in: it fails, for a named reason."""
        one: Final = self[name]
        world = change_world.copy_of(starts[one.start], folder)
        verdict = one.act(world) or world.judge()
        found = "; ".join(it.reason for it in verdict.problems if it.rule == one.rule)
        print(f"\n  {name:<56} {one.rule}: {found[:230]}", end="")  # noqa: T201
        assert not verdict.allowed
        assert one.words in found
