"""report: the page that a reviewer reads."""

from dataclasses import dataclass
from pathlib import Path

from artifacts.errors import UnreadableRecord
from artifacts.records.gate import GateReport
from delivery.domain.page import candidate_page
from delivery.ports import ArtifactReader, Dataset, Examiner


@dataclass(frozen=True)
class Report:
    """Reporting with all that it reads through; `dataset` is None where none was given."""

    artifacts: ArtifactReader
    examiner: Examiner
    dataset: Dataset | None

    def __call__(self, candidate: Path, gate_report: Path | None) -> str:
        """Return the page; ArtifactError, UnfitModel, JudgeUnfit or HoldoutUnusable."""
        artifact = self.artifacts.open(candidate)
        report = GateReport.read(gate_report) if gate_report else None
        if report is not None and report.candidate != artifact.digest:
            problem = f"it is about {report.candidate}, the candidate is {artifact.digest}"
            raise UnreadableRecord(str(gate_report), (problem,))
        evaluation = self.examiner.evaluate(artifact, self.dataset) if self.dataset else None
        return candidate_page(artifact, report, evaluation, self.examiner.prove(artifact))
