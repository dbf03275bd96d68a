"""The table of rules: every rule of the gate, in the order in which a report carries them.

A rule that isn't here is not judged; a policy or a tier can name no other. Rules without settings
are always on. The others are on where a policy gives them settings, and a tier may require that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from artifacts.records.gate import RuleResult
from gate.case import Case
from gate.rules import (
    artifact,
    artifact_limits,
    champion,
    data_quality,
    holdout_pin,
    holdout_size,
    leakage,
    metric_limits,
    non_inferiority,
    parity,
    policy_applies,
    reproducibility,
    required_slices,
    review,
    robustness,
    same_data,
    slice_regressions,
    slices,
)
from judging.policy import Rules


@dataclass(frozen=True)
class Rule:
    """A rule: its id, what it means to people, and where its method is from.

    `judge` gives the results that judging.result_names names for the id, in the same
    order. `settings` is the name under `rules:` in a policy, or None for a rule that is always on.
    """

    id: str
    meaning: str
    source: str
    judge: Callable[[Case], tuple[RuleResult, ...]]
    settings: str | None = None


def _judge_policy(case: Case) -> tuple[RuleResult, ...]:
    known = [rule.id for rule in RULES]
    return policy_applies.judge_policy(case, known, tuple(Rules.model_fields))


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "artifact",
        "The candidate opens, is signed with the expected key, and holds every byte that its "
        "manifest lists and nothing else.",
        "OpenSSF Model Signing specification; SLSA 1.0, verifying artifacts.",
        artifact.judge_artifact,
    ),
    Rule(
        "policy",
        "There is a policy of this model. It has every rule that its risk tier requires, and no "
        "setting is weaker than the tier allows.",
        "NIST AI RMF 1.0, Govern 1; ISO/IEC 42001:2023, clause 6.1.",
        _judge_policy,
    ),
    Rule(
        "review",
        "People reviewed the policy, and the next review is not overdue. After that day nothing "
        "is allowed until they have.",
        "NIST AI RMF 1.0, Govern 1.5: periodic review.",
        review.judge_review,
    ),
    Rule(
        "holdout_pin",
        "The holdout is the one pinned in git: no photo was taken out or given another truth, "
        "and none was added without being pinned.",
        "Dwork et al., The reusable holdout, Science 349 (2015).",
        holdout_pin.judge_holdout_pin,
    ),
    Rule(
        "same_data",
        "Candidate, evaluation and evidence name the same dataset and splits by digest, so the "
        "candidate did not learn from photos that it is judged on.",
        "Kapoor and Narayanan, Leakage and the reproducibility crisis, Patterns 4 (2023).",
        same_data.judge_same_data,
    ),
    Rule(
        "parity",
        "The candidate answers its golden photos in the judge's process as it was certified "
        "where it was trained.",
        "Breck et al., The ML test score, IEEE Big Data (2017), monitoring tests.",
        parity.judge_parity,
    ),
    Rule(
        "champion",
        "The model that serves was read and scored over the same photos, or it is stated that "
        "there is none yet.",
        "Kohavi, Tang and Xu, Trustworthy online controlled experiments (2020).",
        champion.judge_champion,
    ),
    Rule(
        "required_slices",
        "Every slice that the policy names is there with enough photos to judge.",
        "Mitchell et al., Model cards for model reporting, FAT* (2019), factors.",
        required_slices.judge_required_slices,
    ),
    Rule(
        "holdout_size",
        "The holdout has enough photos, of enough buildings, for numbers over it to mean anything.",
        "Guyon et al., What size test set gives good error rate estimates?, IEEE TPAMI 20 (1998).",
        holdout_size.judge_holdout_size,
        "holdout_size",
    ),
    Rule(
        "floors",
        "Labels are right at least so often, whatever the champion does.",
        "Breck et al., The ML test score, IEEE Big Data (2017), model tests.",
        metric_limits.judge_floors,
        "floors",
    ),
    Rule(
        "error_limits",
        "Numbers, such as the year of building, are off by at most so much.",
        "Willmott and Matsuura, Advantages of the mean absolute error, Climate Research 30 (2005).",
        metric_limits.judge_error_limits,
        "error_limits",
    ),
    Rule(
        "calibration",
        "Stated probabilities are near the share of answers that are right.",
        "Guo et al., On calibration of modern neural networks, ICML (2017).",
        metric_limits.judge_calibration,
        "calibration",
    ),
    Rule(
        "coverage",
        "Prediction sets and intervals hold the truth as often as they must, and are not so "
        "large that they say nothing.",
        "Vovk, Gammerman and Shafer, Algorithmic learning in a random world (2005).",
        metric_limits.judge_coverage,
        "coverage",
    ),
    Rule(
        "non_inferiority",
        "The candidate is surely not worse than the champion by more than a margin; it is "
        "promoted only if it is surely better.",
        "FDA, Non-inferiority clinical trials (2016); Efron and Tibshirani, An introduction to "
        "the bootstrap (1993), chapter 13.",
        non_inferiority.judge_non_inferiority,
        "non_inferiority",
    ),
    Rule(
        "slice_floors",
        "In every slice with enough photos the lower confidence bound keeps a floor: a mean over "
        "all photos hides a part that is small.",
        "Buolamwini and Gebru, Gender shades, FAT* (2018); Sagawa et al., ICLR (2020).",
        slices.judge_slice_floors,
        "slice_floors",
    ),
    Rule(
        "slice_gaps",
        "The best and the worst slice of a dimension are at most so far apart.",
        "Bird et al., Fairlearn, Microsoft MSR-TR-2020-32 (2020): difference between groups.",
        slices.judge_slice_gaps,
        "slice_gaps",
    ),
    Rule(
        "slice_regressions",
        "In no slice with enough photos is the candidate surely worse than the champion by more "
        "than a margin.",
        "Dunn, Multiple comparisons among means, JASA 56 (1961); Cameron and Miller, "
        "Cluster-robust inference, J. Human Resources 50 (2015).",
        slice_regressions.judge_slice_regressions,
        "slice_regressions",
    ),
    Rule(
        "robustness",
        "What photos suffer on their way, such as compression or blur, costs at most so much "
        "accuracy.",
        "Hendrycks and Dietterich, Benchmarking robustness to corruptions, ICLR (2019).",
        robustness.judge_robustness,
        "robustness",
    ),
    Rule(
        "leakage",
        "Accuracy is not owed to copies of holdout photos, to the source of a photo, or to "
        "features that would score after learning shuffled labels.",
        "Barz and Denzler, Do we train on test data?, J. Imaging 6 (2020); Torralba and Efros, "
        "Unbiased look at dataset bias, CVPR (2011); Ojala and Garriga, JMLR 11 (2010).",
        leakage.judge_leakage,
        "leakage",
    ),
    Rule(
        "data_quality",
        "Every label was learned from enough buildings, and few labels of the holdout are in "
        "doubt.",
        "Northcutt, Jiang and Chuang, Confident learning, JAIR 70 (2021).",
        data_quality.judge_data_quality,
        "data_quality",
    ),
    Rule(
        "artifact_limits",
        "The artifact is small enough, loads fast enough and answers fast enough to serve.",
        "Dean and Barroso, The tail at scale, CACM 56 (2013).",
        artifact_limits.judge_artifact_limits,
        "artifact_limits",
    ),
    Rule(
        "reproducibility",
        "The candidate was trained from committed files that its signed manifest names and, "
        "where the policy asks for it, was built again with an equal outcome.",
        "Pineau et al., Improving reproducibility in machine learning research, JMLR 22 (2021).",
        reproducibility.judge_reproducibility,
        "reproducibility",
    ),
)
