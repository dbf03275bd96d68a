"""The digest of the code that measures: numbers that other code made are not this code's."""

from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from artifacts.digests import digest_file, digest_json

_OURS: Final = (
    "dataset.py",
    "examiner.py",
    "measuring_*.py",
    "parallel.py",
    "measures/*.py",
    "resampling.py",
)
"""What of the gate the numbers come from; of the libraries it is everything."""
_LIBRARIES: Final = (
    *("cleanlab", "numpy", "onnxruntime", "pandas", "pillow", "scikit-learn"),
    "scipy",
)


def measuring_code_digest() -> str:
    """Return the digest of the installed sources, and of the versions of what they compute with."""
    sources = {name: digest_file(path) for name, path in _sources()}
    return digest_json(
        {"sources": sources, "versions": {name: version(name) for name in _LIBRARIES}}
    )


def _sources() -> Iterator[tuple[str, Path]]:
    for package in ("artifacts", "features", "scoring"):
        yield from _files(package, "**/*.py")
    for pattern in _OURS:
        yield from _files("gate", pattern)
    # Which way a metric is better: gaps are measured by it, and nothing else of what judges is.
    yield from _files("judging", "metric_names.py")


def _files(package: str, pattern: str) -> Iterator[tuple[str, Path]]:
    root = folder_of(package)
    for path in root.glob(pattern):
        yield f"{package}/{path.relative_to(root).as_posix()}", path


def folder_of(package: str) -> Path:
    """Return where a package of ours lies; nothing of it is loaded."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"there is no package {package} here", name=package)
    return Path(spec.submodule_search_locations[0])
