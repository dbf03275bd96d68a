"""Stage train: compare families by grouped cross-validation, fit the best, export it to ONNX."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifacts.records.manifest import (
    ClassificationHead,
    DecliningHead,
    DistributionHead,
    FamilyScore,
    Head,
    PeriodsHead,
    head_files,
)
from artifacts.records.photos import PhotoManifest, PhotoRow
from features import other_pictures
from scoring.distributions import blend
from scoring.labels import winners
from scoring.scorer import Scorer
from training.cluster.parallel import JoblibParallel
from training.dataset.origins import era_origin, from_periods
from training.dataset.training_set import TrainingSet, seen, training_set
from training.embedding.networks import extractor_of
from training.errors import UnfaithfulExport
from training.fitting.calibration import TemperedClassifier
from training.fitting.declining import Strangeness, declining_head, pictures_digest
from training.fitting.distributions import DistributionHeads
from training.fitting.doubtful_labels import doubtful_labels
from training.fitting.families import fit_labels, fit_values
from training.fitting.onnx_exporter import OnnxExporter
from training.fitting.search_families import Comparison, Tell, search_families
from training.fitting.selection import Fold, run_task, value_tasks
from training.fitting.tpe_sampler import TpeSampler
from training.models.definition import ModelDefinition
from training.params import FamilyParams, Params
from training.work.runs import Inputs, RunIdentity, TrainedModel, VectorsRecord
from training.work.study import study_key
from training.work.work_folder import WorkFolder

_ROWS = 64
_COMPARED = 512


def watched_scores(
    scorer: Scorer, vectors: NDArray[np.float32], parallel: JoblibParallel, what: str
) -> dict[str, NDArray[np.float64]]:
    """Return each head's scores for vectors (n, width), as `Scorer.scores`; `what` names it."""
    steps = [vectors[at : at + _ROWS] for at in range(0, len(vectors), _ROWS)] or [vectors]
    found = [scorer.scores(step) for step in parallel.watched(steps, what)]
    return {head.name: np.concatenate([one[head.name] for one in found]) for head in scorer.heads}


PROBABILITY_TOLERANCE = 1e-3
"""Largest difference of a probability or share between scikit-learn and ONNX Runtime."""
MOST_DOUBTFUL = 200
"""Photos that a person looks through in one sitting."""
STRANGENESS_TOLERANCE = 1e-3
"""Largest difference of strangeness, by ratio: its sums are of float32."""


def train(
    work: WorkFolder,
    model: ModelDefinition,
    identity: RunIdentity,
    inputs: Inputs,
    exporter: OnnxExporter,
    parallel: JoblibParallel,
    sampler: TpeSampler,
    tell: Tell,
) -> TrainedModel:
    """Train every head and prove that its ONNX form answers as it does.

    Only the train split is fitted on; what is compared are all photos that training may see. `tell`
    hears of each trial of the search; what an earlier run over the same `inputs` tried is not tried
    again. Raises UnfaithfulExport if one label differs.
    """
    params, manifest = work.params(), work.manifest()
    made = VectorsRecord(photo_manifest=manifest.digest, feature_schema=identity.feature_schema)
    rows, data = manifest.of_split("train"), _train_split(work, model, manifest, made)
    key = study_key(params, inputs, manifest.digest)
    labels, honest = _train_labels(model, data, params, work, key, parallel, sampler, tell)
    _write_doubtful(work, rows, data, honest)
    answering = (labels, *_values(rows, model, data, params, parallel, honest))
    answering += _declining(work, model, data, made, labels.head.name, honest)
    # Fitted last, one by one: the processes that compared families have ended, with their memory.
    fitted = {found.head.name: parallel.fit(found.fit) for found in answering if found.fit}
    heads = tuple(found.head for found in answering)
    named = [(file, head.name) for head in heads for file in head_files((head,))]
    files = {file: exporter.export(fitted[name], data.vectors.shape[1]) for file, name in named}
    families = tuple(score for found in answering for score in found.scores)
    del data, answering, labels  # the file that is compared over holds these vectors once more
    vectors, photos = work.vectors(made), [row.photo for row in seen(manifest)]
    scorer = Scorer(extractor_of(model), heads, files)
    scores = watched_scores(scorer, vectors, parallel, "comparing ONNX with scikit-learn")
    require_faithful(scorer, fitted, vectors, photos, scores)
    trained = TrainedModel(
        identity=identity, heads=heads, families=families, photos_compared=len(photos)
    )
    work.write_model(trained, files)
    return trained


def _train_split(
    work: WorkFolder, model: ModelDefinition, manifest: PhotoManifest, made: VectorsRecord
) -> TrainingSet:
    of_train = np.array([row.split == "train" for row in seen(manifest)])
    vectors = np.asarray(work.vectors(made)[of_train])
    return training_set(manifest.of_split("train"), vectors, model)


def _write_doubtful(
    work: WorkFolder, rows: Sequence[PhotoRow], data: TrainingSet, honest: NDArray[np.float64]
) -> None:
    """Leave a table of photos whose style to look at, named by where the dataset keeps them."""
    work.write_doubtful_labels(
        {
            "file": work.photos.path(rows[doubt.photo].photo).relative_to(work.root).as_posix(),
            "photo": rows[doubt.photo].photo,
            "style": data.names[doubt.given],
            "suggested": data.names[doubt.suggested],
            "probability": f"{doubt.probability_given:.3f}",
            "probability_of_suggested": f"{doubt.probability_suggested:.3f}",
        }
        for doubt in doubtful_labels(honest, data.labels, MOST_DOUBTFUL)
    )


@dataclass(frozen=True)
class _Chosen:
    """A head, what fits it on all photos (None: another head answers), the families compared."""

    head: Head
    fit: Callable[[], Any] | None
    scores: tuple[FamilyScore, ...]


def _train_labels(
    model: ModelDefinition,
    data: TrainingSet,
    params: Params,
    work: WorkFolder,
    key: str,
    parallel: JoblibParallel,
    sampler: TpeSampler,
    tell: Tell,
) -> tuple[_Chosen, NDArray[np.float64]]:
    """Return the classifier, and honest probabilities (n, k) of the photos that it learns from."""
    name, train, seed = model.classification.name, params.train, params.seed
    comparison = Comparison(name, data, train, seed, parallel)
    study = search_families(train, seed, work, key, sampler, comparison.run, tell)
    best = study.best().family
    calibration = comparison.calibration(best)
    head = ClassificationHead(
        name=name,
        family=best.kind,
        file=f"heads/{name}.onnx",
        labels=data.names,
        temperature=calibration.tempering.temperature,
        prediction_set=calibration.prediction_set,
    )

    def fit() -> TemperedClassifier:
        return TemperedClassifier(fit_labels(best, data, seed, jobs=None), calibration.tempering)

    metrics = {trial.family: trial.metrics for trial in study.trials}
    return _Chosen(head, fit, _scores(name, metrics, best)), calibration.probabilities


def _values(
    rows: Sequence[PhotoRow],
    model: ModelDefinition,
    data: TrainingSet,
    params: Params,
    parallel: JoblibParallel,
    honest: NDArray[np.float64],
) -> tuple[_Chosen, ...]:
    """Return what answers with a number; nothing where that is off."""
    origin = era_origin(rows, model, params)
    if origin == "off":
        return ()
    periods = _periods(model, data, params, honest)
    if origin == "periods":
        return (periods,)
    return (_train_values(model, data, params, parallel, honest, periods.scores),)


def _periods(
    model: ModelDefinition, data: TrainingSet, params: Params, honest: NDArray[np.float64]
) -> _Chosen:
    """Return the head that answers by the labels' periods; known years check its intervals."""
    target, known = model.regression, np.isfinite(data.values)
    labels, level = (model.classification.name, data.names), params.train.interval_level
    found = from_periods(target, labels, level, honest[known], data.values[known])
    head = found.head
    score = FamilyScore(
        head=head.name,
        family=head.family,
        settings={"mass": f"{head.mass:g}", "years_known": str(head.known)},
        metrics=found.metrics,
        chosen=True,
    )
    return _Chosen(head, None, (score,))


def _train_values(
    model: ModelDefinition,
    data: TrainingSet,
    params: Params,
    parallel: JoblibParallel,
    honest: NDArray[np.float64],
    periods: tuple[FamilyScore, ...],
) -> _Chosen:
    """Return the best head learned from numbers; beside it stands what the periods alone score."""
    target, train, seed = model.regression, params.train, params.seed
    heads = DistributionHeads(target, model.classification.name, data, honest, train)
    todo = list(value_tasks(data, train.regression, heads.knots, train.folds, seed))
    done = parallel.map(partial(run_task, data=data, seed=seed), todo, "cross-validating")
    folds: list[Fold] = list(zip(todo, done, strict=True))
    found = {family: heads.head(family, folds) for family in train.regression}
    # The first of equals wins: params.yaml lists the cheaper family first.
    best = min(found, key=lambda family: found[family][1]["median_absolute_error"])
    head, metrics = found[best][0], {family: metrics for family, (_, metrics) in found.items()}
    fit = partial(fit_values, best, data, heads.knots, seed, jobs=None)
    unchosen = tuple(score.model_copy(update={"chosen": False}) for score in periods)
    return _Chosen(head, fit, (*_scores(target.name, metrics, best), *unchosen))


def _declining(
    work: WorkFolder,
    model: ModelDefinition,
    data: TrainingSet,
    made: VectorsRecord,
    of: str,
    honest: NDArray[np.float64],
) -> tuple[_Chosen, ...]:
    """Return what says whether answers of the head `of` count; nothing where that is off.

    Buildings are those of the validation split, which nothing is fitted on; without any, those of
    `data` serve.
    """
    params, manifest = work.params(), work.manifest()
    wanted = params.train.declining
    if wanted is None:
        return ()
    strange = Strangeness().fit(data.vectors, data.runs)
    pictures = tuple(other_pictures(wanted.pictures, params.seed))
    extractor = extractor_of(model)
    others = strange.predict(extractor.extract_many(picture.data for picture in pictures))
    unseen = np.array([row.split == "validation" for row in seen(manifest)])
    buildings = strange.predict(work.vectors(made)[unseen] if unseen.any() else data.vectors)
    digest = pictures_digest(pictures)
    head = declining_head(of, wanted.level, buildings, others, honest, digest)
    return (_Chosen(head, lambda: strange, ()),)


def _scores(
    head: str, metrics: Mapping[Any, dict[str, float]], best: FamilyParams
) -> tuple[FamilyScore, ...]:
    return tuple(
        FamilyScore(
            head=head,
            family=family.kind,
            settings=family.settings(),
            metrics=found,
            chosen=family == best,
        )
        for family, found in metrics.items()
    )


def require_faithful(
    scorer: Scorer,
    fitted: dict[str, Any],
    vectors: NDArray[np.float32],
    photos: list[str],
    scores: Mapping[str, NDArray[np.float64]],
) -> None:
    """Raise UnfaithfulExport unless ONNX answers as the fitted estimators do on vectors (n, width).

    Labels must be equal on every photo, by the one rule that names them; probabilities and shares
    of distributions within a tolerance. `scores` are those of the ONNX heads.
    """
    for head in scorer.heads:
        if isinstance(head, PeriodsHead):
            continue  # it has no other form, and the head that it follows from is compared
        estimator, found = fitted[head.name], scores[head.name]
        chosen = isinstance(head, ClassificationHead)
        predict = estimator.predict_proba if chosen else estimator.predict
        wanted = np.concatenate(
            [predict(vectors[at : at + _COMPARED]) for at in range(0, len(vectors), _COMPARED)]
        )
        if isinstance(head, DecliningHead):
            gaps = np.abs(wanted - found[:, 0])
            differing = gaps > STRANGENESS_TOLERANCE * np.maximum(wanted, 1)
        else:
            if isinstance(head, DistributionHead):
                wanted = blend(head, wanted, scores[head.of])
            differing = (np.abs(wanted - found) > PROBABILITY_TOLERANCE).any(axis=1)
        if chosen:
            differing |= winners(wanted) != winners(found)
        if differing.any():
            where = tuple(photos[i] for i in np.flatnonzero(differing))
            raise UnfaithfulExport(head.name, where, len(photos))
