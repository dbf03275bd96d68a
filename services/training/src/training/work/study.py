"""A search over families: what was tried and how it did, trial by trial."""

import hashlib

from artifacts.digests import Digest, digest_json
from artifacts.records.record import Record
from training.params import Family, Params
from training.work.runs import Inputs

OBJECTIVE = "accuracy"
"""The metric of grouped cross-validation that the search and the choice are for."""


class Trial(Record):
    """A family, and its metrics in grouped cross-validation."""

    family: Family
    metrics: dict[str, float]

    @property
    def score(self) -> float:
        """The metric that the search is for; more is better."""
        return self.metrics[OBJECTIVE]


class Study(Record):
    """The trials of one search, in their order; `key` is the digest of all they follow from."""

    key: Digest
    trials: tuple[Trial, ...] = ()

    def find(self, family: Family) -> Trial | None:
        """Return the trial of a family, None where there is none."""
        return next((trial for trial in self.trials if trial.family == family), None)

    def with_trials(self, *trials: Trial) -> "Study":
        """Return the study with trials more."""
        return self.model_copy(update={"trials": (*self.trials, *trials)})

    def first(self, count: int) -> "Study":
        """Return the study as it was after so many trials."""
        return self.model_copy(update={"trials": self.trials[:count]})

    def best(self) -> Trial:
        """Return the trial of the highest score; the first of equals, for it is the cheaper."""
        return max(self.trials, key=lambda trial: trial.score)


def study_key(params: Params, inputs: Inputs, photo_manifest: str) -> str:
    """Return the digest of all that the trials of a search follow from.

    The number of trials is not among it: no trial depends on how many come after it, so a search
    that is given more of them goes on where it ended. The commit isn't either: the digests of code
    and environment are closer to it, and change with files that are not committed.
    """
    train = params.train.model_dump(mode="json", exclude={"search": {"trials"}, "regression": True})
    return digest_json(
        {
            "model": params.model,
            "seed": params.seed,
            "train": train,
            "inputs": inputs.model_dump(mode="json"),
            "photo_manifest": photo_manifest,
        }
    )


def trial_seed(seed: int, number: int) -> int:
    """Return the seed of one trial, below 2**32.

    Each has its own, so that the n-th is drawn alike whether the search ran through or resumed.
    """
    return int.from_bytes(hashlib.sha256(f"{seed}:{number}".encode()).digest()[:4])
