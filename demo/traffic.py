"""Requests at a steady rate while something happens: how many were sent, how many failed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.load import LoadReport, run_load

RATE = 50


@dataclass
class Traffic:
    """The load on a service, from the moment it starts until it is told to end."""

    url: str
    headers: dict[str, str]
    photo: bytes
    rate: float = RATE
    reports: list[LoadReport] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """Requests sent."""
        return sum(report.sent for report in self.reports)

    @property
    def failed(self) -> int:
        """Requests that were not answered, or not with 200."""
        return sum(report.failed for report in self.reports)

    @contextmanager
    def flowing(self) -> Iterator["Traffic"]:
        """Send requests in a thread of its own until the block ends."""
        over = threading.Event()
        thread = threading.Thread(target=self._flow, args=(over,))
        thread.start()
        try:
            yield self
        finally:
            over.set()
            thread.join()

    def _flow(self, over: threading.Event) -> None:
        address = f"{self.url}/v1/predictions"
        load = run_load(address, self.headers, self.photo, self.rate, until=over.is_set)
        self.reports.append(load)


def service_of(host: Path, environment: str) -> tuple[str, dict[str, str]]:
    """Return where an environment of the local target answers, and the headers it asks for."""
    folder = host / environment
    port = (folder / "port").read_text(encoding="utf-8").strip()
    key = (folder / "api-key").read_text(encoding="utf-8").strip()
    return f"http://127.0.0.1:{port}", {"X-API-Key": key, "Content-Type": "image/jpeg"}
