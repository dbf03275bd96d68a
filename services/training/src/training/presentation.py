"""What training says on a terminal."""

from collections import Counter

from training.domain.runs import FamilyScore
from training.use_cases.featurize import Featurized
from training.use_cases.import_photos import ImportOutcome

_SHOWN = 30


def import_lines(outcome: ImportOutcome) -> list[str]:
    """Say what was taken in and, file by file, what was not and why."""
    intake = outcome.intake
    splits = Counter(row.split for row in intake.manifest.rows)
    bad = len(intake.problems)
    lines = [
        f"{len(intake.added)} photos added, {len(intake.known)} known, {bad} not taken in",
        *(str(problem) for problem in intake.problems[:_SHOWN]),
    ]
    if bad > _SHOWN:
        lines.append(f"... and {bad - _SHOWN} more")
    if bad:
        lines.append(f"copies and reasons: {outcome.quarantine}")
    if intake.removed:
        lines.append(f"{intake.removed} photos have left the folder, and so the dataset")
    if outcome.refused:
        share = f"{intake.bad_share:.1%} of the files are bad, at most {outcome.limit:.1%} may be"
        return [*lines, f"refused: {share}; the dataset is as it was"]
    counts = ", ".join(f"{count} {name}" for name, count in sorted(splits.items()))
    return [*lines, f"the dataset holds {len(intake.manifest.rows)} photos: {counts}"]


def featurized_line(done: Featurized) -> str:
    """Say how many vectors were made."""
    stale = "; the cache disagreed with the code and was dropped" if done.stale else ""
    return f"{done.made} photos featurized, {done.cached} vectors from the cache{stale}"


def family_lines(families: tuple[FamilyScore, ...]) -> list[str]:
    """Say how each family did in cross-validation."""
    return [
        f"{'*' if score.chosen else ' '} {score.head:6} {score.family:14} "
        + "  ".join(f"{name} {value:.3f}" for name, value in score.metrics.items())
        for score in families
    ]
