import io
import re
from pathlib import Path

from fastapi import FastAPI

from inference.app.server import KEEP_ALIVE_SECONDS, DrainingServer

BALANCER = "infra/terraform/modules/inference_service/load_balancer.tf"
ROOT = next(parent for parent in Path(__file__).parents if (parent / BALANCER).is_file())


def test_the_server_keeps_a_connection_longer_than_the_balancer_before_it():
    """Or the balancer sends a request over a connection that is being closed, and answers 502."""
    server = DrainingServer(FastAPI(), 0.5, io.StringIO())
    idle = re.search(r"idle_timeout\s*=\s*(\d+)", (ROOT / BALANCER).read_text(encoding="utf-8"))
    assert server.config.timeout_keep_alive == KEEP_ALIVE_SECONDS
    assert int(idle[1]) + 15 <= KEEP_ALIVE_SECONDS
