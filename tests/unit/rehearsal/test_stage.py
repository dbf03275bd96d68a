"""The demo asks the services of its box as a caller would."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rehearsal.demo.scale import FAST
from rehearsal.demo.stage import Answer, Stage
from rehearsal.make_box import Rehearsal
from rehearsal.setting import Setting


class Service(BaseHTTPRequestHandler):
    """Answers one photo, and refuses every other."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        good = body == b"photo" and self.headers["X-API-Key"] == "key"
        text = b'{"style": "gothic"}' if good else b"no photo"
        self.send_response(200 if good else 422)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage whose staging answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    found = Stage.__new__(Stage)
    setting = Setting(tmp_path, tmp_path)
    found.scale, found.rehearsal = FAST, Rehearsal(setting, {})
    (setting.host / "staging").mkdir(parents=True)
    (setting.host / "staging/port").write_text(f"{server.server_address[1]}\n")
    (setting.host / "staging/api-key").write_text("key\n")
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_answer_and_a_refusal_are_values(stage: Stage) -> None:
    answer = stage.ask("staging", b"photo")

    assert (answer.is_success, answer.json()) == (True, {"style": "gothic"})
    assert stage.ask("staging", b"other") == Answer(422, "no photo")


def test_a_load_is_kept_up_while_something_happens(stage: Stage) -> None:
    with stage.load("staging", b"photo") as load:
        stage.ask("staging", b"photo")
        threading.Event().wait(0.2)

    assert load.report.sent > 2
    assert load.report.failed == 0
