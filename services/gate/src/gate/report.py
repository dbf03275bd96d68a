"""report: the model card of a candidate, and a policy's page, as HTML."""

from dataclasses import dataclass
from pathlib import Path

from artifacts.errors import ArtifactError, PolicyRefused, UnreadableRecord
from artifacts.statements import StatementVerifier
from artifacts.store import FolderArtifacts
from gate.card import CardRecords, choose, model_card, photos_shown
from gate.dataset import FolderDataset
from gate.evidence_store import RememberingExaminer
from gate.summary import evidence_of, report_about
from judging.policy import Policy
from judging.policy_files import YamlPolicies
from pages import Picture, Unshown, page_of_markdown, render, thumbnail


@dataclass(frozen=True)
class Report:
    """Reporting with all that it reads through; `dataset` is None where none was given.

    `gate` believes the gate alone: a card doesn't show a verdict or evidence that it didn't sign.
    """

    artifacts: FolderArtifacts
    policies: YamlPolicies
    examiner: RememberingExaminer
    gate: StatementVerifier
    dataset: FolderDataset | None

    def __call__(self, candidate: Path, gate_report: Path | None, evidence: Path | None) -> str:
        """Return the card as HTML; ArtifactError, UnfitModel, JudgeUnfit or HoldoutUnusable."""
        artifact = self.artifacts.open(candidate)
        report = report_about(artifact, gate_report, self.gate) if gate_report else None
        scored = self.examiner.evaluate(artifact, self.dataset) if self.dataset else None
        records = CardRecords(
            manifest=artifact.manifest,
            policy=self._policy(artifact.manifest.name),
            tiers=self.policies.tiers(),
            evidence=evidence_of(report, evidence) if report and evidence else None,
            report=report,
            evaluation=scored,
        )
        return card_page(records, self.dataset)

    def _policy(self, model: str) -> Policy | None:
        """A card can be made of a model that has no policy yet, and says so."""
        try:
            return self.policies.read(model)
        except (UnreadableRecord, PolicyRefused):
            return None


def card_page(records: CardRecords, dataset: FolderDataset | None) -> str:
    """Return a card as HTML; UnreadableRecord where records don't belong together.

    Photos are read from the dataset; without one none is shown.
    """
    if discords := records.discords():
        raise UnreadableRecord("the records of the card", discords)
    examples = choose(records)
    shown = photos_shown(records, examples) if dataset else ()
    pictures = {photo: _picture(dataset, photo) for photo in shown if dataset}
    return render(model_card(records, examples, pictures))


def policy_card(markdown: str) -> str:
    """Return a policy page, which is Markdown, as HTML of the cards' look."""
    return render(page_of_markdown(markdown, kicker="Model policy"))


def _picture(dataset: FolderDataset, photo: str) -> Picture | Unshown:
    try:
        return thumbnail(dataset.photo(photo))
    except (ArtifactError, OSError):
        # Its message may hold a path of this machine, and a card is handed on.
        return Unshown("it is not in the dataset, or not what it was")
