"""An emulated AWS in a process of its own, on a free port of this machine."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

READS = ("tests/support/aws/emulator_process.py",)

REGION, ACCOUNT = "eu-central-1", "123456789012"
_PROGRAM = Path(__file__).with_name("emulator_process.py")


@dataclass(frozen=True)
class Emulator:
    """An emulator that runs."""

    endpoint: str

    def variables(self) -> dict[str, str]:
        """What a process needs to take the emulator for AWS; no credential is checked."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> Any:
        """Return a client of boto3."""
        return boto3.session.Session().client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",  # noqa: S106 - the emulator takes any
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=4),
        )

    def reset(self) -> None:
        """Forget everything, as if started anew."""
        self._post("/moto-api/reset", "")

    def control(self, what: str, **asked: Any) -> None:
        """Set what no client of AWS may set; see emulator_process.py."""
        body = json.dumps({"account": ACCOUNT, "region": REGION, **asked})
        self._post(f"/emulator/{what}", body)

    def _post(self, path: str, body: str) -> None:
        connection = http.client.HTTPConnection(self.endpoint.removeprefix("http://"), timeout=10)
        try:
            connection.request("POST", path, body)
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status == 200, said[-2000:]
        finally:
            connection.close()


@contextmanager
def running_emulator(log: Path) -> Iterator[Emulator]:
    """Run an emulator that nobody else uses; it ends with the caller, whatever happens."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            env={"PATH": os.defpath, "HOME": str(log.parent)},
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port = process.stdout.readline().decode().strip()
            assert port, log.read_text()[-2000:]
            yield Emulator(f"http://127.0.0.1:{port}")
        finally:
            process.stdin.close()
            process.terminate()
            process.wait(timeout=20)
            process.stdout.close()
