"""The training path from photos to answers, for the parity check. The vector cache is not asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artifacts.records.answers import ClassificationAnswer, DecliningAnswer, RegressionAnswer
from features import Extractor, PhotoRefused, vector_digest
from scoring import Scorer
from training.cluster.parallel import JoblibParallel


@dataclass(frozen=True)
class ScoredPhoto:
    """One photo's answers, why it was declined, or the code of the error that it met."""

    path: str
    declined: str = ""
    style: str = ""
    probability: float | None = None
    year: int | None = None
    vector_digest: str = ""
    error: str = ""


def score_photos(
    paths: Sequence[Path], scorer: Scorer, parallel: JoblibParallel
) -> list[ScoredPhoto]:
    """Featurize photos as training does, in parallel, and score them."""
    make = partial(_vector, extractor=scorer.extractor)
    vectors = parallel.map(make, list(paths), "featurizing photos")
    return [_score(path, found, scorer) for path, found in zip(paths, vectors, strict=True)]


def _vector(path: Path, extractor: Extractor) -> NDArray[np.float32] | str:
    try:
        return extractor.extract(path.read_bytes())
    except PhotoRefused as exc:
        return exc.code


def _score(path: Path, found: NDArray[np.float32] | str, scorer: Scorer) -> ScoredPhoto:
    if isinstance(found, str):
        return ScoredPhoto(str(path), error=found)
    answers = scorer.answers(found[np.newaxis])[0]
    style, era, declining = answers["style"], answers.get("era"), answers.get("declined")
    digest = vector_digest(found)
    if isinstance(declining, DecliningAnswer) and declining.declined is not None:
        why = "not_a_building" if declining.declined == "unfamiliar" else declining.declined
        return ScoredPhoto(str(path), why, vector_digest=digest)
    if not isinstance(style, ClassificationAnswer) or isinstance(era, ClassificationAnswer):
        raise TypeError("the model `architecture` has a style and, unless it is off, an era")
    year = round(era.value) if isinstance(era, RegressionAnswer) else None
    return ScoredPhoto(str(path), "", style.label, style.probability, year, digest)
