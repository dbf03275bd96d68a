"""What an environment runs on: processes of this machine, or images in a cloud."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from artifacts.records.release import Payload
from delivery.deploy.alias_registry import MlflowAliases
from delivery.deploy.verify import Survey
from delivery.errors import SettingsMissing
from delivery.releases.read_wanted import find_images
from delivery.rooms.training_rooms import make_training_rooms
from delivery.settings import Settings, child_environment
from delivery.targets.target import Target

Say = Callable[[str], None]


def make_survey(settings: Settings, say: Say) -> Survey:
    """Build what asks every place about an environment."""
    return Survey(make_target(settings, say), _aliases(settings), find_images(settings))


def make_target(settings: Settings, say: Say) -> Target:
    """Build the target that the settings name; SettingsMissing."""
    if settings.target == "local":
        from delivery.targets.local.local_target import LocalTarget  # noqa: PLC0415

        return LocalTarget(settings, settings.root.absolute(), say)
    from delivery.targets.aws.aws_target import AwsTarget  # noqa: PLC0415
    from delivery.targets.aws.terraform import (  # noqa: PLC0415
        LOCK_SECONDS,
        AwsTerraform,
        TerraformProcess,
    )

    bucket, region, account = settings.named("state_bucket", "aws_region", "aws_account")
    root = settings.root.absolute() / "infra" / "terraform" / "aws"
    terraform = AwsTerraform(
        engine=TerraformProcess(root, child_environment(), say),
        folder=settings.needed("terraform") / "aws",
        bucket=bucket,
        region=region,
        expected=_expected(settings),
        lock_seconds=min(LOCK_SECONDS, settings.patience),
    )
    return AwsTarget(terraform, settings, account, settings.patience)


@dataclass(frozen=True)
class PayloadImages:
    """Builds and publishes the images of payloads, where the settings say."""

    settings: Settings

    def build(self, payload: Payload, source: Path) -> str:
        """Build the image of code and models, unless there is one; return what was done."""
        from delivery.targets.aws.wiring import build  # noqa: PLC0415

        return build(self.settings, payload, source)

    def publish(self, payload: Payload) -> str:
        """Push the image of a payload, and wait until it was scanned; return what was done."""
        from delivery.targets.aws.wiring import publish, scan  # noqa: PLC0415

        return f"{publish(self.settings, payload)}\n{scan(self.settings, payload)}"


def _expected(settings: Settings) -> frozenset[str]:
    """Return what may differ: nothing, unless an emulator on this machine plays the cloud."""
    if settings.expected_drift is None:
        return frozenset()
    if not settings.rehearsal:
        raise SettingsMissing(
            ("PLINTH_EXPECTED_DRIFT unset: it is for an emulator on this machine alone",)
        )
    from delivery.targets.aws.terraform import expected_paths  # noqa: PLC0415

    return expected_paths(settings.expected_drift, "aws")


def _aliases(settings: Settings) -> MlflowAliases:
    if settings.tracking_uri is None:
        raise SettingsMissing(("PLINTH_TRACKING_URI",))
    return MlflowAliases(settings.tracking_uri, make_training_rooms(settings))
