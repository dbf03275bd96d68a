"""The very deploy.yml of GitHub, with TARGET=aws, in a box: build, push, scan, apply, verify.

What it deploys got to main as anywhere: by a pull request that the judge allowed. The image is
really built and its container really runs, behind an emulated AWS. What the emulator can't do is
written down in docs/aws/never-run.md.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.aws.deploy_loop import (
    BUCKET,
    DIFFERENCES,
    know_the_account,
    make_room,
    provider_variables,
)
from support.aws.emulator import ACCOUNT, REGION, Emulator, running_emulator
from support.aws.first_model import delivery_over, pin_a_holdout, propose_first_model
from support.aws.scheduler import scheduling
from support.aws.task_containers import ImageContainers
from support.box_rehearsal import QUICK
from support.checkout import git

from rehearsal.checkout import committed_copy, is_clean
from rehearsal.make_box import CommandFailed, Rehearsal, destroy_box, make_box

# MLflow's own, of libraries that it uses.
pytestmark = [
    pytest.mark.cloud,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]
ROOT = Path(__file__).resolve().parents[3]
NEEDED = ("buildah", "debootstrap")


@dataclass
class AwsBox:
    """A box whose workflows deploy to an emulator."""

    rehearsal: Rehearsal
    emulator: Emulator

    def box(self, *words: str) -> str:
        """Run a command of the box and return what it says."""
        return self.rehearsal.plinth("box", *words)

    def dispatch(self, workflow: str) -> str:
        """Run a workflow to its end and return its log."""
        return self.box("dispatch", workflow, "--as", "ada", "--wait")

    def delivery(self, *words: str) -> str:
        """Run a command of delivery over a fresh clone of main."""
        with TemporaryDirectory() as folder:
            git(Path(folder), "clone", "--quiet", str(self.rehearsal.setting.origin), "main")
            return delivery_over(Path(folder) / "main", self.rehearsal, *words)

    def running(self) -> dict[str, str]:
        """Return the variables and the image of what the service was told to run."""
        ecs = self.emulator.client("ecs")
        (service,) = ecs.describe_services(cluster="plinth-staging", services=["inference"])[
            "services"
        ]
        name = service["taskDefinition"]
        definition = ecs.describe_task_definition(taskDefinition=name)["taskDefinition"]
        found = {each["name"]: each for each in definition["containerDefinitions"]}["inference"]
        told = {each["name"]: each["value"] for each in found["environment"]}
        return {**told, "image": found["image"].rpartition("@")[2]}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsBox]:
    """A box whose main releases nothing yet, and the green pull request of its first model."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing or os.getuid() != 0:
        pytest.skip(f"building images needs root and {', '.join(NEEDED)}: apt-get install them")
    folder = tmp_path_factory.mktemp("awsbox")
    place = folder / "rehearsal"
    with ExitStack() as held:
        emulator = held.enter_context(running_emulator(folder / "emulator.log"))
        make_room(emulator)
        images = place / "state/images"
        _lend(images)
        containers = ImageContainers(images, folder)
        scheduler = held.enter_context(scheduling(emulator, "staging", containers))
        rehearsal = _box(folder, place, emulator, scheduler.front.url)
        held.callback(destroy_box, place, ROOT)
        propose_first_model(rehearsal, folder)
        yield AwsBox(rehearsal, emulator)


def _box(folder: Path, place: Path, emulator: Emulator, url: str) -> Rehearsal:
    def settle(checkout: Path) -> None:
        know_the_account(checkout, emulator)
        pin_a_holdout(checkout)
        # Neither is tried here: ci takes an hour, and a box gives a branch no token to plan with.
        (checkout / ".github/workflows/ci.yml").write_text(QUICK["ci.yml"], encoding="utf-8")
        (checkout / ".github/workflows/plan.yml").unlink()

    variables = {"TARGET": "aws", "AWS_ACCOUNT": ACCOUNT, "AWS_REGION": REGION}
    rehearsed = {"PLINTH_EXPECTED_DRIFT": str(DIFFERENCES), "PLINTH_CLOUD_URL": url}
    return make_box(
        place,
        ROOT,
        None if is_clean(ROOT) else committed_copy(ROOT, folder / "copy"),
        settle,
        variables={**variables, "STATE_BUCKET": BUCKET},
        more={**emulator.variables(), **provider_variables(), **rehearsed},
    )


def _lend(images: Path) -> None:
    """Give a rehearsal a base, for no registry is reached; what this checkout has saves minutes."""
    for name in ("base", "wheels"):
        if (ROOT / ".plinth/images" / name).is_dir():
            shutil.copytree(ROOT / ".plinth/images" / name, images / name, symlinks=True)
    command = [sys.executable, "-P", "-m", "delivery", "image", "base", "runtime"]
    subprocess.run(["env", f"PLINTH_IMAGES={images}", *command], check=True)


def test_deploy_yml_builds_applies_and_verifies_the_image_of_mains_payload(aws: AwsBox) -> None:
    log = aws.box("pull-request", "merge", "1", "--as", "ada", "--wait")

    assert "deploy/image" in log
    assert "deploy/staging  success" in log
    assert "green: staging runs" in log
    running = aws.running()
    (tagged,) = aws.emulator.client("ecr").list_images(repositoryName="plinth/inference")[
        "imageIds"
    ]
    assert running["image"] == tagged["imageDigest"]
    assert f"{running['image']}" in log


def test_the_same_main_again_builds_and_changes_nothing(aws: AwsBox) -> None:
    before = aws.running()

    log = aws.dispatch("deploy")

    assert "green: staging runs" in log
    assert "0 added" in log
    assert aws.running() == before


def test_the_drift_workflow_is_green_until_somebody_changes_something_by_hand(
    aws: AwsBox,
) -> None:
    assert "staging: no differences" in aws.dispatch("drift")

    aws.emulator.client("cloudwatch").delete_alarms(AlarmNames=["plinth-staging-errors"])

    with pytest.raises(CommandFailed, match=r"metric_alarm\.errors is to be created"):
        aws.dispatch("drift")


def test_the_log_says_what_was_built_and_deployed(aws: AwsBox) -> None:
    running = aws.running()["PLINTH_PAYLOAD"]
    lines = aws.delivery("audit", "--json").splitlines()
    entries = [json.loads(line) for line in lines if line.startswith("{")]

    told = [(each["event"], each["outcome"]) for each in entries if each["payload"] == running]
    assert ("image", "done") in told
    assert ("deploy", "green") in told
