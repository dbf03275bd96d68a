"""What can go wrong in this service beyond what artifacts, scoring and features raise.

DeliveryError
|-- CommitUnknown     the repository has no such commit
|-- RepositoryUnreadable  git could not say what was asked
|   `-- TooMuchToRead       a file, a change or a history is over the bound of what is read
|-- AuditBroken       the audit log is not what was written
|-- AuditUnavailable  the audit log can't be read or written
|-- KeeperUnsafe      keys, log or socket of the keeper lie where others could take or replace them
|-- PredictionsUnavailable  the prediction log can't be read
|-- DeployLocked      another deploy of the environment holds its lock for too long
|-- DeploymentFailed  something that a deploy needs didn't do as it was told
|   |-- TargetFailed      what environments run on: the host, or the cloud
|   |-- TerraformFailed   the engine, or what it ran
|   |   `-- StateLocked       somebody else applies, or died while applying
|   |-- CloudUnreachable  no credentials, another account, or no answer
|   |-- ImageMissing      a payload has no image that could run
|   |-- ImageRefused      one was built, pushed or scanned, and may not run
|   `-- RegistryFailed    the registry of models
|-- RevertRefused     a commit can't be taken back as a promotion
|-- TakeOverRefused   a change of somebody else can't become a person's branch
|-- TrainingFailed    a command of training broke down
|-- GateFailed        the gate's command ended without a verdict
|-- HandoverRefused   what a training handed over is not what it announced, or not what was planned
|-- BranchFailed      a branch could not be made or pushed
|-- ForgeUnavailable  the forge doesn't answer, or answers otherwise than documented
|-- OtherCheckout     the checkout is at another commit than the one that is asked for
|-- HostError         the local target: targets/local/local_errors.py has the tree
|-- CloudError        the AWS target: targets/aws/aws_errors.py has the tree
|-- NotARehearsal     an address of a rehearsal is given, and the cloud is a real one
`-- SettingsMissing   the environment doesn't say where something lies
"""


class DeliveryError(Exception):
    """Base of every error of this package."""


class SettingsMissing(DeliveryError):
    """Settings are missing or malformed; `problems` names each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__(
            "settings are missing: " + "; ".join(problems) + ". Call this through bin/plinth, "
            "which sets a checkout's own, or set the PLINTH_ variables"
        )


class CloudError(DeliveryError):
    """Base of every error of the AWS target."""


class NotARehearsal(DeliveryError):
    """PLINTH_CLOUD_URL would hide what the real service answers."""

    def __init__(self) -> None:
        super().__init__(
            "PLINTH_CLOUD_URL stands in for the service's own address in rehearsals alone: unset "
            "it, or point AWS_ENDPOINT_URL at an emulator on this machine"
        )


class CommitUnknown(DeliveryError):
    """A revision that names no commit here."""

    def __init__(self, revision: str) -> None:
        self.revision = revision
        super().__init__(f"there is no commit {revision} here: fetch it, or look at its spelling")


class RepositoryUnreadable(DeliveryError):
    """git failed, or holds something that must not be there."""

    def __init__(self, folder: str, reason: str) -> None:
        self.folder = folder
        self.reason = reason
        super().__init__(f"the repository {folder} can't be read: {reason}")


class TooMuchToRead(RepositoryUnreadable):
    """Something in git is larger than what is read, so that nobody can fill the judge's memory."""


class NotOnMain(DeliveryError):
    """A base that main never stood at: its policies and people judge nothing."""

    def __init__(self, base: str, main: str) -> None:
        self.base = base
        super().__init__(
            f"--base is {base}, which is not on the first-parent line of main ({main[:12]}): a "
            "change is judged against main alone. Leave --base out, or open it against main"
        )


class AuditBroken(DeliveryError):
    """A line of the audit log is missing, moved, changed or was never signed."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        self.reason = reason
        super().__init__(f"the audit log {place} is not what was written: {reason}")


class AuditMissing(AuditBroken):
    """There is no audit log, though one must have begun: it was lost or taken away."""


class AuditUnavailable(DeliveryError):
    """The audit log's files can't be read or written: nothing is known of what they hold."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        self.reason = reason
        super().__init__(f"the audit log {place} can't be used: {reason}")


class RestartRefused(DeliveryError):
    """An audit log that is intact begins nowhere anew."""


class KeeperUnsafe(DeliveryError):
    """The keeper doesn't begin: what it keeps would be no safer than without it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the keeper doesn't start: {reason}")


class DeployLocked(DeliveryError):
    """Another deploy of an environment has held its lock for as long as this one could wait."""

    def __init__(self, environment: str, lock: str, seconds: float) -> None:
        self.environment = environment
        self.lock = lock
        super().__init__(
            f"another deploy of {environment} still holds {lock} after {seconds:.0f} s. This one "
            "did nothing, and nothing repeats it by itself. Fix: let the other end, or end it if "
            f"it hangs (`lslocks -o PID,COMMAND,PATH | grep {environment}/deploy.lock` names it; "
            f"what it began is taken up). Then: bin/plinth delivery deploy {environment} "
            '--commit "$(git rev-parse origin/main)"'
        )


class DeploymentFailed(DeliveryError):
    """Base of what a deploy can't go on without: what serves is left as it is."""


class TargetFailed(DeploymentFailed):
    """What environments run on, the host or the cloud, did not do as it was told.

    `blames_release` says whether that is a reason to take the release back: a full disk is none.
    """

    def __init__(
        self, command: str, reason: str, place: str = "host", *, blames_release: bool
    ) -> None:
        self.command = command
        self.reason = reason
        self.blames_release = blames_release
        super().__init__(f"{place}: {command} failed: {reason}")


class TerraformFailed(DeploymentFailed):
    """Terraform, or a command that it ran, failed; its own words stand in the log above."""

    def __init__(self, command: str, reason: str) -> None:
        self.command = command
        self.reason = reason
        super().__init__(f"`terraform {command}` failed: {reason}")


class StateLocked(TerraformFailed):
    """The state is locked: nothing was begun, what serves is left as it is."""

    def __init__(self, command: str, reason: str) -> None:
        super().__init__(
            command,
            f"{reason}. If that apply is still running, wait and run this again; if it died, see "
            "docs/runbooks/aws.md before you unlock",
        )


class CloudUnreachable(DeploymentFailed):
    """The cloud can't be asked as whom we should be: nothing was begun."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the cloud can't be used: {reason}")


class ImageMissing(DeploymentFailed):
    """The target runs images, and a payload has none."""

    def __init__(self, payload: str, reason: str) -> None:
        self.payload = payload
        super().__init__(f"payload {payload} has no image to run: {reason}")


class ImageRefused(DeploymentFailed):
    """What was asked of the cloud was understood and refused: findings, or another image there."""

    def __init__(self, command: str, reason: str) -> None:
        self.command = command
        super().__init__(f"`delivery image {command}` refuses: {reason}")


class RegistryFailed(DeploymentFailed):
    """The registry of models can't be asked, or refused what it was told."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        self.reason = reason
        super().__init__(f"the registry {place} can't be used: {reason}")


class RevertRefused(DeliveryError):
    """A commit that is no promotion, or not the one that production runs by."""

    def __init__(self, commit: str, reason: str) -> None:
        self.commit = commit
        self.reason = reason
        super().__init__(f"{commit[:12]} can't be reverted as a promotion: {reason}")


class TakeOverRefused(DeliveryError):
    """A branch or commit whose change can't be made a signed commit of a person."""

    def __init__(self, revision: str, reason: str) -> None:
        self.revision = revision
        self.reason = reason
        super().__init__(f"{revision} can't be taken over: {reason}")


class TrainingFailed(DeliveryError):
    """A command of training ended otherwise than with 0, or left what can't be read."""

    def __init__(self, command: str, reason: str) -> None:
        self.command = command
        self.reason = reason
        super().__init__(f"`training {command}` failed: {reason}")


class GateFailed(DeliveryError):
    """The gate's command gave no verdict, or another one than it signed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"`gate judge` failed: {reason}. What it said stands above")


class HandoverRefused(DeliveryError):
    """What was handed over is other bytes, a link, or a training that nobody planned."""

    def __init__(self, digest: str, reason: str) -> None:
        self.digest = digest
        self.reason = reason
        super().__init__(f"the candidate {digest or 'of no digest'} is not taken: {reason}")


class BranchFailed(DeliveryError):
    """git didn't make, fetch or push a branch."""

    def __init__(self, branch: str, reason: str) -> None:
        self.branch = branch
        self.reason = reason
        super().__init__(f"the branch {branch} could not be published: {reason}")


class ForgeUnavailable(DeliveryError):
    """The forge can't be asked, or refuses whoever asks; `place` is the request."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        self.reason = reason
        super().__init__(f"the forge did not do {place}: {reason}")


class OtherCheckout(DeliveryError):
    """Files of the working tree would be taken for those of another commit."""

    def __init__(self, wanted: str, found: str) -> None:
        super().__init__(
            f"the checkout is at {found[:12]} and {wanted[:12]} was asked for: check that one out"
        )


class PredictionsUnavailable(DeliveryError):
    """The prediction log's files can't be read: whether a prediction stands there is unknown."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        self.reason = reason
        super().__init__(
            f"the prediction log {place} can't be read: {reason}. Name its folder by --predictions"
        )
