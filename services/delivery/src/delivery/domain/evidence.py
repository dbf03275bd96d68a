"""Evidence: all that the judge looks at, gathered first. What couldn't be had says why."""

from dataclasses import dataclass
from typing import Final

from artifacts.records.evaluation import Evaluation
from artifacts.records.manifest import Data, ModelManifest
from artifacts.records.photos import PhotoManifest, Split
from artifacts.records.release import FirstRelease
from scoring.proof import Proof

HOLDOUT: Final[Split] = "holdout"


@dataclass(frozen=True)
class Absent:
    """Evidence that isn't there, and why.

    `at_fault` says that the candidate itself is to blame: then the judge refuses, and otherwise
    leaves the matter undecided.
    """

    reason: str
    at_fault: bool = False


@dataclass(frozen=True)
class Candidate:
    """The model under judgement, as its verified manifest names it."""

    name: str
    digest: str
    data: Data

    @classmethod
    def of(cls, manifest: ModelManifest) -> "Candidate":
        """Take what the judge needs from a verified manifest."""
        return cls(manifest.name, manifest.digest, manifest.data)


@dataclass(frozen=True)
class Holdout:
    """The dataset that is judged over, by digests alone: its own, and each split's."""

    photo_manifest: str
    splits: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, manifest: PhotoManifest) -> "Holdout":
        """Name a photo manifest and its splits."""
        splits: set[Split] = {row.split for row in manifest.rows} | {HOLDOUT}
        return cls(
            manifest.digest, tuple((name, manifest.split_digest(name)) for name in sorted(splits))
        )

    @property
    def split_digest(self) -> str:
        """The digest of the holdout split."""
        return dict(self.splits)[HOLDOUT]


@dataclass(frozen=True)
class Champion:
    """The model that serves, scored by the judge over the same holdout."""

    digest: str
    photo_manifest: str
    evaluation: Evaluation


@dataclass(frozen=True)
class Evidence:
    """Everything about one candidate that rules may look at."""

    candidate: Candidate | Absent
    holdout: Holdout | Absent
    evaluation: Evaluation | Absent
    proof: Proof | Absent
    champion: Champion | FirstRelease | Absent

    @property
    def first_release(self) -> bool:
        """Whether it is stated that there is no champion yet."""
        return isinstance(self.champion, FirstRelease)
