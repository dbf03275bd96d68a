"""The HTTP service on a tiny artifact, opened once a module."""

import io

import pytest
from support.http_requests import LIMIT_BYTES
from support.inference_service import running, tiny_wiring
from support.tiny_artifact import build_tiny_artifact, public_key_of


@pytest.fixture(scope="module")
def service_parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    model = build_tiny_artifact(folder / "model", folder / "key.pem")
    return model, public_key_of(folder / "key.pem")


@pytest.fixture(scope="module")
def service_log():
    return io.StringIO()


@pytest.fixture(scope="module")
def client(service_parts, service_log):
    with running(
        tiny_wiring(*service_parts, service_log, body_limit_bytes=LIMIT_BYTES)
    ) as running_client:
        yield running_client
