"""The digest of Python sources: by it a training knows that its code is another."""

from pathlib import Path

from artifacts.digests import digest_file, digest_json


def source_digest(*folders: Path) -> str:
    """Return the digest of all Python sources below some folders, by relative path."""
    files = sorted((f, p) for f in folders for p in f.rglob("*.py"))
    return digest_json([[p.relative_to(f).as_posix(), digest_file(p)] for f, p in files])
