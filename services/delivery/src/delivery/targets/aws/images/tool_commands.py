"""Runs the tools that make images, and tells what they said where they fail."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from artifacts.text import plain
from delivery.targets.aws.aws_errors import BuildFailed

_LONGEST, _LINES = 3000, 25


def run(
    *command: str | Path, variables: Mapping[str, str], folder: Path | None = None, what: str = ""
) -> str:
    """Run a command and return what it printed; BuildFailed with its last lines."""
    words = [str(word) for word in command]
    doing = what or " ".join(words[:2])
    try:
        done = subprocess.run(  # noqa: S603 - tools and words of ours
            words, cwd=folder, env=dict(variables), capture_output=True, text=True, check=False
        )
    except OSError as exc:
        raise BuildFailed(f"{doing}: {plain(exc)}") from exc
    if done.returncode:
        lines = f"{done.stdout}\n{done.stderr}".splitlines()
        said = " | ".join(line for line in lines[-_LINES:] if line.strip())
        raise BuildFailed(f"{doing} ended with {done.returncode}: {plain(said, _LONGEST)}")
    return done.stdout


def answers(*command: str, variables: Mapping[str, str]) -> str | None:
    """Return what a command printed, or None where it isn't there or fails."""
    try:
        return run(*command, variables=variables)
    except BuildFailed:
        return None
