"""Runs the engine on a root, in a process of its own, and says what went wrong in its words."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from artifacts.text import plain
from delivery.errors import StateLocked, TerraformFailed

LOCK_SECONDS: Final = 300
_LAST_LINES: Final = 30
_REASON: Final = 1500
_LOCKED: Final = "acquiring the state lock"
_OURS: Final = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}


@dataclass(frozen=True)
class TerraformProcess:
    """The engine over the root in `root`. `say` is told each line of output."""

    root: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]

    def run(self, variables: Mapping[str, str], *words: str) -> None:
        """Run a command; TerraformFailed, StateLocked where somebody else holds the state."""
        last: list[str] = []

        def keep(line: str) -> None:
            said = plain(line, _REASON)
            if said:
                self.say(f"  {said}")
                last[:] = [*last, said][-_LAST_LINES:]

        if self._stream(variables, words, keep):
            raise _failure(words[0], last)

    def read(self, variables: Mapping[str, str], *words: str) -> str:
        """Return what a command prints; TerraformFailed."""
        lines: list[str] = []
        if self._stream(variables, words, lines.append):
            raise _failure(words[0], [plain(line, _REASON) for line in lines])
        return "".join(lines)

    def _stream(
        self, variables: Mapping[str, str], words: Sequence[str], tell: Callable[[str], None]
    ) -> int:
        engine = (sys.executable, "-I", "-m", "delivery.targets.aws.terraform_engine")
        try:
            with subprocess.Popen(  # noqa: S603 - this program and words of ours, no shell
                [*engine, str(self.root), *words],
                env={**self.environment, **_OURS, **variables},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                text=True,
                errors="replace",
            ) as running:
                for line in running.stdout or ():
                    tell(line)
        except OSError as exc:
            raise TerraformFailed(words[0], plain(exc)) from exc
        return running.returncode


def _failure(command: str, lines: Sequence[str]) -> TerraformFailed:
    reason = _reason(lines)
    if _LOCKED in " ".join(lines):
        return StateLocked(command, reason)
    return TerraformFailed(command, reason)


def _reason(lines: Sequence[str]) -> str:
    """Return what Terraform says of an error, without its frame; else its last words."""
    bare = [line.strip("╷│╵ ") for line in lines]
    named = [number for number, line in enumerate(bare) if line.startswith("Error")]
    said = " ".join(line for line in bare[named[0] if named else 0 :] if line)
    return plain(said[-_REASON:], _REASON)
