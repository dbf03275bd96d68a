"""The folder through which a candidate gets from the job that trains to the one that judges.

Whoever trains may write there whatever it likes, so nothing in it is believed: what is taken is
read once, bounded, and must have the digest that was announced.
"""

import os
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from artifacts.digests import hex_part
from artifacts.errors import ArtifactError
from artifacts.folder import read_small_file, read_unsigned_artifact, write_artifact
from delivery.errors import HandoverRefused
from delivery.retrain.training_claims import RUN_FILES, HandedOver

_CANDIDATE, _RUN = "candidate", "run"
_RUN_BYTES: Final = 4 << 20
"""Of each file of a run."""
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
KEPT_SECONDS: Final = 7 * 24 * 3600
"""For how long something that nobody takes lies there."""


class HandoverFolder:
    """Handed-over candidates, each in a folder named by its digest."""

    def __init__(
        self,
        root: Path,
        now: Callable[[], float] = time.time,  # noqa: TID251 - the clock that others are given
    ) -> None:
        self._root = root
        self._now = now

    def give(self, handed: HandedOver) -> str:
        """Leave a candidate there, whole or not at all, and return its digest."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._forget_old()
        digest = handed.digest
        draft = self._root / f".{hex_part(digest)}.draft"
        shutil.rmtree(draft, ignore_errors=True)
        (draft / _RUN).mkdir(parents=True)
        write_artifact(draft / _CANDIDATE, handed.manifest, handed.files)
        for name, data in handed.run.items():
            (draft / _RUN / name).write_bytes(data)
        shutil.rmtree(self._place(digest), ignore_errors=True)
        draft.replace(self._place(digest))
        return digest

    def take(self, digest: str) -> HandedOver:
        """Return what was handed over under a digest, read once; HandoverRefused says why not."""
        if not _DIGEST.fullmatch(digest):
            reason = "no candidate was handed over: look at what the job `train` said"
            raise HandoverRefused(digest, reason)
        place = self._place(digest)
        try:
            found = _read(place)
        except (ArtifactError, OSError) as exc:
            raise HandoverRefused(digest, str(exc)) from exc
        if found.digest != digest:
            raise HandoverRefused(digest, f"what lies in {place} has the digest {found.digest}")
        return found

    def holds(self, digest: str) -> bool:
        """Whether a candidate lies there whole."""
        try:
            self.take(digest)
        except HandoverRefused:
            return False
        return True

    def forget(self, digest: str) -> None:
        """Remove what was taken, where whoever takes may write; else whoever gives removes it."""
        shutil.rmtree(self._place(digest), ignore_errors=True)

    def _place(self, digest: str) -> Path:
        return self._root / hex_part(digest)

    def _forget_old(self) -> None:
        for entry in self._root.iterdir():
            with suppress(OSError):
                if self._now() - entry.lstat().st_mtime > KEPT_SECONDS:
                    shutil.rmtree(entry, ignore_errors=True)


def read_run(work: Path) -> dict[str, bytes]:
    """Return the files of a run out of the pipeline's folder, which training's code wrote.

    Raises OSError for a link, a device, a missing or a large file.
    """
    found = {}
    for name, inside in RUN_FILES.items():
        path = work / inside
        _refuse_links(path.parent, up_to=work)
        found[name] = read_small_file(path, _RUN_BYTES)
    return found


def _read(place: Path) -> HandedOver:
    _refuse_links(place / _CANDIDATE, up_to=place)
    _refuse_links(place / _RUN, up_to=place)
    for folder, known in ((place, {_CANDIDATE, _RUN}), (place / _RUN, {*RUN_FILES})):
        if more := _more_than(folder, known):
            raise OSError(f"{more} is no part of what is handed over")
    run = {name: read_small_file(place / _RUN / name, _RUN_BYTES) for name in RUN_FILES}
    artifact = read_unsigned_artifact(place / _CANDIDATE)
    return HandedOver(artifact.manifest, artifact.files, run)


def _more_than(folder: Path, known: set[str]) -> str:
    """Return the first entry that has no business in a folder, looking at no more than needed."""
    with os.scandir(folder) as entries:
        return next((entry.path for entry in entries if entry.name not in known), "")


def _refuse_links(folder: Path, *, up_to: Path) -> None:
    for path in (folder, *folder.parents):
        if path.is_symlink():
            raise OSError(f"{path} is a symbolic link")
        if path == up_to:
            return
