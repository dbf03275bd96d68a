import shutil
import subprocess
from pathlib import Path

import pytest

# Flags for a browser that asks nothing of a network, as root and without a screen.
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=5000",
)


def test_the_docs_page_lists_the_operations_in_a_browser_without_a_network(
    pipeline, tmp_path: Path
) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("the docs page was not opened: install Chromium (Debian: chromium)")
    with pipeline.place.serve(pipeline.candidate) as client:
        url = str(client.base_url.join("/docs"))
        words = [chromium, *QUIET, f"--user-data-dir={tmp_path}", "--dump-dom", url]
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
    assert "POST /v1/predictions" in done.stdout
    assert "application/problem+json" in done.stdout
