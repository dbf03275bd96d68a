"""What those who run the HTTP service may rely on: load, health, counts and the log."""

import base64
import io
import json
import re
import threading

import anyio
import pytest
from support.http_requests import JPEG, JSON, PHOTO, URL, as_json, post, require_problem
from support.inference_service import HEADERS, KEY, asking, opened, running, tiny_wiring, unopened

from artifacts.digests import digest_bytes, digest_json
from artifacts.records.prediction import PredictionRecord
from inference.app import create_app
from inference.errors import ProofFailed

# --- Load ------------------------------------------------------------------------------------


class SlowModel:
    """A scorer that waits until it is let go."""

    def __init__(self, scorer):
        self._scorer = scorer
        self.go = threading.Event()
        self.entered = threading.Event()

    @property
    def extractor(self):
        return self._scorer.extractor

    def answers(self, vectors):
        self.entered.set()
        assert self.go.wait(20)
        return self._scorer.answers(vectors)


def slow(app):
    """Put a slow model in the place of an open one."""
    service = app.state.service
    scorer = SlowModel(service.model.scorer)
    object.__setattr__(service.model, "scorer", scorer)
    return scorer


async def during(app, act):
    """Run an asynchronous act on an open application."""
    async with app.router.lifespan_context(app), asking(app) as client:
        await act(client)


def test_health_is_answered_and_too_many_predictions_are_told_to_come_back(service_parts):
    app = create_app(tiny_wiring(*service_parts, io.StringIO(), max_waiting=1))
    found = {}

    async def send(client, name):
        found[name] = await client.post(URL, content=PHOTO, headers={**HEADERS, **JPEG})

    async def act(client):
        scorer = slow(app)
        async with anyio.create_task_group() as group:
            group.start_soon(send, client, "first")
            await anyio.to_thread.run_sync(scorer.entered.wait)
            group.start_soon(send, client, "waiting")
            await anyio.sleep(0.1)
            await send(client, "third")
            found["health"] = await client.get("/healthz")
            scorer.go.set()

    anyio.run(during, app, act)
    require_problem(found["third"], 503, "too_busy")
    assert int(found["third"].headers["retry-after"]) > 0
    assert found["health"].status_code == 200
    assert [found[name].status_code for name in ("first", "waiting")] == [200, 200]


def test_a_body_that_does_not_arrive_in_time_is_given_up(service_parts):
    app = create_app(tiny_wiring(*service_parts, io.StringIO(), body_timeout_seconds=0.05))

    async def dripping():
        yield b"\xff\xd8"
        await anyio.sleep(5)

    async def act(client):
        response = await client.post(URL, content=dripping(), headers={**HEADERS, **JPEG})
        require_problem(response, 408, "body_too_slow")

    anyio.run(during, app, act)


def test_a_client_that_leaves_is_counted_and_breaks_nothing(service_parts):
    log = io.StringIO()
    app = create_app(tiny_wiring(*service_parts, log))
    sent = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    async def act(_):
        raw = [
            (name.lower().encode(), value.encode()) for name, value in {**HEADERS, **JPEG}.items()
        ]
        scope = {"type": "http", "method": "POST", "path": URL, "headers": raw, "query_string": b""}
        await app(scope, receive, send)

    anyio.run(during, app, act)
    assert sent[0]["status"] == 499
    assert json.loads(log.getvalue())["problem"] == "client_gone"


# --- What the service says of itself ---------------------------------------------------------


def test_release_needs_no_key_and_names_model_schema_and_heads(client):
    release = client.get("/v1/release").json()
    assert release["model"]["name"] == "architecture"
    assert release["model"]["code"]["commit"] == "0123456789abcdef0123456789abcdef01234567"
    assert [head["name"] for head in release["model"]["heads"]] == ["style", "era"]
    assert release["feature_schema"]["width"] > 0
    assert release["golden_photos"] == 3
    assert (release["environment"], release["payload"]) == (None, None)  # nobody deployed it


def test_a_deployed_service_says_of_which_payload_it_is_and_writes_its_answers_down(
    service_parts, tmp_path
):
    payload = digest_json("payload")
    deployed = {"environment": "staging", "payload": payload, "predictions": tmp_path / "log"}
    with running(tiny_wiring(*service_parts, io.StringIO(), deployed=deployed)) as client:
        release = client.get("/v1/release").json()
        answer = post(client, PHOTO).json()
        post(client, b"hello")
    with unopened(client.app) as ended:  # what was answered is on the disk once it has ended
        assert 'records_total{outcome="written"} 1.0' in ended.get("/metrics").text
    assert (release["environment"], release["payload"]) == ("staging", payload)
    (file,) = (tmp_path / "log").iterdir()
    (line,) = file.read_text().splitlines()
    record = PredictionRecord.parse(json.loads(line), "the log")
    assert (record.id, record.environment, record.payload) == (
        answer["prediction_id"],
        "staging",
        payload,
    )
    assert record.photo == digest_bytes(PHOTO)
    assert record.model.digest == answer["model"]["digest"]
    assert record.feature_schema == answer["feature_schema"]
    assert (record.label, record.probability) == (
        answer["style"]["label"],
        answer["style"]["probability"],
    )
    assert file.name == f"{record.at.date().isoformat()}.jsonl"
    assert base64.b64encode(PHOTO).decode()[:40] not in line


def test_a_disk_that_takes_no_record_takes_no_answer_away(service_parts, tmp_path):
    blocked = tmp_path / "a_file"
    blocked.write_text("where the folder should be")
    log, deployed = io.StringIO(), {"predictions": blocked}
    with running(tiny_wiring(*service_parts, log, deployed=deployed)) as client:
        assert post(client, PHOTO).status_code == 200
    with unopened(client.app) as ended:
        assert 'records_total{outcome="lost"} 1.0' in ended.get("/metrics").text
    assert '"state": "failing"' in log.getvalue()


def test_metrics_count_requests_predictions_problems_and_name_the_model(client):
    label = post(client, PHOTO).json()["style"]["label"]
    post(client, b"hello")
    client.get("/nowhere")
    text = client.get("/metrics").text
    digest = client.get("/v1/release").json()["model"]["digest"]
    for pattern in (
        rf'plinth_predictions_total{{label="{label}"}} [1-9]',
        r'plinth_requests_total{method="POST",route="/v1/predictions",status="200"} [1-9]',
        r'plinth_requests_total{method="GET",route="unmatched",status="404"} [1-9]',
        r'plinth_problems_total{code="not_an_image"} [1-9]',
        r'plinth_prediction_seconds_bucket{le="0\.01"} ',
        rf'plinth_model_info{{.*digest="{digest}".*}} 1\.0',
    ):
        assert re.search(pattern, text), pattern


def test_the_log_has_a_json_line_a_request_and_never_a_key_or_a_body(client, service_log):
    post(client, as_json(), JSON)
    lines = service_log.getvalue().splitlines()
    assert {json.loads(line)["event"] for line in lines} == {"request"}
    assert KEY not in service_log.getvalue()
    assert base64.b64encode(PHOTO).decode()[:40] not in service_log.getvalue()


def test_a_service_is_ready_once_its_model_is_open_and_no_longer_when_it_ends(service_parts):
    app = create_app(tiny_wiring(*service_parts, io.StringIO()))
    with unopened(app) as client:
        require_problem(client.get("/readyz"), 503, "not_ready")
        require_problem(client.get("/v1/release"), 503, "not_ready")
        assert client.get("/healthz").status_code == 200
    with opened(app) as client:
        assert client.get("/readyz").json() == {"status": "ready"}
        app.state.readiness.drain()
        require_problem(client.get("/readyz"), 503, "not_ready")
        assert post(client, PHOTO).status_code == 200


def test_an_ending_service_asks_callers_to_leave_their_connections(service_parts):
    """A request on its way over a kept-alive connection, when that is closed, would be lost."""
    app = create_app(tiny_wiring(*service_parts, io.StringIO()))
    with opened(app) as client:
        assert "connection" not in post(client, PHOTO).headers
        app.state.readiness.drain()
        assert post(client, PHOTO).headers["connection"] == "close"


def test_a_model_that_is_refused_never_answers(service_parts):
    class Liar:
        def open(self):
            raise ProofFailed(("golden/a.jpg: style says baroque, certified is gothic",))

    app = create_app(tiny_wiring(*service_parts, io.StringIO(), source=Liar()))
    with pytest.raises(ProofFailed), opened(app):
        pytest.fail("it started")
    assert isinstance(app.state.readiness.failure, ProofFailed)
    with unopened(app) as client:
        require_problem(post(client, PHOTO), 404, "not_found")


def test_an_unforeseen_error_is_a_problem_without_a_word_of_what_it_was(service_parts):
    log = io.StringIO()

    class Broken:
        def __init__(self, scorer):
            self.extractor = scorer.extractor

        def answers(self, vectors):
            raise RuntimeError(f"secret {len(vectors)}")

    with running(tiny_wiring(*service_parts, log)) as client:
        model = client.app.state.service.model
        object.__setattr__(model, "scorer", Broken(model.scorer))
        response = post(client, PHOTO)
        assert 'plinth_problems_total{code="unforeseen"} 1.0' in client.get("/metrics").text
    require_problem(response, 500, "unforeseen")
    assert "secret" not in response.text
    assert "RuntimeError: secret 1" in log.getvalue()
