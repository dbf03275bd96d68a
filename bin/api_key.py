"""Makes this checkout's API key once and says how to use it. Standard library only.

Usage: python bin/api_key.py PORT
"""

import secrets
import sys

from workspace import ROOT

KEY = ROOT / ".plinth" / "keys" / "api-key"


def main(port: str) -> int:
    """Creates the key file, readable by its owner only, and prints a request that uses it."""
    KEY.parent.mkdir(parents=True, exist_ok=True)
    if not KEY.exists():
        KEY.touch(mode=0o600)
        KEY.write_text(secrets.token_urlsafe(32) + "\n", encoding="utf-8")
    sys.stdout.write(
        "Try it from another terminal:\n"
        f"  curl -H \"X-API-Key: $(cat '{KEY}')\" -F photo=@PHOTO.jpg "
        f"http://127.0.0.1:{port}/v1/predictions\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
