"""A copied checkout whose launcher is attacked: planted modules leave a mark when imported."""

import importlib.util
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
SHARED = ROOT / ".envs/shared"
"""Environments that copied checkouts use: those of this checkout, by links."""
INHERITED = {
    name: os.environ[name]  # noqa: TID251 - a child's environment is its parent's
    for name in ("PATH", "HOME", "LANG", "UV_CACHE_DIR")
    if name in os.environ  # noqa: TID251 - likewise
}


@dataclass(frozen=True)
class Checkout:
    """A copied checkout, a folder to stand in, and the mark that no attack may leave."""

    root: Path
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def mark(self) -> Path:
        """Where planted modules write their name."""
        return self.folder / "mark"

    def plant(self, path: Path) -> None:
        """Write a module that leaves the mark."""
        path.parent.mkdir(parents=True, exist_ok=True)
        source = f"open({str(self.mark)!r}, 'a').write({path.name + chr(10)!r})\n"
        text = f"import sys; exec({source!r})\n" if path.suffix == ".pth" else source
        path.write_text(text, encoding="utf-8")

    def run(
        self, *words: str | Path, **variables: str | Path
    ) -> "subprocess.CompletedProcess[str]":
        given = {name: str(value) for name, value in variables.items()}
        environment = {**INHERITED, "PLINTH_ENVIRONMENTS": str(SHARED), **self.variables, **given}
        return subprocess.run(
            words, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )

    def plinth(
        self, *words: str | Path, **variables: str | Path
    ) -> "subprocess.CompletedProcess[str]":
        return self.run(self.root / "bin/plinth", *words, **variables)

    def require_unharmed(self, *words: str, **variables: str | Path) -> None:
        """The command runs, and nothing that was planted was imported."""
        done = self.plinth(*words, **variables)
        assert not self.mark.exists(), f"imported: {self.mark.read_text()}"
        assert done.returncode == 0, done.stderr[-2000:]

    def copy_of(self, service: str) -> Path:
        """Return the packaged copy that the service runs from."""
        done = self.run(self.root / "bin/environment", "--where", service)
        assert done.returncode == 0, done.stderr
        return Path(done.stdout.strip())


def share_environments() -> None:
    """Link what copied checkouts need from this checkout's own environments."""
    subprocess.run(
        [ROOT / "bin/environment", "inference", "gate", "delivery", "training"],
        env={**INHERITED, "PLINTH_ENVIRONMENTS": str(SHARED)},
        check=True,
    )


def script(name: str) -> ModuleType:
    """Return a script of bin/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"bin/{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
