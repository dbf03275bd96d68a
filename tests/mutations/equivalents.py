"""Mutants that no test could tell from the original. Each is named with the reason why.

An entry that matches no mutant, or one that a test does notice, fails the check: so the list can't
outlive what it excuses.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("equivalents.yaml")
MIN_REASON = 20


def read(path: Path) -> dict[str, str]:
    """Read the reasons by the ids of mutants.

    Raises:
        ValueError: an entry has no reason worth the name, or a mutant stands twice.
    """
    reasons: dict[str, str] = {}
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")) or ():
        mutant, reason = entry["mutant"], entry["reason"]
        if mutant in reasons:
            raise ValueError(f"{path.name}: {mutant} stands twice")
        if len(reason) < MIN_REASON:
            raise ValueError(f"{path.name}: give a reason for {mutant}")
        reasons[mutant] = reason
    return reasons


def stale(
    reasons: Mapping[str, str], survived: Collection[str], known: Collection[str]
) -> list[str]:
    """Say which entries excuse nothing: a test notices the mutant, or there is none of that id."""
    return [
        f"{mutant}: a test notices it" if mutant in known else f"{mutant}: there is no such mutant"
        for mutant in reasons
        if mutant not in survived
    ]
