"""The adapters of those who look at what a change touches."""

from delivery.changes.classify_change import ClassifyChange
from delivery.git.repository import GitRepository
from delivery.settings import Settings


def make_classify_change(settings: Settings) -> ClassifyChange:
    """Put classifying together."""
    return ClassifyChange(GitRepository(settings.root))
