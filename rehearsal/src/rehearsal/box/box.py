"""One box, with everything that its stories work on."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from rehearsal.box.act_engine import ActEngine
from rehearsal.box.folder import BoxFolder
from rehearsal.box.record_files import PullFiles, PushFiles
from rehearsal.box.records import BoxConfig
from rehearsal.box.repository import Git, GitNotes, GitRepository
from rehearsal.box.run_files import RunFiles
from rehearsal.settings import Settings, allowed_environment
from walls import find_wall


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock that others are given


@dataclass(frozen=True)
class Box:
    """A box's folder, repository and records, each opened when it is first asked for."""

    path: Path
    variables: Mapping[str, str]
    """What git, act and steps see of the caller's environment."""
    incoming: Mapping[str, str]
    """Variables by which git shows a hook the objects of the push that it is asked about."""
    clock: Callable[[], datetime] = _now
    sleep: Callable[[float], None] = time.sleep

    @cached_property
    def folder(self) -> BoxFolder:
        """The folder: what people write into it."""
        return BoxFolder(self.path, self.variables)

    @property
    def config(self) -> BoxConfig:
        """What box.yaml says now."""
        return self.folder.config()

    @cached_property
    def _git(self) -> Git:
        return Git(self.path / "origin.git", {**self.variables, **self.incoming})

    @cached_property
    def repository(self) -> GitRepository:
        """The bare repository that people push to."""
        return GitRepository(self._git)

    @cached_property
    def statuses(self) -> GitNotes:
        """What runs said of commits."""
        return GitNotes(self._git, self.path / "locks" / "statuses")

    @cached_property
    def runs(self) -> RunFiles:
        """Runs that wait, work and have ended, with their logs."""
        return RunFiles(self.path)

    @cached_property
    def pulls(self) -> PullFiles:
        """Pull requests."""
        return PullFiles(self.path)

    @cached_property
    def pushes(self) -> PushFiles:
        """Who pushed what."""
        return PushFiles(self.path)

    @cached_property
    def engine(self) -> ActEngine:
        """What runs workflow files: act, which comes with the environment."""
        # Resolved: a packaged copy has a link to it, and a room is lent the file itself.
        act = Path(sys.executable).with_name("act").resolve()
        return ActEngine(self.path, act, self.variables, find_wall)


def open_box(settings: Settings) -> Box:
    """Return the box that settings name, whether it is there or not."""
    incoming = {}
    if settings.objects is not None:
        incoming["GIT_OBJECT_DIRECTORY"] = str(settings.objects.absolute())
        incoming["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = settings.alternates or ""
    return Box(settings.box.absolute(), allowed_environment(), incoming)
