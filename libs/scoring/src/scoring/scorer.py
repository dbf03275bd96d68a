"""Scorer: a model artifact's ONNX heads behind its feature schema. No pickle, no fitting."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from artifacts.folder import ModelArtifact
from artifacts.records.answers import (
    Answer,
    ClassificationAnswer,
    DecliningAnswer,
    LabelProbability,
    RegressionAnswer,
)
from artifacts.records.manifest import (
    ClassificationHead,
    DecliningHead,
    DerivedHead,
    DistributionHead,
    Head,
    PeriodsHead,
    RegressionHead,
)
from features import Extractor, FeatureSchema
from features.runtime import onnxruntime
from scoring.distributions import blend, distribution_answer
from scoring.errors import NonFiniteScore, UnusableModel
from scoring.labels import quantise, rank
from scoring.periods import periods_answer
from scoring.plain_onnx import require_plain
from scoring.trial import Trial, try_out

FEATURE_SCHEMA = "feature_schema.json"
WEIGHTS = "weights/"
STRANGENESS_DIGITS = 4
"""Behind the point, to which strangeness is rounded: what is beyond differs between processors."""
PROBABILITY_SLACK = 1e-3
"""How far from 1 a head's float32 probabilities may add up."""

Vectors = NDArray[np.float32]
Scores = NDArray[np.float64]
Learned = ClassificationHead | RegressionHead | DistributionHead | DecliningHead


class Scorer:
    """Photos or vectors in, answers out.

    Rows are scored one at a time: a matrix product over many rows may differ from that over one in
    its last bits, and a batch must answer what the service answers.
    """

    def __init__(self, extractor: Extractor, heads: Sequence[Head], files: Mapping[str, bytes]):
        """Open the heads; UnusableModel where a file is no model, or not one for this schema."""
        self.extractor = extractor
        self.heads = tuple(heads)
        self._learned = [head for head in heads if not isinstance(head, PeriodsHead)]
        _check_references(self.heads)
        width = extractor.schema.width
        _require_harmless([Trial(h.file, files[h.file], (1, width)) for h in self._learned])
        self._sessions = {head.name: _open(head, files[head.file]) for head in self._learned}
        blank = np.zeros((1, width), np.float32)
        for head in self._learned:
            _check_scores(head, self._raw(head, blank))

    @classmethod
    def of(cls, artifact: ModelArtifact) -> "Scorer":
        """Open a verified artifact; UnusableModel where its feature schema isn't the manifest's."""
        return cls(extractor_of(artifact), artifact.manifest.heads, artifact.files)

    def scores(self, vectors: Vectors) -> dict[str, Scores]:
        """Return each head's raw scores for vectors (n, width).

        A classification head gives probabilities (n, k), quantised; a regression head its raw
        outputs (n,); a head of periods the probabilities that it follows from; a distribution head
        the shares (n, knots) of each photo's distribution; a declining head strangeness and the
        likeliest label's probability (n, 2). NonFiniteScore where any is not finite.
        """
        raw = {head.name: self._head_scores(head, vectors) for head in self._learned}
        found = dict(raw)
        for head in self.heads:
            if isinstance(head, PeriodsHead):
                found[head.name] = raw[head.of]
            elif isinstance(head, DistributionHead):
                found[head.name] = blend(head, raw[head.name], raw[head.of])
            elif isinstance(head, DecliningHead):
                likeliest = raw[head.of].max(axis=1, initial=0)
                found[head.name] = np.stack([raw[head.name], likeliest], axis=1)
        return found

    def answers(self, vectors: Vectors) -> list[dict[str, Answer]]:
        """Return the answers of all heads for each of the vectors (n, width)."""
        scores = self.scores(vectors)
        return [
            {head.name: answer_of(head, scores[head.name][row]) for head in self.heads}
            for row in range(len(vectors))
        ]

    def _head_scores(self, head: Learned, vectors: Vectors) -> Scores:
        rows = [self._raw(head, vectors[i : i + 1]) for i in range(len(vectors))]
        raw = np.concatenate(rows) if rows else np.zeros((0, *_outputs(head)))
        if not np.isfinite(raw).all():
            raise NonFiniteScore(head.name)
        if isinstance(head, DecliningHead):
            return np.round(raw, STRANGENESS_DIGITS)
        return quantise(raw) if isinstance(head, ClassificationHead) else raw

    def _raw(self, head: Learned, row: Vectors) -> Scores:
        session = self._sessions[head.name]
        # A classifier's outputs are its labels and then its probabilities; a regressor has one.
        output = session.get_outputs()[-1].name
        try:
            (raw,) = session.run([output], {session.get_inputs()[0].name: row})
            values = np.asarray(raw, dtype=np.float64)
        except Exception as exc:  # ONNX Runtime has no error type of its own to catch
            raise UnusableModel(head.file, str(exc)) from exc
        return values.reshape(1, -1) if _outputs(head) else values.reshape(-1)


def extractor_of(artifact: ModelArtifact) -> Extractor:
    """Return what makes an artifact's vectors; of its files, schema and weights are enough.

    Raises UnusableModel where its feature schema isn't the manifest's, SchemaError where this code
    can't make its features.
    """
    schema = _read_schema(artifact)
    weights = {
        f"sha256:{path.removeprefix(WEIGHTS).removesuffix('.onnx')}": data
        for path, data in artifact.files.items()
        if path.startswith(WEIGHTS)
    }
    _require_harmless(_networks(schema, weights))
    return Extractor(schema, weights)


def answer_of(head: Head, scores: Scores) -> Answer:
    """Turn one photo's scores of a head, (k,), (2,) or a scalar, into its answer.

    NonFiniteScore where the head's scale has no value for a score.
    """
    if isinstance(head, PeriodsHead):
        return periods_answer(head, scores)
    if isinstance(head, DecliningHead):
        return declining_answer(head, float(scores[0]), float(scores[1]))
    if isinstance(head, DistributionHead):
        return distribution_answer(head, scores)
    if isinstance(head, ClassificationHead):
        order = rank(scores[None])[0]
        return ClassificationAnswer(
            ranking=tuple(
                LabelProbability(label=head.labels[i], probability=float(scores[i])) for i in order
            )
        )
    raw, interval = float(scores), head.interval
    offsets = (0.0, interval.low_offset, interval.high_offset)
    try:
        value, *ends = [head.scale.to_value(raw + offset) for offset in offsets]
    except OverflowError as exc:  # exp of a raw output of 710
        raise NonFiniteScore(head.name) from exc
    # A scale may turn the axis round (age grows as years fall), so the ends are sorted.
    return RegressionAnswer(value=value, low=min(ends), high=max(ends))


def declining_answer(head: DecliningHead, strangeness: float, probability: float) -> Answer:
    """Say whether a photo is declined, by its strangeness and its likeliest label's probability.

    Equal to a limit is not beyond it.
    """
    if strangeness > head.limit:
        return DecliningAnswer(strangeness=strangeness, declined="unfamiliar")
    unsure = probability < head.least_probability
    return DecliningAnswer(strangeness=strangeness, declined="none_of_these" if unsure else None)


def _outputs(head: Learned) -> tuple[int, ...]:
    """Return the shape of what a head's file gives for one photo."""
    if isinstance(head, RegressionHead | DecliningHead):
        return ()
    return (len(head.labels if isinstance(head, ClassificationHead) else head.knots),)


def _check_references(heads: Sequence[Head]) -> None:
    labels = {head.name: head.labels for head in heads if isinstance(head, ClassificationHead)}
    for head in heads:
        if isinstance(head, DerivedHead) and head.labels != labels.get(head.of):
            raise UnusableModel(f"head {head.name}", f"it isn't made for {head.of}'s labels")
        if isinstance(head, DecliningHead) and head.of not in labels:
            raise UnusableModel(f"head {head.name}", f"{head.of} is no head that names labels")


def _require_harmless(trials: Sequence[Trial]) -> None:
    for trial in trials:
        require_plain(trial.part, trial.model)
    try_out(trials)


def _networks(schema: FeatureSchema, weights: Mapping[str, bytes]) -> list[Trial]:
    """Return the learned networks of a schema, each with the shape of one photo."""
    trials = []
    for digest, model in weights.items():
        specs = [spec.parameters for spec in schema.blocks if spec.weights == digest]
        sides = [side for spec in specs if isinstance(side := spec.get("side"), int)]
        if not specs or len(sides) < len(specs):
            raise UnusableModel(FEATURE_SCHEMA, f"no block of it says how to use {digest}")
        shapes = {
            (1, 3, side, side) if spec.get("layout") == "nchw" else (1, side, side, 3)
            for spec, side in zip(specs, sides, strict=True)
        }
        part = f"{WEIGHTS}{digest.removeprefix('sha256:')}.onnx"
        trials += [Trial(part, model, shape) for shape in sorted(shapes)]
    return trials


def _open(head: Learned, model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.load_model_format", "ONNX")
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as exc:  # ONNX Runtime has no error type of its own to catch
        raise UnusableModel(head.file, str(exc)) from exc


def _check_scores(head: Learned, scores: Scores) -> None:
    expected = (1, *_outputs(head))
    if scores.shape != expected:
        raise UnusableModel(head.file, f"it gives {scores.shape}, its head says {expected}")
    # Quantising would clip logits to zeros and ones, and an answer would still come out.
    if isinstance(head, ClassificationHead) and abs(scores.sum() - 1) > PROBABILITY_SLACK:
        raise UnusableModel(head.file, f"its probabilities add up to {scores.sum():g}, not to 1")


def _read_schema(artifact: ModelArtifact) -> FeatureSchema:
    data = artifact.files.get(FEATURE_SCHEMA)
    if data is None:
        raise UnusableModel(FEATURE_SCHEMA, "the artifact has no such file")
    try:
        schema = FeatureSchema.model_validate_json(data)
    except ValidationError as exc:
        raise UnusableModel(FEATURE_SCHEMA, str(exc)) from exc
    if schema.digest != artifact.manifest.feature_schema:
        raise UnusableModel(FEATURE_SCHEMA, f"its digest {schema.digest} isn't the manifest's")
    return schema
