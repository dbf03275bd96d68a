"""Runs artifacts with ONNX Runtime, from the photos' bytes on."""

import numpy as np
from pydantic import ValidationError

from artifacts.errors import ArtifactError
from artifacts.folder import ModelArtifact
from artifacts.records.evaluation import Evaluation
from artifacts.records.photos import PhotoRow
from delivery.domain.evidence import HOLDOUT
from delivery.errors import HoldoutUnusable, JudgeUnfit, UnfitModel
from delivery.ports import Dataset
from features import Extractor, PhotoRefused, SchemaError
from scoring import NonFiniteScore, Scorer, ScoringError, UnusableModel, evaluate, prove
from scoring.proof import Proof
from scoring.scorer import Vectors

_MODEL_FAULTS = (UnusableModel, NonFiniteScore, OverflowError, ValidationError, KeyError)
"""What a model of odd heads or absurd outputs makes of scoring: a year of e**1000, a head without
a truth. None of it may end a judgement without a report."""


class OnnxExaminer:
    """Scores with the artifact's own feature schema; no vector comes from a cache of others.

    Vectors of one run are kept by schema and holdout, so that a champion of the same schema is
    scored over the very same ones.
    """

    def __init__(self) -> None:
        self._vectors: dict[tuple[str, str], Vectors] = {}

    def prove(self, artifact: ModelArtifact) -> Proof:
        """Answer the artifact's golden photos; UnfitModel or JudgeUnfit."""
        scorer = _open(artifact)
        try:
            return prove(artifact, scorer)
        except _MODEL_FAULTS as exc:
            raise _unfit(artifact, exc) from exc

    def evaluate(self, artifact: ModelArtifact, dataset: Dataset) -> Evaluation:
        """Score the dataset's holdout; UnfitModel, JudgeUnfit or HoldoutUnusable."""
        scorer = _open(artifact)
        manifest = dataset.manifest()
        key = (scorer.extractor.schema.digest, manifest.split_digest(HOLDOUT))
        if key not in self._vectors:
            rows = manifest.of_split(HOLDOUT)
            self._vectors[key] = _extract(scorer.extractor, rows, dataset)
        try:
            return evaluate(scorer, manifest, HOLDOUT, self._vectors[key], artifact.digest)
        except _MODEL_FAULTS as exc:
            raise _unfit(artifact, exc) from exc


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


def _extract(extractor: Extractor, rows: tuple[PhotoRow, ...], dataset: Dataset) -> Vectors:
    vectors = np.zeros((len(rows), extractor.schema.width), np.float32)
    for vector, row in zip(vectors, rows, strict=True):
        try:
            vector[:] = extractor.extract(dataset.photo(row.photo))
        except (ArtifactError, PhotoRefused) as exc:
            raise HoldoutUnusable(row.photo, str(exc)) from exc
    return vectors
