"""Every rule of the gate, in the order in which a report carries them: found in rules/.

Delivery reads the same table: by it a policy is read, and a report compared with what it must
carry. A report from which a rule was left out would pass its own checks, for every rule of it did.
"""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import ModuleInfo, iter_modules
from typing import Any, Final

import judging.rules
from judging.rule import AlwaysOn, Chosen, Rule

ALWAYS_ON: Final = frozenset(
    (
        "artifact",
        "policy",
        "review",
        "holdout_pin",
        "same_data",
        "parity",
        "champion",
        "required_slices",
    )
)
"""Those that no policy and no tier names: were a module of one lost, nothing else would miss it."""


def modules() -> Iterator[ModuleInfo]:
    """Yield what lies in rules/."""
    return iter_modules(judging.rules.__path__, f"{judging.rules.__name__}.")


def declared(found: Iterable[ModuleInfo]) -> tuple[Rule, ...]:
    """Return the rules of modules, in the order of reports.

    Raises ImportError for a folder among them, and where one that is always on is missing.
    """
    rules: list[Rule] = []
    for module in found:
        if module.ispkg:
            raise ImportError(f"{module.name} is a folder, but a rule is one module: remove it")
        rules += import_module(module.name).RULES
    there = {rule.id for rule in rules if isinstance(rule, AlwaysOn)}
    if wrong := sorted(there ^ ALWAYS_ON):
        raise ImportError(
            f"rules that are always on and ALWAYS_ON (judging/table.py) differ by "
            f"{', '.join(wrong)}: restore the module, or name a new rule there"
        )
    return tuple(sorted(rules, key=lambda rule: (rule.order, rule.id)))


RULES: Final = declared(modules())
CHOSEN: Final[dict[str, Chosen[Any]]] = {r.id: r for r in RULES if isinstance(r, Chosen)}
"""Those that a policy turns on by settings, by their ids."""
