"""Whether this process may become another user, as some walls need."""

import shutil
import subprocess

SETPRIV = shutil.which("setpriv")


def _may_become_another() -> bool:
    """Try it: root of a room has no power to."""
    if SETPRIV is None:
        return False
    words = [SETPRIV, "--reuid", "60100", "--regid", "60100", "--clear-groups", "true"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


IS_ROOT = _may_become_another()
