"""The adapters of those who look at what a change touches."""

from delivery.adapters.git_repository import GitRepository
from delivery.settings import Settings
from delivery.use_cases.classify_change import ClassifyChange


def make_classify_change(settings: Settings) -> ClassifyChange:
    """Put classifying together."""
    return ClassifyChange(GitRepository(settings.root))
