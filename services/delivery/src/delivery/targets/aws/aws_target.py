"""The AWS target: Terraform makes an environment run an image, and AWS rolls it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from artifacts.errors import ArtifactError
from delivery.errors import (
    CloudError,
    CloudUnreachable,
    ImageMissing,
    NotARehearsal,
    TargetFailed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from artifacts.records.release import Environment, Payload
    from delivery.deploy.compare import Drift, Place
    from delivery.releases.wanted import Applied
    from delivery.settings import TargetSettings
    from delivery.targets.aws.aws_observation import AwsObservation
    from delivery.targets.aws.terraform import AwsTerraform
    from delivery.targets.target import Named


@dataclass(frozen=True)
class AwsTarget:
    """Environments of an account; a rollout is waited for `patience` seconds.

    boto3 is imported by what asks AWS, when it asks: that takes a third of a second.
    """

    terraform: AwsTerraform
    settings: TargetSettings
    account: str
    patience: int
    records: Place = "terraform"
    runs_at: Place = "cloud"
    steps: Sequence[Named] = ()

    def ready(self, environment: Environment, payload: Payload) -> None:
        """See that the registry has a payload's image. What may be applied Terraform's lock says.

        Raises ImageMissing, ImageRefused where the registry has another one, TargetFailed, and
        CloudUnreachable where we aren't who we should be.
        """
        from delivery.targets.aws import wiring  # noqa: PLC0415
        from delivery.targets.aws.aws_clients import WrongAccount  # noqa: PLC0415

        del environment
        if payload.image is None:
            raise ImageMissing(
                payload.digest,
                "none was built, or its release pins none; run delivery build-image, and for "
                "production promote what staging runs by its image",
            )
        try:
            caller = wiring.run_identify(self.settings, self.account)
        except CloudError as exc:
            raise CloudUnreachable(str(exc)) from exc
        if isinstance(caller, WrongAccount):
            raise CloudUnreachable(caller.reason)
        wiring.publish(self.settings, payload)

    def applied(self, environment: Environment) -> Applied | None:
        """Return what Terraform's state says was applied; TerraformFailed."""
        return self.terraform.applied(environment)

    def apply(
        self,
        environment: Environment,
        payload: Payload,
        warm: str | None,
        after: Callable[[str], None],
    ) -> None:
        """Have Terraform make the service roll an image out; TerraformFailed, StateLocked.

        It keeps no release warm: tasks that wait would be paid for, and going back is a rollout.
        """
        del warm, after
        self.terraform.apply(environment, payload)

    def settle(self, environment: Environment, payload: Payload) -> None:
        """Wait for a rollout; TargetFailed where it failed or went back, CloudUnreachable."""
        from delivery.targets.aws import wiring  # noqa: PLC0415
        from delivery.targets.aws.rollout import Failed, Wanted  # noqa: PLC0415

        wanted = Wanted(environment, str(payload.image), self.patience)
        try:
            verdict = wiring.run_settle(self.settings, wanted).verdict
        except CloudError as exc:
            raise CloudUnreachable(str(exc)) from exc
        if isinstance(verdict, Failed):
            reason = f"{environment} does not run {wanted.image}: {verdict.reason}"
            raise TargetFailed("settle", reason, "cloud", blames_release=True)

    def observe(self, environment: Environment) -> AwsObservation:
        """Return what the service, its tasks and targets are, and what answers; TargetFailed."""
        from delivery.targets.aws import wiring  # noqa: PLC0415

        try:
            return wiring.run_observe(self.settings, environment)
        except (CloudError, NotARehearsal, ArtifactError) as exc:
            raise TargetFailed("observe", str(exc), "cloud", blames_release=False) from exc

    def drift(self, environment: Environment, payload: Payload | None) -> tuple[Drift, ...]:
        """Return what an apply of a payload would change; TerraformFailed."""
        return self.terraform.drift(environment, payload)

    def stop(self, environment: Environment) -> None:
        """Have Terraform remove the service; TerraformFailed, StateLocked."""
        self.terraform.apply(environment, None)

    def prune(self, keep: Sequence[str]) -> None:
        """Do nothing: a registry keeps the images of releases, to go back to."""
