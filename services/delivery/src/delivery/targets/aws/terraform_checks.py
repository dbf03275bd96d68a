"""Terraform's own checks of roots and modules: form, meaning, and the tests beside them."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from artifacts.text import plain

_LINE: Final = 1000
_FORM: Final = ("fmt", "-check", "-diff", "-recursive", "-no-color")
_CHECKS: Final = (
    ("init", "-backend=false", "-input=false", "-no-color"),
    ("validate", "-no-color"),
    ("test", "-no-color"),
)


@dataclass(frozen=True)
class TerraformChecks:
    """Checks what lies in a folder; what Terraform keeps for it is thrown away after.

    Roots and modules need AWS's provider, from a registry or a mirror.
    """

    folder: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]

    def names(self) -> tuple[str, ...]:
        """Return the roots and modules that have tests."""
        found = {
            path.parent.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("tests")
            if path.is_dir()
        }
        return tuple(sorted(found))

    def run(self, names: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return the checks that failed, after their output was said; of all, unless named."""
        with tempfile.TemporaryDirectory(prefix="plinth-") as scratch:
            data = Path(scratch)
            failed = [] if self._passes(self.folder, data, _FORM) else ["terraform fmt"]
            for name in self.names() if names is None else names:
                with _without_lock(self.folder / name):
                    failed += self._failed(name, data)
        return tuple(failed)

    def _failed(self, name: str, scratch: Path) -> Iterator[str]:
        self.say(f"{name}:")
        for words in _CHECKS:
            if not self._passes(self.folder / name, scratch, words):
                yield f"terraform {words[0]} of {name}"
                return  # each needs what came before it

    def _passes(self, root: Path, scratch: Path, words: tuple[str, ...]) -> bool:
        engine = (sys.executable, "-I", "-m", "delivery.targets.aws.terraform_engine")
        done = subprocess.run(  # noqa: S603 - this program and words of ours, no shell
            [*engine, str(root), *words],
            env=self._variables(root, scratch),
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

    def _variables(self, root: Path, scratch: Path) -> dict[str, str]:
        place = root.relative_to(self.folder).as_posix().replace("/", "-")
        plugins = scratch / "plugins"
        plugins.mkdir(exist_ok=True)
        return {
            **self.environment,
            "TF_DATA_DIR": str(scratch / f"data-{place}"),
            "TF_PLUGIN_CACHE_DIR": str(plugins),
            "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true",
            "CHECKPOINT_DISABLE": "1",
        }


@contextmanager
def _without_lock(root: Path) -> Iterator[None]:
    """Leave a folder as it was: Terraform's lock names addresses, and the roots pin versions."""
    lock = root / ".terraform.lock.hcl"
    there = lock.exists()
    yield
    if not there:
        lock.unlink(missing_ok=True)
