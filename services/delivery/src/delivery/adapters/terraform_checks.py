"""Terraform's own checks of the roots: form, meaning, and the tests that lie beside them."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from delivery.domain.text import plain

ROOTS: Final = ("local",)
_LINE: Final = 1000
_CHECKS: Final = (
    ("fmt", "-check", "-diff", "-recursive", "-no-color"),
    ("init", "-backend=false", "-input=false", "-no-color"),
    ("validate", "-no-color"),
    ("test", "-no-color"),
)


@dataclass(frozen=True)
class TerraformChecks:
    """Checks the roots in a folder; what Terraform keeps for it is thrown away after."""

    folder: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]

    def run(self) -> tuple[str, ...]:
        """Return the checks that failed, after their output was said."""
        failed = []
        for root in ROOTS:
            with tempfile.TemporaryDirectory(prefix="plinth-") as data:
                failed += [
                    f"terraform {words[0]} of {root}"
                    for words in _CHECKS
                    if not self._passes(self.folder / root, data, words)
                ]
        return tuple(failed)

    def _passes(self, root: Path, data: str, words: tuple[str, ...]) -> bool:
        variables = {
            **self.environment,
            "TF_DATA_DIR": data,
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": "/dev/null",
        }
        engine = (sys.executable, "-P", "-m", "delivery.adapters.terraform_engine")
        done = subprocess.run(  # noqa: S603 - this program and words of ours, no shell
            [*engine, str(root), *words],
            env=variables,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        self.say(f"terraform {words[0]}: {'ok' if done.returncode == 0 else 'FAILED'}")
        if done.returncode or words[0] == "test":
            for line in (done.stdout + done.stderr).splitlines():
                if line.strip():
                    self.say(f"  {plain(line, _LINE)}")
        return done.returncode == 0
