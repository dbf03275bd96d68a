"""What training says on a terminal."""

import csv
import dataclasses
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from artifacts.records.manifest import Data, FamilyScore
from artifacts.records.photos import PhotoManifest
from artifacts.records.reproduction import Reproduction
from training.dataset.featurize import Featurized
from training.dataset.origins import origin_line
from training.dataset.validation import dataset_notices
from training.models.definition import ModelDefinition
from training.params import Params
from training.photos.exchange_photos import Exchanged
from training.photos.import_photos import ImportOutcome
from training.photos.import_report import import_text
from training.photos.survey import Survey
from training.reproducing.score_photos import ScoredPhoto
from training.work.study import OBJECTIVE, Trial

_SHOWN_METRICS = (
    *("accuracy", "macro_f1", "top3_accuracy", "calibration_error", "set_size"),
    *("median_absolute_error", "mean_absolute_error", "interval_coverage"),
)


def import_lines(outcome: ImportOutcome) -> list[str]:
    """Say what was taken in, and kind by kind what was not and why."""
    return import_text(outcome.intake, str(outcome.quarantine or ""), dry_run=outcome.dry_run)


def survey_lines(survey: Survey, page: Path) -> list[str]:
    """Say what an import would do, and where the page about it lies."""
    return [*import_text(survey.intake, "", dry_run=True), f"The page: {page}"]


def prepared_lines(
    data: Data, manifest: PhotoManifest, model: ModelDefinition, params: Params
) -> list[str]:
    """Say what there is to train on, what people should know of it, and where the era is from."""
    counts = (f"{s.photos} photos of {s.groups} buildings to {s.name}" for s in data.splits)
    notices = (f"note: {notice}" for notice in dataset_notices(manifest))
    return [", ".join(counts), *notices, origin_line(manifest.of_split("train"), model, params)]


def exchanged_line(done: Exchanged, how: str) -> str:
    """Say how many photos were moved, and how many did not have to be."""
    return f"{done.moved} photos {how}, {done.present} were there"


def featurized_line(done: Featurized) -> str:
    """Say how many vectors were made."""
    stale = "; the cache disagreed with the code and was dropped" if done.stale else ""
    return f"{done.made} photos featurized, {done.cached} vectors from the cache{stale}"


def family_lines(families: tuple[FamilyScore, ...]) -> list[str]:
    """Say how each family did in cross-validation, head by head; `*` marks the chosen one."""
    lines = []
    for head in dict.fromkeys(score.head for score in families):
        scores = [score for score in families if score.head == head]
        shown = [name for name in _SHOWN_METRICS if name in scores[0].metrics]
        rows = [["", head, "settings", *(name.replace("_", " ") for name in shown)]]
        rows += [
            ["*" * score.chosen, score.family, _settings(score.settings)]
            + [f"{score.metrics[name]:.3f}" for name in shown]
            for score in scores
        ]
        lines += _table(rows)
    return lines


def reproduction_lines(found: Reproduction) -> list[str]:
    """Say whether a rebuilt model is the original, and where they part."""
    lines = [f"{found.outcome.replace('_', ' ')}: {found.original} from commit {found.commit}"]
    if found.outcome != "equal":
        lines.append(f"rebuilt as {found.rebuilt}")
    return [*lines, *(f"- {difference}" for difference in found.differences)]


def trial_line(number: int, trial: Trial) -> str:
    """Say in one line what a trial of the search tried, and how it did."""
    settings = _settings(trial.family.settings())
    return f"trial {number}: {trial.family.kind} {settings}: {OBJECTIVE} {trial.score:.3f}"


def scored_csv(rows: Sequence[ScoredPhoto]) -> str:
    """Return answers to photos as a table, a photo a line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([field.name for field in dataclasses.fields(ScoredPhoto)])
    writer.writerows(dataclasses.astuple(row) for row in rows)
    return out.getvalue()


def _settings(settings: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())


def _table(rows: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
