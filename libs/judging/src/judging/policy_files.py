"""The files of policies/: policies, risk tiers and pinned holdouts."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from artifacts.errors import PolicyRefused, UnreadableRecord
from artifacts.policies.holdout_text import pin_text
from artifacts.policies.pin_file import read_pin
from artifacts.policies.tiers import RiskTiers
from artifacts.records.holdout import HoldoutPin
from artifacts.records.record import Record, parse_yaml
from artifacts.write_whole import write_whole
from judging.policy import Policy, unknown_rules

R = TypeVar("R", bound=Record)


class YamlPolicies:
    """policies/: models/<model>.yaml, risk_tiers.yaml and holdouts/<model>.csv."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, model: str) -> Policy:
        """Return a model's policy; UnreadableRecord where there is none.

        PolicyRefused where it can't be followed: a rule that there is not, a key given twice, a
        limit on the better side, another model's policy.
        """
        path = self._root / "models" / f"{model}.yaml"
        policy = _followed(Policy, path, unknown_rules)
        if policy.model != model:
            raise PolicyRefused(str(path), (f"it is the policy of {policy.model}",))
        return policy

    def tiers(self) -> RiskTiers:
        """Return the risk tiers; UnreadableRecord where there are none, PolicyRefused bad ones."""
        return _followed(RiskTiers, self._root / "risk_tiers.yaml", lambda _: ())

    def pin(self, model: str) -> HoldoutPin | None:
        """Return a model's pinned holdout, or None before there is one; UnreadableRecord."""
        path = self._pin_path(model)
        return read_pin(path, model) if path.exists() else None

    def write_pin(self, pin: HoldoutPin) -> Path:
        """Replace a model's pinned holdout whole, and return its path."""
        return write_whole(self._pin_path(pin.model), pin_text(pin))

    def _pin_path(self, model: str) -> Path:
        return self._root / "holdouts" / f"{model}.csv"


def _followed(record: type[R], path: Path, faults: Callable[[object], tuple[str, ...]]) -> R:
    """Read a file of people's decisions. Not there is unreadable; there and wrong is refused."""
    if not path.is_file():
        raise UnreadableRecord(str(path), ("there is no such file",))
    named: tuple[str, ...] = ()
    try:
        document = parse_yaml(path.read_text(encoding="utf-8"), str(path))
        named = faults(document)
        return record.parse(document, str(path))
    except UnreadableRecord as exc:
        raise PolicyRefused(str(path), (*named, *exc.problems)) from exc
    except UnicodeDecodeError as exc:
        raise PolicyRefused(str(path), (f"it is not UTF-8: {exc}",)) from exc
    except OSError as exc:
        raise UnreadableRecord(str(path), (str(exc),)) from exc
