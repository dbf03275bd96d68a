"""Runs each package's unit tests against wheels, in an environment of its own lock and no more.

Usage: python bin/isolation.py [--imports] [PACKAGE...]

With --imports every module is imported, and no test runs.

Nothing comes from the network: `make setup` has filled uv's cache. What tests need (and
samples, which they draw) lies in an overlay folder, and only after every module of the package was
imported without it.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from workspace import PACKAGES, REQUIREMENTS, ROOT, CommandFailed, Package, uv, uv_options

TESTS = ROOT / "tests" / "unit"
IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


def main(words: Sequence[str]) -> int:
    """0 when all pass, 1 when one fails, 2 when an environment could not be built."""
    imports_only = "--imports" in words
    names = [word for word in words if word != "--imports"]
    unknown = set(names) - set(PACKAGES)
    if unknown:
        sys.stderr.write(f"isolation: no package {', '.join(unknown)}; {', '.join(PACKAGES)}\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="plinth-isolation-") as scratch:
        try:
            packages = [PACKAGES[name] for name in names or PACKAGES]
            results = _run_all(packages, Path(scratch), imports_only=imports_only)
        except CommandFailed as failure:
            sys.stderr.write(f"isolation: this failed: {failure}\n")
            sys.stderr.write(
                "isolation works without network; `make clean setup` fills the cache\n"
            )
            return 2
    failed = [name for name, passed in results.items() if not passed]
    sys.stdout.write(f"isolation: {len(results) - len(failed)} passed, {len(failed)} failed\n")
    return 1 if failed else 0


def _run_all(packages: Sequence[Package], scratch: Path, *, imports_only: bool) -> dict[str, bool]:
    """Build all environments, then test as many packages at once as there are cores."""
    overlay = _overlay(scratch)
    pythons = [_environment(package, scratch) for package in packages]
    test = partial(_passes, overlay=overlay, scratch=scratch, imports_only=imports_only)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        passes = pool.map(test, packages, pythons)
        return dict(zip((package.name for package in packages), passes, strict=True))


def _passes(
    package: Package, python: Path, overlay: Path, scratch: Path, *, imports_only: bool
) -> bool:
    started = time.monotonic()
    passed = _imports(package, python, scratch) and (
        imports_only or _tests(package, python, overlay, scratch)
    )
    verdict = "passed" if passed else "FAILED"
    sys.stdout.write(f"isolation: {package.name} {verdict} ({time.monotonic() - started:.1f} s)\n")
    sys.stdout.flush()
    return passed


def _wheel(package: Package, scratch: Path) -> Path:
    out = scratch / "wheels" / package.name
    if not out.is_dir():
        constraints = ("--build-constraints", REQUIREMENTS / "build.txt", "--require-hashes")
        uv("build", "--wheel", *constraints, "--out-dir", out, package.folder, offline=True)
    (wheel,) = out.glob("*.whl")
    return wheel


def _environment(package: Package, scratch: Path) -> Path:
    folder = scratch / "environments" / package.name
    uv("venv", "--no-project", "--python", sys.executable, folder, offline=True)
    python = folder / "bin" / "python"
    uv("pip", "sync", "--python", python, *uv_options(package.lock), offline=True)
    wheels = [_wheel(needed, scratch) for needed in (package, *package.local_packages())]
    uv("pip", "install", "--python", python, "--no-deps", *wheels, offline=True)
    return python


def _overlay(scratch: Path) -> Path:
    """What tests need, in a folder beside every environment, so that none holds it."""
    folder = scratch / "overlay"
    if not folder.is_dir():
        target = ("--python", sys.executable, "--target", folder)
        uv("pip", "sync", *target, *uv_options(REQUIREMENTS / "test.txt"), offline=True)
        # Its own requirements are those of whoever draws: features and training have them.
        samples = _wheel(PACKAGES["samples"], scratch)
        uv("pip", "install", *target, "--no-deps", samples, offline=True)
    return folder


def _imports(package: Package, python: Path, scratch: Path) -> bool:
    return _run(python, ["-I", "-c", IMPORT_ALL, package.name], scratch, {})


def _tests(package: Package, python: Path, overlay: Path, scratch: Path) -> bool:
    settings = ["--config-file", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT)]
    words = ["-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", *settings]
    return _run(python, [*words, str(TESTS / package.name)], scratch, {"PYTHONPATH": str(overlay)})


def _run(python: Path, words: Sequence[str], scratch: Path, extra: dict[str, str]) -> bool:
    """Runs Python in a neutral folder; of this process's Python and Plinth settings none remain."""
    inherited = os.environ.items()  # noqa: TID251 - a child's environment is its parent's
    kept = {k: v for k, v in inherited if not k.startswith(("PYTHON", "PLINTH_", "COV_"))}
    neutral = scratch / "neutral"
    neutral.mkdir(exist_ok=True)
    command = [str(python), *words]
    done = subprocess.run(
        command,
        cwd=neutral,
        env={**kept, **extra},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    # All at once, so that packages that are tested side by side don't mix their words.
    sys.stdout.write(done.stdout)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
