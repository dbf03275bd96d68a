"""Installs the pinned Node packages of requirements/node into .envs/node. Standard library only.

A machine without npm or a registry goes on without: the tests that need a tool then say so.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from workspace import REQUIREMENTS, ROOT

PACKAGES = REQUIREMENTS / "node" / "package.json"
FOLDER = ROOT / ".envs" / "node"


def main() -> int:
    """0 also when nothing could be installed; 1 when an archive is not the pinned one."""
    pins = json.loads(PACKAGES.read_text(encoding="utf-8"))
    for name, version in pins["devDependencies"].items():
        target = FOLDER / f"{name}-{version}"
        if target.is_dir():
            continue
        try:
            _install(name, version, pins["integrity"][name], target)
        except (OSError, subprocess.CalledProcessError) as exc:
            sys.stderr.write(f"plinth: without {name}, its checks are skipped: {exc}\n")
        except ValueError as exc:
            sys.stderr.write(f"plinth: {exc}\n")
            return 1
    return 0


def _install(name: str, version: str, integrity: str, target: Path) -> None:
    """Fetches one archive, checks it, unpacks it; no script of the package runs.

    Raises:
        OSError: npm is not there.
        CalledProcessError: npm could not fetch it.
        ValueError: the archive's digest is not the pinned one.
    """
    with tempfile.TemporaryDirectory() as scratch:
        words = ["npm", "pack", "--silent", f"{name}@{version}"]
        subprocess.run(words, cwd=scratch, check=True, capture_output=True, timeout=120)
        (archive,) = Path(scratch).glob("*.tgz")
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if integrity != f"sha512-{digest}":
            raise ValueError(f"{name} {version} is not the archive that {PACKAGES.name} pins")
        with tarfile.open(archive) as files:
            files.extractall(scratch, filter="data")
        FOLDER.mkdir(parents=True, exist_ok=True)
        shutil.move(Path(scratch) / "package", target)


if __name__ == "__main__":
    sys.exit(main())
