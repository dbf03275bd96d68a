"""What can go wrong on the AWS target. A refusal is no error: it is a value, `Refusal`.

CloudError
|-- CloudFailed         the cloud refuses a question or breaks down answering it
|   |-- RegionMissing       nobody says which region
|   |-- CredentialsMissing  nobody says who we are
|   |-- CredentialsRefused  the cloud doesn't take our credentials, or they are too old
|   |-- NotAllowed          our role may not do that
|   |-- Unreachable         no answer comes back
|   `-- Throttled           too many questions, or a service down for a moment, after pauses
|-- NotSettled          a rollout's time is over and nobody can tell how it ends
|-- BuildFailed         an image, a base or what goes into them can't be made
|-- ImageUnreadable     a folder holds no image, or a damaged one
|-- NotBuilt            an image is wanted that was never built here
|-- Busy                another command builds and doesn't end
`-- TokenRefused        there is no token of this workflow, or no place for it
"""

from pathlib import Path

from delivery.errors import CloudError


class CloudFailed(CloudError):
    """The cloud doesn't do what it was asked; `action` is what that was."""

    cure = "look the code up in the service's documentation, and try again"

    def __init__(self, action: str, reason: str) -> None:
        self.action = action
        super().__init__(f"{action}: {reason}: {self.cure}")


class RegionMissing(CloudFailed):
    """No region is named."""

    cure = "set AWS_REGION, or name a region with --region"


class CredentialsMissing(CloudFailed):
    """No credentials, or unusable ones."""

    cure = (
        "take a role (in a workflow: `delivery aws token` and AWS_ROLE_ARN with "
        "AWS_WEB_IDENTITY_TOKEN_FILE), or set AWS_PROFILE to a profile that is logged in"
    )


class CredentialsRefused(CloudFailed):
    """Credentials that are expired, revoked or of nobody."""

    cure = "fetch new ones (in a workflow: `delivery aws token`), and compare this machine's clock"


class NotAllowed(CloudFailed):
    """The role may not do that."""

    cure = "use the role that may, or add this action to it (infra/terraform/modules/identity)"


class Unreachable(CloudFailed):
    """No connection, or no answer in time."""

    cure = (
        "look at the network, at a proxy's variables, at the region's name and, in a private "
        "network, at its VPC endpoints; AWS_ENDPOINT_URL must be unset outside rehearsals"
    )


class Throttled(CloudFailed):
    """Too many requests of this account, or a service that is down for a moment."""

    cure = "wait a minute and run this again; it may be repeated"


class NotSettled(CloudError):
    """The time given to a rollout is over."""

    def __init__(self, image: str, seconds: float, reason: str) -> None:
        self.image = image
        self.reason = reason
        super().__init__(
            f"{image} has not settled after {seconds:.0f} s: {reason}. What served before serves "
            "on for as long as the new tasks aren't healthy; run this again to wait longer"
        )


class TokenRefused(CloudError):
    """The workflow gets no token, or can't keep it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"no token of this workflow: {reason}")


class BuildFailed(CloudError):
    """A tool that makes images doesn't."""


class ImageUnreadable(CloudError):
    """A folder isn't the image that it should be."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{folder}: {reason}. Remove the folder and build the image again")


class NotBuilt(CloudError):
    """There is no image of this payload or code."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            f"no image was built of {key}: `delivery image build` or `delivery image build-service`"
        )


class Busy(CloudError):
    """Someone else builds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"another command still builds images after {seconds:.0f} s: try again")
