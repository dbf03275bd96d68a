"""DVC: which stages are out of date, and the versions of the photos."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from artifacts.folder import SIGNATURE, ModelArtifact, open_artifact, write_artifact
from artifacts.signatures import ArtifactVerifier
from training.errors import PipelineFailed

_CONFIG: Final = "[core]\n    analytics = false\n    no_scm = true\n    check_update = false\n"


_NO_CONFIG: Final = "no-config"
"""A folder that is never made: what the user and the system set for DVC reaches no pipeline."""


class DvcPipeline:
    """The DVC project in a folder. Stages run with this service's own environment first on PATH.

    `held` is the descriptor of the lock that this process holds on the folder, for DVC to hold too.
    """

    def __init__(
        self,
        root: Path,
        search_path: str,
        cache: Path | None = None,
        settings: Mapping[str, str] | None = None,
        held: int | None = None,
    ) -> None:
        """Name the project; `settings` are variables that its stages have beside this process's."""
        self._root = root
        self._settings = [f"{name}={value}" for name, value in (settings or {}).items()]
        self._cache = cache
        self._held = () if held is None else (held,)
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
        if self._held:
            _forget_the_dead(folder / "tmp" / "rwlock")

    def track(self, folder: Path) -> None:
        """Put a folder of data under version control."""
        self._dvc("add", "--quiet", str(folder.relative_to(self._root)))

    def reproduce(self) -> None:
        """Run what is out of date; PipelineFailed where a stage fails."""
        self._dvc("repro")

    def _dvc(self, *arguments: str) -> None:
        # By env(1), which hands on all else that this process was given.
        nowhere = self._root / ".dvc" / _NO_CONFIG
        variables = [f"PATH={self._search_path}", *self._settings]
        variables += [f"DVC_{whose}_CONFIG_DIR={nowhere}" for whose in ("GLOBAL", "SYSTEM")]
        command = ["env", *variables, sys.executable, "-I", "-m", "dvc", *arguments]
        done = subprocess.run(  # noqa: S603
            command, cwd=self._root, check=False, pass_fds=self._held
        )
        if done.returncode:
            raise PipelineFailed(done.returncode)


def _forget_the_dead(rwlock: Path) -> None:
    """Take from DVC's list of who works on what all who don't run DVC any more.

    DVC forgets who has ended, but waits for ever where the number belongs to another process now.
    """
    try:
        found = json.loads(rwlock.read_text(encoding="utf-8"))
        kept = {mode: _running(entries) for mode, entries in found.items()}
    except FileNotFoundError:
        return
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        rwlock.unlink(missing_ok=True)  # cut off in the middle of writing: it says nothing
        return
    if kept != found:
        rwlock.write_text(json.dumps(kept), encoding="utf-8")


def _running(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries of one mode without those of processes that don't run DVC."""
    kept: dict[str, Any] = {}
    for path, who in entries.items():
        if isinstance(who, list):
            alive = [each for each in who if _runs_dvc(int(each["pid"]))]
            kept |= {path: alive} if alive else {}
        elif who and _runs_dvc(int(who["pid"])):
            kept[path] = who
    return kept


def _runs_dvc(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    with suppress(OSError):  # a system without /proc: the process may be one of DVC's
        return b"dvc" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return True


def run_pipeline(
    pipeline: DvcPipeline, photos: Path, candidate: Path, out: Path, verifier: ArtifactVerifier
) -> ModelArtifact:
    """Track the photos, run what is out of date, and put the verified candidate into `out`.

    Raises PipelineFailed where a stage fails; `out` is then as it was.
    """
    pipeline.track(photos)
    pipeline.reproduce()
    artifact = open_artifact(candidate, verifier)
    if out.resolve() != candidate.resolve():
        write_artifact(out, artifact.manifest, artifact.files)
        (out / SIGNATURE).write_bytes((candidate / SIGNATURE).read_bytes())
    return artifact
