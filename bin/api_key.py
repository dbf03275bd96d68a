"""Makes an API key once and says how to use it. Standard library only.

Usage: python bin/api_key.py STATE PORT     (STATE: what `bin/plinth --state` says)
"""

import secrets
import sys
from pathlib import Path


def main(state: str, port: str) -> int:
    """Creates the key file, readable by its owner only, and prints a request that uses it."""
    key = Path(state) / "keys" / "api-key"
    key.parent.mkdir(parents=True, exist_ok=True)
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text(secrets.token_urlsafe(32) + "\n", encoding="utf-8")
    sys.stdout.write(
        "Once it answers, try it from another terminal:\n"
        f"  curl -H \"X-API-Key: $(cat '{key}')\" -F photo=@PHOTO.jpg "
        f"http://127.0.0.1:{port}/v1/predictions\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
