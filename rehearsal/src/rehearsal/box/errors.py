"""What can go wrong in the box.

BoxError
|-- NoBox               there is no box where PLINTH_BOX points
|-- BoxUnfit            the box, or what it is to be made of, can't be used
|-- GitFailed           git could not do what was asked
|-- Unknown             nothing has this number or name
`-- SettingsMissing     the environment doesn't say where the box lies
"""


class BoxError(Exception):
    """Base of every error of this package."""


class NoBox(BoxError):
    """The folder is missing, or is no box."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        super().__init__(f"{folder} is no box: make one with `box create --from CHECKOUT`")


class BoxUnfit(BoxError):
    """A file or folder can't be used; `reason` says what to do."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        self.reason = reason
        super().__init__(f"{place} can't be used: {reason}")


class GitFailed(BoxError):
    """git ended with an error."""

    def __init__(self, command: str, reason: str) -> None:
        self.command = command
        self.reason = reason
        super().__init__(f"git {command} failed: {reason}")


class Unknown(BoxError):
    """There is no such run, pull request, commit or workflow."""

    def __init__(self, kind: str, name: str, hint: str) -> None:
        self.kind = kind
        self.name = name
        super().__init__(f"there is no {kind} {name}: {hint}")


class SettingsMissing(BoxError):
    """Settings are missing or malformed; `problems` names each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__(
            "settings are missing: " + "; ".join(problems) + ". Call this through bin/plinth, "
            "which sets a checkout's own, or set the PLINTH_ variables"
        )
