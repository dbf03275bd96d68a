"""Deploys to an emulated AWS, by delivery's own commands and the real provider."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from support.aws.emulator import ACCOUNT, REGION, Emulator, running_emulator
from support.aws.scheduler import Scheduler, scheduling
from support.aws.staging import DOMAIN, import_certificate
from support.aws.task_containers import HostedContainers, built_images
from support.checkout import commit_all
from support.deploy_loop import ROOT, DeployLoop, make_deploy_loop
from support.oci_images import write_image

from artifacts.digests import digest_bytes, hex_part
from artifacts.records.image import ImageRecord
from artifacts.records.release import Payload
from artifacts.ssh_keygen import SshSigner, SshVerifier
from artifacts.statements import write_signed
from delivery.git.repository import GitRepository
from delivery.releases.read_wanted import ImageRecords, wanted_at

BUCKET = "plinth-state"
DIFFERENCES = ROOT / "tests/support/aws/emulator_differences.yaml"


@dataclass(frozen=True)
class AwsLoop(DeployLoop):
    """A checkout whose main is deployed to an emulator."""

    emulator: Emulator
    scheduler: Scheduler
    provider: dict[str, str]
    """Variables by which Terraform finds the provider."""

    def environment(self, **more: str) -> dict[str, str]:
        """Return the variables that commands run with."""
        cloud = {
            **self.emulator.variables(),
            **self.provider,
            "PLINTH_TARGET": "aws",
            "PLINTH_IMAGES": str(self.images),
            "PLINTH_AWS_ACCOUNT": ACCOUNT,
            "PLINTH_STATE_BUCKET": BUCKET,
            "PLINTH_EXPECTED_DRIFT": str(DIFFERENCES),
            "PLINTH_CLOUD_URL": self.scheduler.front.url,
            "PLINTH_PATIENCE": "60",
        }
        return super().environment(**cloud | more)

    @property
    def images(self) -> Path:
        """The folder of images."""
        return self.folder / "images"

    @cached_property
    def ecs(self) -> Any:
        """A client of the emulated scheduler."""
        return self.emulator.client("ecs")

    def build(self, commit: str) -> Payload:
        """Make the image of what staging is to run at a commit, and return the whole payload."""
        payload = wanted_at(GitRepository(self.repository), "staging", commit).payload
        assert payload is not None
        if not (self.images / hex_part(payload.contents)).exists():
            # The host prepares code and model: what a container runs is taken from there.
            file = payload.write(self.folder / "wanted.json")
            self.host.done("install", str(file), "--source", str(self.repository))
            keep_paper_image(self.images, payload, self.folder / "keys/delivery")
        done = self.delivery("build-image", "--commit", commit)
        assert done.returncode == 0, done.stdout + done.stderr
        return payload

    def image(self, payload: Payload) -> str | None:
        """Return the image that was built of a payload."""
        signers = self.folder / "keys/delivery.signers"
        verifier = SshVerifier(signers, "delivery", "plinth-image")
        return ImageRecords(self.images, verifier).image_of(payload)

    def service(self) -> dict[str, Any]:
        """Return the running service as AWS describes it."""
        (found,) = self.ecs.describe_services(cluster="plinth-staging", services=["inference"])[
            "services"
        ]
        return dict(found)

    def running_image(self) -> str:
        """Return the digest that the service's task definition names."""
        definition = self.ecs.describe_task_definition(
            taskDefinition=self.service()["taskDefinition"]
        )["taskDefinition"]
        images = {each["name"]: each["image"] for each in definition["containerDefinitions"]}
        return str(images["inference"]).rpartition("@")[2]


def keep_paper_image(images: Path, payload: Payload, key: Path) -> Payload:
    """Write the signed image of a payload into the folder of images; return the payload with it.

    Record, signature, manifest and digest are as a build leaves them; the only layer is a text,
    so that it is made in a moment. What runs is taken from a host's folder (task_containers.py).
    """
    folder = images / hex_part(payload.contents)
    image = write_image(folder / "layout", [{"contents": (0o644, payload.contents.encode())}])
    bill = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6"}).encode()
    (folder / "sbom.cdx.json").write_bytes(bill)
    record = ImageRecord(
        service="inference",
        image=image,
        payload=payload.contents,
        models=tuple(m.digest for entries in payload.models.values() for m in entries),
        commit=payload.code.commit,
        code=payload.code.digest,
        base=digest_bytes(b"paper"),
        sbom=digest_bytes(bill),
        size=len(payload.contents),
        built_with="paper",
    )
    write_signed(record, folder / "image.json", SshSigner(key, "plinth-image"))
    return payload.model_copy(update={"image": image})


def provider_variables() -> dict[str, str]:
    """Return the variables by which Terraform finds the provider, where a machine has a mirror."""
    name = "TF_CLI_CONFIG_FILE"
    file = os.environ.get(name, "")  # noqa: TID251 - where a machine says that it has a mirror
    if file and Path(file).is_file():
        return {name: file}
    return {}


def make_room(emulator: Emulator) -> None:
    """Make what the foundation would have: the bucket of states, and the registry."""
    emulator.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    emulator.client("ecr").create_repository(repositoryName="plinth/inference")


def know_the_account(repository: Path, emulator: Emulator) -> None:
    """Do what comes before the first apply, and write into staging's file what came of it."""
    secret = emulator.client("secretsmanager").create_secret(
        Name="plinth/staging/api-keys", SecretString="kept"
    )
    facts = {
        "account_id": ACCOUNT,
        "api_keys_secret_arn": secret["ARN"],
        "certificate_arn": import_certificate(emulator, DOMAIN, repository.parent / "tls"),
        "domain_name": DOMAIN,
    }
    file = repository / "infra/terraform/aws/environments/staging.tfvars"
    kept = [
        line
        for line in file.read_text(encoding="utf-8").splitlines()
        if not line.startswith(tuple(facts))
    ]
    told = [f'{name} = "{value}"' for name, value in facts.items()]
    file.write_text("\n".join([*kept, *told]) + "\n", encoding="utf-8")


@contextmanager
def aws_loop(folder: Path, provider: dict[str, str]) -> Iterator[AwsLoop]:
    """Make a world in a folder: an emulator, two registered models, nothing released."""
    made = make_deploy_loop(folder)
    for root in ("aws", "modules", "mocks"):
        shutil.copytree(ROOT / "infra/terraform" / root, made.repository / "infra/terraform" / root)
    # What Terraform leaves beside its roots is no change of main's.
    shutil.copy(ROOT / ".gitignore", made.repository)
    containers = HostedContainers(made.host.host, built_images(folder / "images"))
    with (
        running_emulator(folder / "emulator.log") as emulator,
        scheduling(emulator, "staging", containers) as scheduler,
    ):
        make_room(emulator)
        know_the_account(made.repository, emulator)
        commit_all(made.repository, "The AWS root, and what its account is")
        yield AwsLoop(made.folder, made.host, made.models, emulator, scheduler, provider)
