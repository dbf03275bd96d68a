"""Says by its exit code whether the service in this container answers: `healthy.py [PORT]`."""

# ruff: noqa: INP001 - scripts of images, no package
import http.client
import sys
import urllib.request

SECONDS = 3


def main(port: str) -> int:
    """Return 0 if the service is ready, 1 if not."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=SECONDS) as answer:
            return 0 if answer.status == http.client.OK else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "8080"))
