"""Where the environment of a service lies, whose code delivery starts in a room."""

import subprocess
from pathlib import Path


def find_environment(root: Path, service: str, shared: str | None) -> tuple[Path, ...]:
    """Return the folders that a service's code is made of; `bin/python` of the first runs it.

    It is brought in step here, for nothing is built inside of a room. `shared` is where checkouts
    keep environments together. Raises OSError where there is none.
    """
    command = [str(root.absolute() / "bin" / "environment"), "--where", service]
    done = subprocess.run(  # noqa: S603 - the project's own script, no shell
        command, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        raise OSError(f"{done.stdout}{done.stderr}".strip()[-600:])
    folders = (*map(Path, done.stdout.splitlines()), *([Path(shared)] if shared else []))
    if not folders or not folders[0].is_dir():
        raise OSError(f"it named no folder: {done.stdout[-300:]}")
    return folders
