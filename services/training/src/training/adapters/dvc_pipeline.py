"""DVC: which stages are out of date, and the versions of the photos."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from training.errors import PipelineFailed

_CONFIG = "[core]\n    analytics = false\n    no_scm = true\n    check_update = false\n"


class DvcPipeline:
    """The DVC project in a folder. Stages run with this service's own environment first on PATH."""

    def __init__(
        self,
        root: Path,
        search_path: str,
        cache: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Name the project; `settings` are variables that its stages have beside this process's."""
        self._root = root
        self._settings = [f"{name}={value}" for name, value in (settings or {}).items()]
        self._cache = cache
        self._search_path = f"{Path(sys.executable).parent}{os.pathsep}{search_path}"

    def start(self) -> None:
        """Make the folder a DVC project of its own (outside of git) if it is none."""
        folder = self._root / ".dvc"
        if not folder.is_dir():
            folder.mkdir(parents=True)
            (folder / "config").write_text(_CONFIG, encoding="utf-8")
        if self._cache:
            shared = f"[cache]\n    dir = {self._cache.resolve()}\n"
            (folder / "config.local").write_text(shared, encoding="utf-8")

    def track(self, folder: Path) -> None:
        """Put a folder of data under version control."""
        self._dvc("add", "--quiet", str(folder.relative_to(self._root)))

    def reproduce(self) -> None:
        """Run what is out of date; PipelineFailed where a stage fails."""
        self._dvc("repro")

    def _dvc(self, *arguments: str) -> None:
        # By env(1), which hands on all else that this process was given.
        variables = [f"PATH={self._search_path}", *self._settings]
        command = ["env", *variables, sys.executable, "-I", "-m", "dvc", *arguments]
        done = subprocess.run(command, cwd=self._root, check=False)  # noqa: S603
        if done.returncode:
            raise PipelineFailed(done.returncode)
