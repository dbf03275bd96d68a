"""What a model card is made of: records, each of which may be missing but the manifest."""

from collections.abc import Iterator
from dataclasses import dataclass

from artifacts.policies.tiers import RiskTiers
from artifacts.records.evaluation import ClassificationOutcomes, Evaluation, RegressionOutcomes
from artifacts.records.evidence import Estimate, Evidence
from artifacts.records.gate import GateReport
from artifacts.records.manifest import ClassificationHead, ModelManifest, NumberHead
from judging.policy import Policy
from judging.rules.metric_limits import MetricLimit


@dataclass(frozen=True)
class CardRecords:
    """The records of one candidate. None: there is none, and the card says so."""

    manifest: ModelManifest
    policy: Policy | None = None
    tiers: RiskTiers | None = None
    evidence: Evidence | None = None
    report: GateReport | None = None
    evaluation: Evaluation | None = None

    def discords(self) -> tuple[str, ...]:
        """Name what belongs to another model than the rest, or to another judgement."""
        return tuple(self._discords())

    def _discords(self) -> Iterator[str]:
        model = self.manifest.digest
        if self.policy and self.policy.model != self.manifest.name:
            yield f"the policy is of {self.policy.model}, the model is {self.manifest.name}"
        if self.evidence and self.evidence.model != model:
            yield f"the evidence is of {self.evidence.model}, the model is {model}"
        if self.evaluation and self.evaluation.model not in {None, model}:
            yield f"the evaluation is of {self.evaluation.model}, the model is {model}"
        if self.report:
            yield from self._discords_of_report(self.report)

    def _discords_of_report(self, report: GateReport) -> Iterator[str]:
        grounds = (
            ("candidate", report.candidate, self.manifest),
            ("policy", report.policy, self.policy),
            ("risk tiers", report.risk_tiers, self.tiers),
            ("evidence", report.evidence, self.evidence),
        )
        for what, judged, given in grounds:
            if given is not None and judged is not None and judged != given.digest:
                yield f"the gate judged by the {what} {judged}, given is {given.digest}"

    @property
    def classes(self) -> ClassificationHead | None:
        """The head that names labels, the first if there are several."""
        heads = (head for head in self.manifest.heads if isinstance(head, ClassificationHead))
        return next(heads, None)

    @property
    def numbers(self) -> NumberHead | None:
        """The head that gives a number, the first if there are several."""
        heads = (h for h in self.manifest.heads if not isinstance(h, ClassificationHead))
        return next(heads, None)

    @property
    def outcomes(self) -> ClassificationOutcomes | None:
        """What the head that names labels answered."""
        found = self.evaluation.classification if self.evaluation else ()
        name = self.classes.name if self.classes else ""
        return next((outcomes for outcomes in found if outcomes.head == name), None)

    @property
    def values(self) -> RegressionOutcomes | None:
        """What the head that gives a number answered."""
        found = self.evaluation.regression if self.evaluation else ()
        name = self.numbers.name if self.numbers else ""
        return next((outcomes for outcomes in found if outcomes.head == name), None)

    def metric(self, name: str) -> Estimate | None:
        """Return a metric over the whole holdout."""
        return self.evidence.metrics.get(name) if self.evidence else None

    def limits(self, metric: str) -> tuple[MetricLimit, ...]:
        """Return the policy's limits on a metric over the whole holdout."""
        if self.policy is None:
            return ()
        return tuple(one for one in self.policy.every(MetricLimit) if one.metric == metric)
