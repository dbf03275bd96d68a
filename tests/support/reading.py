"""Holds a test file to its READS: bin/affected.py chooses tests by what they say they read.

In the test's own process alone: what a program that it starts reads can't be seen from here, only
which program that is.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

READS = ()
ROOT = str(Path(__file__).parents[2])
OURS = {path.name: str(path.relative_to(ROOT)) for path in Path(ROOT).glob("[ls]*s/*")}
OURS["rehearsal"] = "rehearsal"
"""Where each package lies, by its name."""


class Reading:
    """An audit hook of Python; it notes what is read or started besides what may be."""

    def __init__(self) -> None:
        self._may: tuple[str, ...] | None = None
        self.strays: set[str] = set()

    @contextmanager
    def only(self, paths: Sequence[str]) -> Iterator[set[str]]:
        """Yield the pages, scripts and packages that a block reads or starts besides some paths."""
        self.strays, self._may = set(), tuple(paths)
        try:
            yield self.strays
        finally:
            self._may = None

    def __call__(self, event: str, given: tuple[Any, ...]) -> None:
        if self._may is None:
            return
        if event == "open" and isinstance(given[0], str) and given[0].startswith(ROOT):
            # What is imported is followed, and may be looked at by who prints an error.
            imported = {getattr(one, "__file__", None) for one in list(sys.modules.values())}
            self._note("" if given[0] in imported else given[0])
        elif event == "subprocess.Popen" and not isinstance(given[1], str):
            words = [os.fsdecode(word) for word in given[1]]
            for before, word in zip(["", *words], words, strict=False):
                if before == "-m":
                    self._note(f"{ROOT}/{OURS.get(word.partition('.')[0], '')}/started.py")
                elif word.startswith("/") and Path(word).is_file():
                    self._note(word if Path(word).suffix else f"{word}.py")

    def _note(self, path: str) -> None:
        """Note a page or script of the checkout, unless it may be read."""
        name = os.path.relpath(path, ROOT) if path.startswith(ROOT + os.sep) else ""
        if not name.endswith((".py", ".md")) or name.startswith((".venv", ".envs", "started")):
            return
        may = self._may or ()
        if not any(name in {one, f"{one}.py"} or name.startswith(f"{one}/") for one in may):
            self.strays.add(name)
