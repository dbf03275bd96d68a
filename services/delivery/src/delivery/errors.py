"""What can go wrong in this service beyond what artifacts, scoring and features raise.

DeliveryError
|-- UnfitModel        a verified artifact can't be run, or doesn't answer in numbers
|-- JudgeUnfit        this code can't make the features that an artifact needs
|-- HoldoutUnusable   a photo of the holdout, or one it is compared with, can't be read
|-- HoldoutEmpty      the photo manifest has no holdout
|-- PolicyRefused     a policy, or the risk tiers, are there and can't be followed
|-- NoPhotos          the paths lead to no photo
|-- DoorFailed        one of the three ways to an answer gave none at all
|-- CommitUnknown     the repository has no such commit
|-- RepositoryUnreadable  git could not say what was asked
|-- AuditBroken       the audit log is not what was written
`-- SettingsMissing   the environment doesn't say where something lies
"""


class DeliveryError(Exception):
    """Base of every error of this package."""


class UnfitModel(DeliveryError):
    """The artifact is what it claims to be, and is of no use: a fault of the model."""

    def __init__(self, model: str, reason: str) -> None:
        self.model = model
        self.reason = reason
        super().__init__(f"the model {model} can't be used: {reason}")


class JudgeUnfit(DeliveryError):
    """The judge's code doesn't know the artifact's features: no fault of the model's."""

    def __init__(self, model: str, reason: str) -> None:
        self.model = model
        self.reason = reason
        super().__init__(
            f"this code can't make the features of {model}: {reason}. "
            "Judge it with the code that it was trained with, or later"
        )


class HoldoutUnusable(DeliveryError):
    """A photo that the photo manifest lists is missing, changed or refused."""

    def __init__(self, photo: str, reason: str, split: str = "holdout") -> None:
        self.photo = photo
        self.reason = reason
        self.split = split
        super().__init__(f"{split} photo {photo} can't be used: {reason}. Fetch the dataset again")


class HoldoutEmpty(DeliveryError):
    """There is nothing to measure over."""

    def __init__(self, photo_manifest: str) -> None:
        self.photo_manifest = photo_manifest
        super().__init__(
            f"the photo manifest {photo_manifest} has no holdout: import photos until it has one"
        )


class PolicyRefused(DeliveryError):
    """A policy file is there and is not one that can be followed; `problems` names every fault.

    Unlike a file that isn't there, this is a fault of whoever wrote it, and so refuses.
    """

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        self.source = source
        self.problems = problems
        super().__init__(f"{source} is refused: " + "; ".join(problems))


class NoPhotos(DeliveryError):
    """Nothing to compare: `paths` hold no file with an image's ending."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        self.paths = paths
        super().__init__(f"{', '.join(paths)}: no photo there. Name photos or folders of them")


class DoorFailed(DeliveryError):
    """A door didn't answer: its program failed, or its answer can't be read."""

    def __init__(self, door: str, reason: str) -> None:
        self.door = door
        self.reason = reason
        super().__init__(f"the {door} door gave no answer: {reason}")


class SettingsMissing(DeliveryError):
    """Settings are missing or malformed; `problems` names each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__(
            "settings are missing: " + "; ".join(problems) + ". Call this through bin/plinth, "
            "which sets a checkout's own, or set the PLINTH_ variables"
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


class AuditBroken(DeliveryError):
    """A line of the audit log is missing, moved, changed or was never signed."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        self.reason = reason
        super().__init__(f"the audit log {place} is not what was written: {reason}")
