"""The case: all that the judge looks at, gathered first. What couldn't be had says why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from artifacts.policies.membership import HOLDOUT, Membership
from artifacts.policies.tiers import RiskTiers
from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Evidence
from artifacts.records.manifest import Code, Data, ModelManifest, Origin
from artifacts.records.photos import PhotoManifest, Split
from artifacts.records.release import FirstRelease
from artifacts.records.reproduction import Reproduction

if TYPE_CHECKING:
    from judging.policy import Policy
from artifacts.certificate import Proof


@dataclass(frozen=True)
class Absent:
    """Something that isn't there, and why.

    `at_fault` says that whoever brought it is to blame: then the judge refuses, and otherwise
    leaves the matter undecided.
    """

    reason: str
    at_fault: bool = False


@dataclass(frozen=True)
class Candidate:
    """The model under judgement, as its verified manifest names it.

    `origins` say where the answers of each head come from; a head that isn't among them is off.
    """

    name: str
    digest: str
    data: Data
    code: Code
    environment: str
    origins: Mapping[str, Origin]

    @classmethod
    def of(cls, manifest: ModelManifest) -> "Candidate":
        """Take what the judge needs from a verified manifest."""
        return cls(
            manifest.name,
            manifest.digest,
            manifest.data,
            manifest.code,
            manifest.environment,
            {head.name: manifest.origin(head.name) for head in manifest.heads},
        )

    def origin(self, head: str) -> Origin:
        """Say where a head's answers come from."""
        return self.origins.get(head, "off")


@dataclass(frozen=True)
class Holdout:
    """The dataset that is judged over, by digests: its own, and each split's."""

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
class Gain:
    """By how much a candidate is better than its champion over some photos, photo by photo.

    `bounds` are one-sided, each of the confidence that was asked for; None where there are none.
    """

    name: str
    photos: int
    difference: float
    bounds: tuple[float, float] | None


class Comparing(Protocol):
    """Compares two models over the same photos and the same resamples of their buildings.

    The gate's (gate/comparing.py), which has libraries of numbers: here none is loaded.
    """

    @property
    def resamples(self) -> int:
        """How many resamples there are."""

    def value(self, evaluation: Evaluation, metric: str) -> float:
        """Return a metric over all photos."""

    def overall(
        self, ours: Evaluation, theirs: Evaluation, head: str, confidence: float
    ) -> Gain | None:
        """Return the gain of accuracy over all photos; None where a model has no such head."""

    def by_slice(
        self,
        ours: Evaluation,
        theirs: Evaluation,
        metric: str,
        members: Mapping[str, tuple[bool, ...]],
        confidence: float,
    ) -> tuple[Gain, ...] | None:
        """Return the gain of each slice, of which `members` says which photos are in it.

        The confidence is over all of them together. None where either model has no such head.
        """


@dataclass(frozen=True)
class Case:
    """Everything about one candidate that rules may look at.

    `evaluation` is the judge's own, photo by photo; `evidence` is what it measured from it and
    from the artifact; `comparing` is over the evaluation's photos, so that candidate and champion
    share the very same resamples. `today` is the day of judgement.
    """

    today: date
    policy: "Policy | Absent"
    tiers: RiskTiers | Absent
    candidate: Candidate | Absent
    holdout: Holdout | Absent
    membership: Membership | Absent
    evaluation: Evaluation | Absent
    evidence: Evidence | Absent
    proof: Proof | Absent
    champion: Champion | FirstRelease | Absent
    reproduction: Reproduction | Absent
    comparing: Comparing | None

    @property
    def given(self) -> "Policy":
        """The policy, for a rule that is judged by its settings: without one it isn't."""
        if isinstance(self.policy, Absent):
            raise TypeError(self.policy.reason)
        return self.policy

    @property
    def first_release(self) -> bool:
        """Whether it is stated that there is no champion yet."""
        return isinstance(self.champion, FirstRelease)
