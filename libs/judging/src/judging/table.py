"""Every rule of the gate, in the order in which a report carries them: found in rules/.

Delivery reads the same table: by it a policy is read, and a report compared with what it must
carry. A report from which a rule was left out would pass its own checks, for every rule of it did.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final

import judging.rules
from judging.rule import Chosen, Rule


def _declared() -> Iterator[Rule]:
    for module in iter_modules(judging.rules.__path__, f"{judging.rules.__name__}."):
        yield from import_module(module.name).RULES


RULES: Final[tuple[Rule, ...]] = tuple(sorted(_declared(), key=lambda rule: (rule.order, rule.id)))
CHOSEN: Final[dict[str, Chosen[Any]]] = {r.id: r for r in RULES if isinstance(r, Chosen)}
"""Those that a policy turns on by settings, by their ids."""
