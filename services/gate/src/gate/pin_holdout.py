"""pin-holdout: write down, in policies/, which photos a model's holdout consists of."""

from dataclasses import dataclass
from pathlib import Path

from artifacts.policies.holdouts import grow
from artifacts.refusal import Refusal
from gate.dataset import FolderDataset
from judging.policy_files import YamlPolicies


@dataclass(frozen=True)
class Pinned:
    """A pin that was written: its file, the holdout's digest, and the counts of photos."""

    path: Path
    digest: str
    photos: int
    added: int


@dataclass(frozen=True)
class PinHoldout:
    """Pinning with all that it reads and writes through."""

    policies: YamlPolicies
    dataset: FolderDataset

    def __call__(self, model: str) -> Pinned | Refusal:
        """Write the pin, or say why not. UnreadableRecord where manifest or pin is broken."""
        outcome = grow(self.policies.pin(model), model, self.dataset.manifest())
        if isinstance(outcome, Refusal):
            return outcome
        path = self.policies.write_pin(outcome.pin)
        return Pinned(path, outcome.pin.split_digest, len(outcome.pin.photos), outcome.added)
