"""Runs artifacts with ONNX Runtime, from the photos' bytes on, and measures what they do."""

from collections.abc import Sequence
from functools import partial
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from artifacts.certificate import Proof
from artifacts.digests import hex_part
from artifacts.errors import ArtifactError
from artifacts.folder import ModelArtifact
from artifacts.policies.membership import HOLDOUT
from artifacts.records.answers import DecliningAnswer
from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Evidence, Resources
from artifacts.records.photos import PhotoManifest, Split
from features import CORRUPTIONS, SchemaError, other_pictures
from gate.dataset import FolderDataset
from gate.errors import HoldoutEmpty, HoldoutUnusable, JudgeUnfit, UnfitModel
from gate.measures.declining import PICTURES, DeclinedPicture
from gate.measures.leakage import Looks
from gate.measures.plan import MeasurementPlan
from gate.measures.robustness import CorruptedScores, choose_photos
from gate.measures.slices import with_derived_slices
from gate.measuring_code import measuring_code_digest
from gate.measuring_cost import (
    TRIED,
    Pace,
    Stopwatch,
    choose_timed,
    measure_resources,
    require_pace,
    workload,
)
from gate.measuring_photos import (
    Look,
    Unusable,
    corrupted_vectors,
    look_at_photos,
    other_vectors,
    without_heads,
)
from gate.parallel import JoblibParallel
from judging.policy import Policy
from scoring import NonFiniteScore, Scorer, ScoringError, UnusableModel, evaluate, prove
from scoring.scorer import Vectors

_MODEL_FAULTS = (UnusableModel, NonFiniteScore, OverflowError, ValidationError, KeyError)
"""What a model of odd heads or absurd outputs makes of scoring: a year of e**1000, a head without
a truth. None of it may end a judgement without a report."""
_NO_VECTORS: Final[Vectors] = np.zeros((0, 0), np.float32)
_SPLITS: Final[tuple[Split, ...]] = ("train", "validation", "holdout")

Seen = TypeVar("Seen")


class OnnxExaminer:
    """Scores with the artifact's own feature schema; no vector comes from a cache of others.

    What was seen of the photos in one run is kept by schema and split, so that a champion of the
    same schema is scored over the very same vectors.
    """

    def __init__(
        self, parallel: JoblibParallel, stopwatch: Stopwatch, pace: Pace | None = None
    ) -> None:
        """Keep what works in parallel, what times, and the pace that models must keep, if any."""
        self._parallel = parallel
        self._stopwatch = stopwatch
        self._pace = pace
        self._looks: dict[tuple[str, str], Looks] = {}

    def prove(self, artifact: ModelArtifact) -> Proof:
        """Answer the artifact's golden photos; UnfitModel or JudgeUnfit."""
        scorer = _open(artifact)
        try:
            return prove(artifact, scorer)
        except _MODEL_FAULTS as exc:
            raise _unfit(artifact, exc) from exc

    def evaluate(self, artifact: ModelArtifact, dataset: FolderDataset) -> Evaluation:
        """Score the dataset's holdout; UnfitModel (TooSlow), JudgeUnfit or HoldoutUnusable."""
        scorer = _open(artifact)
        manifest = dataset.manifest()
        if self._pace:
            self._require_pace(self._pace, artifact, scorer, dataset)
        looks = self._look(artifact, dataset, manifest, HOLDOUT)
        try:
            made = evaluate(scorer, manifest, HOLDOUT, looks.vectors, artifact.digest)
            return with_derived_slices(made, manifest, looks.traits)
        except _MODEL_FAULTS as exc:
            raise _unfit(artifact, exc) from exc

    def examine(
        self,
        artifact: ModelArtifact,
        dataset: FolderDataset,
        evaluation: Evaluation,
        policy: Policy,
    ) -> Evidence:
        """Measure the evidence, as `measure` does, by the plan of a policy."""
        return self.measure(artifact, dataset, evaluation, MeasurementPlan.of(policy))

    def measure(
        self,
        artifact: ModelArtifact,
        dataset: FolderDataset,
        evaluation: Evaluation,
        plan: MeasurementPlan,
    ) -> Evidence:
        """Measure the evidence; `evaluation` is this examiner's own of the same artifact.

        UnfitModel, JudgeUnfit, HoldoutEmpty, or HoldoutUnusable where a photo of any split can't
        be read.
        """
        # pandas, scikit-learn and cleanlab take seconds to import.
        from gate.measures.evidence import Material, measure_evidence  # noqa: PLC0415

        _require_measurable(artifact, evaluation)
        manifest = dataset.manifest()
        # First, while no other process of ours works.
        resources = self._resources(artifact, dataset, evaluation.photos)
        looks = {name: self._look(artifact, dataset, manifest, name) for name in _SPLITS}
        chosen = choose_photos(evaluation.groups, plan.robustness_photos, plan.seed)
        material = Material(
            model=artifact.digest,
            measured_by=measuring_code_digest(),
            manifest=manifest,
            evaluation=evaluation,
            looks=looks,
            chosen=chosen,
            corrupted=self._corrupted(artifact, dataset, evaluation, chosen, plan.seed),
            resources=resources,
            declined=self._declined(artifact, plan.seed),
        )
        return measure_evidence(material, plan)

    def _require_pace(
        self, pace: Pace, artifact: ModelArtifact, scorer: Scorer, dataset: FolderDataset
    ) -> None:
        rows = dataset.manifest().rows
        holdout = [row.photo for row in rows if row.split == HOLDOUT][:TRIED]
        photos = [_read(dataset, photo) for photo in holdout]
        try:
            require_pace(pace, artifact.digest, scorer, photos, workload(pace, rows))
        except _MODEL_FAULTS as exc:
            raise _unfit(artifact, exc) from exc

    def _look(
        self, artifact: ModelArtifact, dataset: FolderDataset, manifest: PhotoManifest, split: Split
    ) -> Looks:
        key = (artifact.manifest.feature_schema, manifest.split_digest(split))
        if key not in self._looks:
            photos = tuple(row.photo for row in manifest.of_split(split))
            look = partial(look_at_photos, dataset, without_heads(artifact))
            found = self._parallel.map_batches(look, photos)
            self._looks[key] = _together(photos, _usable(found, split))
        return self._looks[key]

    def _corrupted(
        self,
        artifact: ModelArtifact,
        dataset: FolderDataset,
        evaluation: Evaluation,
        chosen: NDArray[np.intp],
        seed: int,
    ) -> tuple[CorruptedScores, ...]:
        photos = tuple(evaluation.photos[i] for i in chosen)
        work = partial(corrupted_vectors, dataset, without_heads(artifact), seed)
        found: list[Vectors | Unusable] = self._parallel.map_batches(
            work, photos, weight=len(CORRUPTIONS)
        )
        copies = np.stack(_usable(found, HOLDOUT), axis=1)
        scorer = _open(artifact)
        try:
            return tuple(
                CorruptedScores(corruption, scorer.scores(vectors))
                for corruption, vectors in zip(CORRUPTIONS, copies, strict=True)
            )
        except _MODEL_FAULTS as exc:
            raise _unfit(artifact, exc) from exc

    def _declined(self, artifact: ModelArtifact, seed: int) -> tuple[DeclinedPicture, ...]:
        """Show the model other pictures than those that its limits were set by.

        What is drawn depends on the artifact: who trains can't know it before the model is fixed.
        """
        head = artifact.manifest.declining
        if head is None:
            return ()
        pictures = tuple(other_pictures(PICTURES, seed ^ int(hex_part(artifact.digest)[:8], 16)))
        work = partial(other_vectors, without_heads(artifact))
        vectors: list[Vectors] = self._parallel.map_batches(work, pictures)
        try:
            answers = [answers[head.name] for answers in _open(artifact).answers(np.stack(vectors))]
        except _MODEL_FAULTS as exc:
            raise _unfit(artifact, exc) from exc
        return tuple(
            DeclinedPicture(
                picture.kind,
                isinstance(answer, DecliningAnswer) and answer.declined is not None,
            )
            for picture, answer in zip(pictures, answers, strict=True)
        )

    def _resources(
        self, artifact: ModelArtifact, dataset: FolderDataset, photos: Sequence[str]
    ) -> Resources:
        timed = tuple(_read(dataset, photo) for photo in choose_timed(photos))
        try:
            return measure_resources(artifact, timed, self._stopwatch)
        except _MODEL_FAULTS as exc:
            raise _unfit(artifact, exc) from exc


def _require_measurable(artifact: ModelArtifact, evaluation: Evaluation) -> None:
    if evaluation.model != artifact.digest:
        raise ValueError(
            f"an evaluation of {evaluation.model} is no evaluation of {artifact.digest}"
        )
    if not evaluation.photos:
        raise HoldoutEmpty(evaluation.photo_manifest)
    if not evaluation.classification:
        raise UnfitModel(artifact.digest, "it names no labels, and most measures are of labels")
    _open(artifact)


def _unfit(artifact: ModelArtifact, exc: Exception) -> UnfitModel:
    reason = str(exc) if isinstance(exc, ScoringError) else f"{type(exc).__name__}: {exc}"
    return UnfitModel(artifact.digest, reason)


def _open(artifact: ModelArtifact) -> Scorer:
    try:
        return Scorer.of(artifact)
    except UnusableModel as exc:
        raise UnfitModel(artifact.digest, str(exc)) from exc
    except SchemaError as exc:
        raise JudgeUnfit(artifact.digest, str(exc)) from exc


def _read(dataset: FolderDataset, photo: str) -> bytes:
    try:
        return dataset.photo(photo)
    except ArtifactError as exc:
        raise HoldoutUnusable(photo, str(exc)) from exc


def _usable(found: Sequence[Seen | Unusable], split: Split) -> list[Seen]:
    for one in found:
        if isinstance(one, Unusable):
            raise HoldoutUnusable(one.photo, one.reason, split)
    return [one for one in found if not isinstance(one, Unusable)]


def _together(photos: tuple[str, ...], looks: Sequence[Look]) -> Looks:
    hashes = [np.frombuffer(look.fingerprint, np.uint8) for look in looks]
    return Looks(
        photos=photos,
        vectors=np.stack([look.vector for look in looks]) if looks else _NO_VECTORS,
        fingerprints=np.stack(hashes) if hashes else np.zeros((0, 32), np.uint8),
        traits=tuple(look.traits for look in looks),
    )
