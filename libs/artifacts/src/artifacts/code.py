"""The name of a service's code: which files make it up, and the digest of their contents."""

from collections.abc import Mapping
from typing import Final

from artifacts.digests import digest_bytes, digest_json

INFERENCE_CODE: Final = (
    "libs/artifacts/src",
    "libs/features/src",
    "libs/scoring/src",
    "services/inference/src",
    "requirements/inference.txt",
)
"""Folders and files of a checkout that the inference service runs: its sources and its lock."""
INFERENCE_SOURCES: Final = tuple(path for path in INFERENCE_CODE if path.endswith("/src"))

STANDBY: Final = "services/inference/src/inference/app/standby.py"
"""Code that has this file can wait for its turn: `serve --turn FILE --door SOCKET`."""


def code_digest(files: Mapping[str, bytes]) -> str:
    """Return the digest of code, given as the contents of its files by path in the checkout.

    Contents and paths count, nothing else: no commit, no time, no machine.
    """
    return digest_json({path: digest_bytes(data) for path, data in files.items()})
