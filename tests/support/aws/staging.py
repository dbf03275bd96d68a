"""The environment staging, as Terraform makes it in an emulated AWS."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from support.aws.emulator import ACCOUNT, Emulator
from support.aws.terraform_root import TerraformRoot, backend_words, copied_root, make_state_bucket
from support.tls_files import write_certificate

DOMAIN = "staging.plinth.example"


@dataclass(frozen=True)
class Staging:
    """Staging, and the emulator that it is in."""

    emulator: Emulator
    root: TerraformRoot
    facts: dict[str, Any]
    """Values of the account's own, which no file in git has."""

    def values(self, image: str | None) -> dict[str, Any]:
        """Return the values that say which image is released."""
        if image is None:
            return {**self.facts, "payload": "", "payload_file": "/none.json"}
        file = self.root.copy / f"payload-{image[-1]}.json"
        file.write_text(json.dumps({"image": image}))
        payload = f"sha256:{image[-1] * 63}0"
        return {**self.facts, "payload": payload, "payload_file": str(file)}

    def outputs(self) -> dict[str, Any]:
        """Return the root's outputs by name."""
        outputs = json.loads(self.root.run("output", "-json"))
        return {name: output["value"] for name, output in outputs.items()}

    def resources(self) -> list[str]:
        """Return the addresses in the state, data left out."""
        lines = self.root.run("state", "list").splitlines()
        return [line for line in lines if line and ".data." not in f".{line}"]

    def service(self) -> dict[str, Any]:
        """Return the ECS service."""
        found = self.emulator.client("ecs").describe_services(
            cluster="plinth-staging", services=["inference"], include=["TAGS"]
        )
        service: dict[str, Any] = found["services"][0]
        return service

    def task(self) -> dict[str, Any]:
        """Return the task definition that the service was told to run."""
        name = self.service()["taskDefinition"]
        ecs = self.emulator.client("ecs")
        task: dict[str, Any] = ecs.describe_task_definition(taskDefinition=name)["taskDefinition"]
        return task


def prepared_staging(emulator: Emulator, folder: Path) -> Staging:
    """Do what comes before the first apply (state bucket, secret, certificate), and initialise."""
    root = copied_root(folder, "aws", emulator)
    aws = root.copy / "aws"
    shutil.copy(aws / "environments/staging.tfvars", aws / "staging.auto.tfvars")
    make_state_bucket(emulator)
    secrets = emulator.client("secretsmanager")
    secret = secrets.create_secret(Name="plinth/staging/api-keys", SecretString="kept")
    facts = {
        "account_id": ACCOUNT,
        "alarm_emails": ["ml@plinth.example"],
        "api_keys_secret_arn": secret["ARN"],
        "certificate_arn": import_certificate(emulator, DOMAIN, folder / "tls"),
        "domain_name": DOMAIN,
    }
    root.init(*backend_words("environments/staging.tfstate"))
    return Staging(emulator, root, facts)


def import_certificate(emulator: Emulator, domain: str, folder: Path) -> str:
    """Import a certificate that is its own authority, and return its ARN; its files stay."""
    certificate, key = (file.read_bytes() for file in write_certificate(folder, domain))
    done = emulator.client("acm").import_certificate(Certificate=certificate, PrivateKey=key)
    return str(done["CertificateArn"])


@contextmanager
def timed(step: str) -> Iterator[None]:
    """Print how long a step took."""
    started = perf_counter()
    yield
    print(f"{step}: {perf_counter() - started:.1f} s")  # noqa: T201 - the test's own report
