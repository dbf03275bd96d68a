"""Programs that do nothing but write down how they were called."""

import json
import sys
from pathlib import Path

_SCRIPT = """#!{python}
import json, os, sys
words = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(json.dumps([{name!r}, *words]) + "\\n")
answers = {answers!r}
for beginning, (code, text, made) in answers.items():
    if " ".join(words).startswith(beginning):
        for path in made:
            path = next((w.rpartition(path + "=")[2] for w in words if path + "=" in w), path)
            os.makedirs(path, exist_ok=True)
        print(text)
        sys.exit(code)
"""
Answers = dict[str, tuple[int, str, tuple[str, ...]]]
"""By the beginning of the words: exit code, output, and folders to make (or options naming one)."""


class Programs:
    """A folder of programs, and the log of their calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "programs"
        self.log = folder / "calls"
        self.folder.mkdir()

    def add(self, name: str, answers: Answers | None = None) -> None:
        """Add a program; what it has no answer for ends well and says nothing."""
        text = _SCRIPT.format(
            python=sys.executable, log=str(self.log), name=name, answers=answers or {}
        )
        (self.folder / name).write_text(text)
        (self.folder / name).chmod(0o755)

    def calls(self) -> list[list[str]]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines]

    @property
    def variables(self) -> dict[str, str]:
        """An environment in which there are these programs alone."""
        return {"PATH": str(self.folder)}
