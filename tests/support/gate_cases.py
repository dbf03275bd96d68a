"""Small made-up records and cases for tests of delivery's use cases."""

from collections.abc import Sequence
from datetime import date

from support import cases
from support.dataset_rows import LABELS, PHOTOS, dataset_rows
from support.made_records import WHY, artifact
from support.policy_documents import OTHERS, policy, tiers

from artifacts.certificate import Proof
from artifacts.policies.membership import Membership
from artifacts.records.evaluation import ClassificationOutcomes, Evaluation, RegressionOutcomes
from artifacts.records.evidence import Evidence
from artifacts.records.gate import GateReport
from artifacts.records.holdout import HoldoutPin
from artifacts.records.photos import PhotoManifest
from artifacts.records.release import FirstRelease
from gate.comparing import PairedResamples
from gate.resampling import resample_groups
from judging.case import Absent, Candidate, Case, Champion, Holdout
from scoring.metrics import metrics_of

TODAY = date(2026, 11, 22)
FIRST_RELEASE = FirstRelease(reason=WHY, stated_on=TODAY)
PROOF = Proof((), bit_equal=True)


def evaluation(
    manifest: PhotoManifest, hits: Sequence[bool], model: str, year_error: float = 10.0
) -> Evaluation:
    """An evaluation that names the right style where `hits` says so, and years off by the error."""
    rows = manifest.of_split("holdout")
    truths = [LABELS.index(row.style) for row in rows]
    answers = [t if hit else (t + 1) % len(LABELS) for t, hit in zip(truths, hits, strict=True)]
    return Evaluation(
        model=model,
        photo_manifest=manifest.digest,
        split="holdout",
        split_digest=manifest.split_digest("holdout"),
        photos=tuple(row.photo for row in rows),
        groups=tuple(row.group for row in rows),
        slices={
            "lighting": tuple("dark" if i % 6 == 0 else "normal" for i in range(len(rows))),
            "style": tuple(row.style for row in rows),
        },
        classification=(_style(truths, answers),),
        regression=(_era([float(row.year or 0) for row in rows], year_error),),
    )


def _style(truths: Sequence[int], answers: Sequence[int]) -> ClassificationOutcomes:
    return ClassificationOutcomes(
        head="style",
        labels=LABELS,
        set_threshold=0.1,
        truths=tuple(truths),
        probabilities=tuple(
            tuple(0.8 if i == answer else 0.1 for i in range(len(LABELS))) for answer in answers
        ),
    )


def _era(years: Sequence[float], error: float) -> RegressionOutcomes:
    return RegressionOutcomes(
        head="era",
        unit="year",
        truths=tuple(years),
        values=tuple(year + error for year in years),
        lows=tuple(year + error - 20 for year in years),
        highs=tuple(year + error + 20 for year in years),
    )


def first_right(right: int, photos: int = PHOTOS) -> list[bool]:
    """Hits on the first `right` photos and on no other."""
    return [i < right for i in range(photos)]


def evidence(scored: Evaluation) -> Evidence:
    """Evidence whose metrics are an evaluation's, and that is otherwise without fault."""
    measured = {name: cases.estimate(value) for name, value in metrics_of(scored).items()}
    measured |= {"style.calibration_error": cases.estimate(0.05), OTHERS: cases.estimate(0.9)}
    return cases.evidence(
        model=scored.model,
        photo_manifest=scored.photo_manifest,
        holdout=scored.split_digest,
        photos=len(scored.photos),
        groups=len(set(scored.groups)),
        metrics=measured,
    )


def champion(manifest: PhotoManifest, hits: Sequence[bool]) -> Champion:
    """A champion that was scored over a photo manifest's holdout."""
    digest = artifact("champion", manifest).digest
    return Champion(digest, manifest.digest, evaluation(manifest, hits, digest))


def good_case(**changes: object) -> Case:
    """A case that is allowed: 140 of 200 right, the champion has 100 of the same."""
    rows = dataset_rows()
    candidate = artifact("candidate", rows)
    scored = changes.get("evaluation", evaluation(rows, first_right(140), candidate.digest))
    fields = {
        "today": TODAY,
        "policy": policy(),
        "tiers": tiers(),
        "candidate": Candidate.of(candidate.manifest),
        "holdout": Holdout.of(rows),
        "membership": Membership.of(HoldoutPin.of("architecture", rows), rows),
        "evaluation": scored,
        "evidence": evidence(scored) if isinstance(scored, Evaluation) else scored,
        "proof": PROOF,
        "champion": champion(rows, first_right(100)),
        "reproduction": Absent("none was given"),
        "comparing": PairedResamples(
            resample_groups(tuple(row.group for row in rows.rows), 1000, 7)
        ),
    }
    return Case(**(fields | changes))  # type: ignore[arg-type]


def gate_report(case: Case | None = None) -> GateReport:
    """The report that the judge makes of a case, a good one unless another is given."""
    return cases.gate_report(case or good_case())
