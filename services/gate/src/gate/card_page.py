"""card: the model card, and the policy page, as HTML."""

from collections.abc import Mapping
from dataclasses import dataclass

from artifacts.errors import ArtifactError, UnreadableRecord
from gate.card import CardRecords, choose, model_card, photos_shown
from gate.dataset import FolderDataset
from pages import Picture, Unshown, page_of_markdown, render, thumbnail


@dataclass(frozen=True)
class ModelCard:
    """Making cards with what photos are read from; without a dataset no photo is shown."""

    dataset: FolderDataset | None

    def __call__(self, records: CardRecords) -> str:
        """Return the card as HTML; UnreadableRecord where records don't belong together."""
        if discords := records.discords():
            raise UnreadableRecord("the records of the card", discords)
        examples = choose(records)
        pictures = self._pictures(photos_shown(records, examples))
        return render(model_card(records, examples, pictures))

    def _pictures(self, photos: tuple[str, ...]) -> Mapping[str, Picture | Unshown]:
        if self.dataset is None:
            return {}
        return {photo: _picture(self.dataset, photo) for photo in photos}


def policy_card(markdown: str) -> str:
    """Return a policy page, which is Markdown, as HTML of the cards' look."""
    return render(page_of_markdown(markdown, kicker="Model policy"))


def _picture(dataset: FolderDataset, photo: str) -> Picture | Unshown:
    try:
        return thumbnail(dataset.photo(photo))
    except (ArtifactError, OSError):
        # Its message may hold a path of this machine, and a card is handed on.
        return Unshown("it is not in the dataset, or not what it was")
