"""Python environments built by uv: from hashes, from its cache where that has everything."""

import ast
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from artifacts.text import plain
from delivery.targets.local.local_errors import EnvironmentFailed

_LONGEST = 2000


class UvEnvironments:
    """Environments of the Python that this process runs on."""

    def __init__(self, uv: Path, variables: Mapping[str, str]) -> None:
        self._uv = uv
        self._variables = {
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_LINK_MODE": "hardlink",
            "UV_NO_CONFIG": "1",
            **variables,
        }

    def build(self, folder: Path, lock: Path, sources: Sequence[Path]) -> None:
        """Build an environment from a lock, with links to the packages in sources beside it.

        Only packages: what lies beside one in its source folder is never imported. It may be
        moved together with its sources. Raises EnvironmentFailed.
        """
        python = folder / "bin" / "python"
        base = Path(sys.executable).resolve()
        self._run("venv", "--relocatable", "--no-project", "--python", str(base), str(folder))
        # Wheels only: nothing of a package runs while it is installed.
        words = ("pip", "sync", "--python", str(python), "--compile-bytecode", "--require-hashes")
        self._run_from_cache_or_registry(*words, "--only-binary", ":all:", str(lock))
        (site,) = folder.glob("lib/python3*/site-packages")
        for package in sorted(path for source in sources for path in source.glob("*/__init__.py")):
            name = package.parent.name
            (site / name).symlink_to(os.path.relpath(package.parent, site))
        # Once and for good: the service must not write into its own code.
        compiled = (str(python), "-I", "-m", "compileall", "-q", "--invalidation-mode")
        self._call(*compiled, "unchecked-hash", *map(str, sources))

    def _run_from_cache_or_registry(self, *words: str) -> None:
        try:
            self._run("--offline", *words)
        except EnvironmentFailed:
            registry = _registry()
            self._variables = {**registry, **self._variables}
            self._run(*words)

    def _run(self, *words: str) -> None:
        self._call(str(self._uv), "--quiet", "--no-progress", *words)

    def _call(self, *command: str) -> None:
        try:
            result = subprocess.run(  # noqa: S603 - uv and Python, by their paths
                command, capture_output=True, text=True, env=self._variables, check=False
            )
        except OSError as exc:
            raise EnvironmentFailed(str(exc)) from exc
        if result.returncode != 0:
            raise EnvironmentFailed(plain(result.stderr or result.stdout, _LONGEST))


def _registry() -> dict[str, str]:
    """Return the registry that pip is set up for, in uv's terms: uv doesn't read its settings."""
    python = Path(sys.base_prefix) / "bin" / "python3"
    words = [str(python), "-I", "-m", "pip", "config", "list"]
    listing = subprocess.run(  # noqa: S603 - this very Python
        words, capture_output=True, text=True, check=False
    ).stdout
    lines = (line.partition("=") for line in listing.splitlines() if "=" in line)
    settings = {key.rpartition(".")[2]: str(ast.literal_eval(value)) for key, _, value in lines}
    names = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
    return {names[name]: value for name, value in settings.items() if name in names}
