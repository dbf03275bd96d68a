"""The digest of a package's sources: by it a training knows that its code is another."""

from pathlib import Path
from typing import Final

from artifacts.digests import digest_file, digest_json

_SOURCES: Final = frozenset({".py", ".txt"})


def source_digest(*folders: Path) -> str:
    """Return the digest of all Python sources and texts below some folders, by relative path."""
    found = ((f, p) for f in folders for p in f.rglob("*") if p.suffix in _SOURCES)
    return digest_json([[p.relative_to(f).as_posix(), digest_file(p)] for f, p in sorted(found)])
