"""How much the demo draws: 25 styles under the project's own policy, or five under a mild one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from rehearsal.small_world import PARAMS, STYLES, make_mild
from samples.facades import STYLES as ALL_STYLES

STAGING_SECONDS = 1.8
"""The hours that staging must have run a payload, in a demo that lasts minutes. It is told so."""


@dataclass(frozen=True)
class Scale:
    """What is drawn, and by what it is judged."""

    styles: Sequence[str]
    buildings: int
    early_share: float
    """Of each style's buildings to train on, how many come with the first delivery."""
    robustness_photos: int
    """Of the holdout, how many are made worse to see what that costs: what the tier allows."""
    mild: bool

    def settle(self, checkout: Path) -> None:
        """Set policy and parameters of the first commit; after it, changes are judged."""
        if self.mild:
            make_mild(checkout / "policies")
            text = yaml.safe_dump(PARAMS, sort_keys=False)
            (checkout / "params.yaml").write_text(text, encoding="utf-8")
        else:
            # Drawn facades are told apart without it, and sooner.
            _change(checkout / "params.yaml", "embedding", "none")
        # Sixteen worse copies of each photo are most of what judging costs.
        policy = checkout / "policies/models/architecture.yaml"
        _change(policy, "robustness_photos", str(self.robustness_photos))
        path = checkout / "policies/risk_tiers.yaml"
        risk = yaml.safe_load(path.read_text(encoding="utf-8"))
        for tier in risk["tiers"].values():
            hours = tier["staging"]["min_hours"]
            tier["staging"]["min_hours"] = min(hours, STAGING_SECONDS / 3600)
        path.write_text(yaml.safe_dump(risk, sort_keys=False), encoding="utf-8")


def _change(path: Path, setting: str, value: str) -> None:
    """Give another value to a setting that stands once in a YAML file; ValueError."""
    text = path.read_text(encoding="utf-8")
    found, changed = re.subn(rf"^( *{setting}:) \w+$", rf"\1 {value}", text, flags=re.MULTILINE)
    if changed != 1:
        raise ValueError(f"{path} has {changed} lines `{setting}: VALUE`, not one")
    path.write_text(found, encoding="utf-8")


FULL = Scale(ALL_STYLES, buildings=24, early_share=0.5, robustness_photos=200, mild=False)
FAST = Scale(STYLES, buildings=24, early_share=0.25, robustness_photos=20, mild=True)
