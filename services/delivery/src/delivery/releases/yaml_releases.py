"""The files of releases/: what each environment should run."""

from pathlib import Path

from artifacts.records.release import Environment, Release
from artifacts.write_whole import write_whole
from delivery.releases.wanted import release_text


class YamlReleases:
    """releases/<environment>.yaml, in one form: the same release makes the same bytes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, environment: Environment) -> Release:
        """Return an environment's release; UnreadableRecord where there is none, or another's."""
        return Release.of_environment(self._root, environment)

    def write(self, release: Release) -> Path:
        """Replace a release's file whole, and return its path."""
        return write_whole(self._root / f"{release.environment}.yaml", release_text(release))
