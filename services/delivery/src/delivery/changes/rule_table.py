"""All rules about changes, in the order in which a verdict shows them.

Each module of `rules/` declares its own; a rule that is in none of them is not judged.
"""

from typing import Final

from delivery.changes.rule import Rule
from delivery.changes.rules import (
    approvals,
    authors,
    clock,
    genuine,
    keeping,
    rejections,
    releases,
)

RULES: Final[tuple[Rule, ...]] = (
    *keeping.RULES,
    *clock.RULES,
    *authors.RULES,
    *genuine.RULES,
    *releases.RULES,
    *approvals.RULES,
    *rejections.RULES,
)
OF_RELEASES: Final = frozenset(rule.id for rule in RULES if rule.of_release)
NEEDING_THE_LOG: Final = frozenset(rule.id for rule in RULES if rule.needs_log)
