"""Judge a candidate of a retraining, and leave the verdict with all that it rests on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from artifacts.errors import ArtifactError
from artifacts.records.gate import GateReport
from artifacts.statements import StatementSigner, StatementVerifier, read_signed, write_signed
from delivery.errors import DeliveryError
from delivery.gate.gate import Gate
from delivery.gate.ports import Policies
from delivery.gate.summary import Summary
from delivery.retrain.ports import RetrainingPlace
from delivery.text import markdown


@dataclass(frozen=True)
class JudgeCandidate:
    """Judging with all that it reads and writes through; `gate` is made for a dataset's folder."""

    gate: Callable[[Path], Gate]
    summary: Summary
    policies: Policies
    signer: StatementSigner
    verifier: StatementVerifier

    def wants_rebuild(self, model: str) -> bool:
        """Whether a model's policy asks for it; without a policy the gate will say what lacks."""
        try:
            setting = self.policies.read(model).rules.reproducibility
        except (ArtifactError, DeliveryError):
            return False
        return setting is not None and setting.ask == "rebuilt"

    def judge(self, place: RetrainingPlace) -> GateReport:
        """Judge, and leave the signed report, its evidence and a page about both in the place."""
        rebuilt = place.reproduction if place.reproduction.exists() else None
        found = self.gate(place.dataset).decide(place.candidate, "staging", rebuilt)
        place.evidence.unlink(missing_ok=True)
        if found.evidence:
            found.evidence.write(place.evidence)
        write_signed(found.report, place.report, self.signer)
        place.page.write_text(self._page(place, found.report), encoding="utf-8")
        return found.report

    def report(self, place: RetrainingPlace) -> GateReport:
        """Return the report of an earlier judgement; SignatureRefused or UnreadableRecord."""
        return read_signed(GateReport, place.report, self.verifier)

    def _page(self, place: RetrainingPlace, report: GateReport) -> str:
        evidence = place.evidence if place.evidence.exists() else None
        try:
            return self.summary(place.candidate, place.report, evidence)
        except (ArtifactError, DeliveryError) as exc:  # the report says it too, as a verdict
            lines = (f"- {markdown(r.rule)}: {markdown(r.reason)}" for r in report.violations)
            return "\n".join((f"The candidate can't be shown: {markdown(exc)}", "", *lines, ""))
