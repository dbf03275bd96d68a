"""What can go wrong in this service beyond what artifacts, scoring and features raise.

GateError
|-- UnfitModel        a verified artifact can't be run, or doesn't answer in numbers
|   `-- TooSlow           to measure it costs more than its policy allows
|-- MeasuringFailed   the process that measures ended, stood still, or answered otherwise than asked
|-- JudgeUnfit        this code can't make the features that an artifact needs
|-- HoldoutUnusable   a photo of the holdout, or one it is compared with, can't be read
|-- HoldoutEmpty      the photo manifest has no holdout
|-- NoPhotos          the paths lead to no photo
|-- DoorFailed        one of the three ways to an answer gave none at all
`-- SettingsMissing   the environment doesn't say where something lies
"""


class GateError(Exception):
    """Base of every error of this package."""


class UnfitModel(GateError):
    """The artifact is what it claims to be, and is of no use: a fault of the model."""

    def __init__(self, model: str, reason: str) -> None:
        self.model = model
        self.reason = reason
        super().__init__(f"the model {model} can't be used: {reason}")


class TooSlow(UnfitModel):
    """Measuring the model would cost, or has cost, more than its policy allows."""

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(model, f"it is too slow to judge: {reason}")


class MeasuringFailed(GateError):
    """Nothing is known of the model: the process that measures it is at fault, or its machine."""

    def __init__(self, model: str, reason: str) -> None:
        self.model = model
        self.reason = reason
        super().__init__(f"the model {model} could not be measured: {reason}. Judge it again")


class JudgeUnfit(GateError):
    """The judge's code doesn't know the artifact's features: no fault of the model's."""

    def __init__(self, model: str, reason: str) -> None:
        self.model = model
        self.reason = reason
        super().__init__(
            f"this code can't make the features of {model}: {reason}. "
            "Judge it with the code that it was trained with, or later"
        )


class HoldoutUnusable(GateError):
    """A photo that the photo manifest lists is missing, changed or refused."""

    def __init__(self, photo: str, reason: str, split: str = "holdout") -> None:
        self.photo = photo
        self.reason = reason
        self.split = split
        super().__init__(f"{split} photo {photo} can't be used: {reason}. Fetch the dataset again")


class HoldoutEmpty(GateError):
    """There is nothing to measure over."""

    def __init__(self, photo_manifest: str) -> None:
        self.photo_manifest = photo_manifest
        super().__init__(
            f"the photo manifest {photo_manifest} has no holdout: import photos until it has one"
        )


class NoPhotos(GateError):
    """Nothing to compare: `paths` hold no file with an image's ending."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        self.paths = paths
        super().__init__(f"{', '.join(paths)}: no photo there. Name photos or folders of them")


class DoorFailed(GateError):
    """A door didn't answer: its program failed, or its answer can't be read."""

    def __init__(self, door: str, reason: str) -> None:
        self.door = door
        self.reason = reason
        super().__init__(f"the {door} door gave no answer: {reason}")


class SettingsMissing(GateError):
    """Settings are missing or malformed; `problems` names each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__(
            "settings are missing: " + "; ".join(problems) + ". Call this through bin/plinth, "
            "which sets a checkout's own, or set the PLINTH_ variables"
        )
