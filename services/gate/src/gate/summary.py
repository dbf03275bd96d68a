"""summary: a candidate and its verdict as Markdown, for a job's summary or a pull request."""

from dataclasses import dataclass
from pathlib import Path

from artifacts.errors import ArtifactError, UnreadableRecord
from artifacts.folder import ModelArtifact
from artifacts.records.evidence import Evidence
from artifacts.records.gate import GateReport
from artifacts.statements import StatementVerifier, read_signed
from artifacts.store import FolderArtifacts
from artifacts.text import markdown
from gate.errors import GateError
from gate.evidence_page import candidate_page
from gate.evidence_store import RememberingExaminer


@dataclass(frozen=True)
class Summary:
    """Summing up with all that it reads through; `gate` believes the gate alone."""

    artifacts: FolderArtifacts
    examiner: RememberingExaminer
    gate: StatementVerifier

    def __call__(self, candidate: Path, gate_report: Path | None, evidence: Path | None) -> str:
        """Return the page; ArtifactError, UnfitModel or JudgeUnfit.

        Evidence is believed where the signed gate report names it, so it needs one.
        """
        artifact = self.artifacts.open(candidate)
        report = report_about(artifact, gate_report, self.gate) if gate_report else None
        found = evidence_of(report, evidence) if report and evidence else None
        return candidate_page(artifact, report, found, self.examiner.prove(artifact))

    def or_violations(self, candidate: Path, gate_report: Path, evidence: Path | None) -> str:
        """Return the page; of a candidate that can't be shown, what the report says of it."""
        try:
            return self(candidate, gate_report, evidence)
        except (ArtifactError, GateError) as exc:  # the report says it too, as a verdict
            report = read_signed(GateReport, gate_report, self.gate)
            lines = (f"- {markdown(r.rule)}: {markdown(r.reason)}" for r in report.violations)
            return "\n".join((f"The candidate can't be shown: {markdown(exc)}", "", *lines, ""))


def report_about(artifact: ModelArtifact, path: Path, gate: StatementVerifier) -> GateReport:
    """Return a signed report on this very artifact; SignatureRefused or UnreadableRecord."""
    report = read_signed(GateReport, path, gate)
    if report.candidate != artifact.digest:
        problem = f"it is about {report.candidate}, the candidate is {artifact.digest}"
        raise UnreadableRecord(str(path), (problem,))
    return report


def evidence_of(report: GateReport, path: Path) -> Evidence:
    """Return the evidence that a report names; UnreadableRecord where the file is another."""
    found = Evidence.read(path)
    if found.digest != report.evidence:
        problem = f"its digest is {found.digest}, the gate report rests on {report.evidence}"
        raise UnreadableRecord(str(path), (problem,))
    return found
