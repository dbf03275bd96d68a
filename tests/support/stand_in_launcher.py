"""bin/plinth and bin/environment of a test's checkout: its services are those of the tests."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def write_stand_in_launcher(checkout: Path) -> None:
    """Write both into a checkout: the tests' own environment and tree have every service."""
    # In a room, too, training is this environment and this tree.
    folders = (Path(sys.prefix), *ROOT.glob("libs/*/src"), ROOT / "services/training/src")
    scripts = {
        "plinth": f'service=$1\nshift\nexec "{sys.executable}" -P -m "$service" "$@"\n',
        "environment": "".join(f'echo "{folder}"\n' for folder in folders),
    }
    (checkout / "bin").mkdir(exist_ok=True)
    for name, lines in scripts.items():
        script = checkout / "bin" / name
        script.write_text(f"#!/bin/sh\n{lines}", encoding="utf-8")
        script.chmod(0o755)
