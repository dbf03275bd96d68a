"""What an environment runs on: processes of this machine, or images in a cloud."""

from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from delivery.deploy.alias_registry import MlflowAliases
from delivery.deploy.verify import Survey
from delivery.errors import SettingsMissing
from delivery.releases.wiring import make_images
from delivery.rooms.training_rooms import make_training_rooms
from delivery.settings import Settings, child_environment
from delivery.targets.aws.cloud_commands import CloudCommands
from delivery.targets.aws.expected_drift import expected_paths
from delivery.targets.aws.terraform_aws import AwsTerraform
from delivery.targets.aws.terraform_process import LOCK_SECONDS, TerraformProcess
from delivery.targets.local.host_commands import HostCommands
from delivery.targets.local.terraform_local import LocalTerraform

Say = Callable[[str], None]


def make_survey(settings: Settings, say: Say) -> Survey:
    """Put together what asks the target that the settings name."""
    return {"local": local_survey, "aws": aws_survey}[settings.target](settings, say)


def local_survey(settings: Settings, say: Say) -> Survey:
    """Put together what asks this machine."""
    launcher = _launcher(settings)
    terraform = LocalTerraform(
        engine=_engine(settings, "local", say),
        folder=settings.needed("terraform").absolute(),
        launcher=launcher,
        source=settings.root.absolute(),
        installed=True,
    )
    return Survey(HostCommands(launcher, settings.root.absolute()), terraform, _aliases(settings))


def aws_survey(settings: Settings, say: Say) -> Survey:
    """Put together what asks AWS; SettingsMissing."""
    bucket, region = settings.named("state_bucket", "aws_region")
    terraform = AwsTerraform(
        engine=_engine(settings, "aws", say),
        folder=settings.needed("terraform").absolute() / "aws",
        bucket=bucket,
        region=region,
        expected=_expected(settings),
        lock_seconds=min(LOCK_SECONDS, settings.patience),
    )
    return Survey(make_cloud(settings), terraform, _aliases(settings), make_images(settings))


def make_cloud(settings: Settings) -> CloudCommands:
    """Put the cloud's commands together; SettingsMissing."""
    (account,) = settings.named("aws_account")
    return CloudCommands(_launcher(settings), account, settings.patience)


def _expected(settings: Settings) -> frozenset[str]:
    """Return what may differ: nothing, unless an emulator on this machine plays the cloud."""
    if settings.expected_drift is None:
        return frozenset()
    if not _is_loopback(settings.aws_endpoint):
        raise SettingsMissing(
            ("PLINTH_EXPECTED_DRIFT unset: it is for an emulator on this machine alone",)
        )
    return expected_paths(settings.expected_drift, "aws")


def _is_loopback(endpoint: str | None) -> bool:
    try:
        return ip_address(urlsplit(endpoint or "").hostname or "").is_loopback
    except ValueError:
        return False


def _engine(settings: Settings, root: str, say: Say) -> TerraformProcess:
    folder = settings.root / "infra" / "terraform" / root
    return TerraformProcess(folder.absolute(), child_environment(), say)


def _aliases(settings: Settings) -> MlflowAliases:
    if settings.tracking_uri is None:
        raise SettingsMissing(("PLINTH_TRACKING_URI",))
    return MlflowAliases(settings.tracking_uri, make_training_rooms(settings))


def _launcher(settings: Settings) -> Path:
    return settings.root.absolute() / "bin" / "plinth"
