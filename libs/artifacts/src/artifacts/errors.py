"""What can go wrong with records, artifact folders and signatures.

ArtifactError
|-- UnreadableRecord     a record's file is missing, isn't JSON or YAML, or doesn't fit its schema
|-- PolicyRefused        a policy, or the risk tiers, are there and can't be followed
|-- InvalidArtifact      an artifact folder isn't what its manifest says
|-- SignatureRefused     a signature is missing, or isn't of these bytes and this key
|-- SigningFailed        there is no key to sign with, or no program that signs
|-- KeeperFailed         the keeper of keys and log doesn't answer, or what answers is none
|-- SourceUnreadable     git can't give the files of a commit
|-- GitFailed            git can't read a repository, or its history is not whole
|   `-- TooLarge             an object is larger than whoever reads it can take
`-- UnknownArtifact      the model store holds no artifact of that digest
"""

from pathlib import Path


class ArtifactError(Exception):
    """Base of every error of this package."""


class UnreadableRecord(ArtifactError):
    """A record could not be read; `problems` names every bad field at once."""

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        self.source = source
        self.problems = problems
        super().__init__(f"{source} is unreadable: " + "; ".join(problems))


class PolicyRefused(ArtifactError):
    """A policy file is there and is not one that can be followed; `problems` names every fault.

    Unlike a file that isn't there, this is a fault of whoever wrote it, and so refuses.
    """

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        self.source = source
        self.problems = problems
        super().__init__(f"{source} is refused: " + "; ".join(problems))


class InvalidArtifact(ArtifactError):
    """A folder is not the artifact that it claims to be; `problems` names every difference."""

    def __init__(self, folder: Path, problems: tuple[str, ...]) -> None:
        self.folder = folder
        self.problems = problems
        super().__init__(f"{folder} is not a valid model artifact: " + "; ".join(problems))


class SignatureRefused(ArtifactError):
    """A signature does not hold for the bytes it lies beside."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        self.reason = reason
        super().__init__(f"the signature of {folder} is refused: {reason}")


class SigningFailed(ArtifactError):
    """Nothing was signed: the key or the program that signs can't be used."""

    def __init__(self, key: Path, reason: str) -> None:
        self.key = key
        self.reason = reason
        super().__init__(f"can't sign with {key}: {reason}")


class KeeperFailed(ArtifactError):
    """Nobody knows whether anything was done: the keeper gave no answer."""

    def __init__(self, socket: Path, reason: str) -> None:
        self.socket = socket
        self.reason = reason
        super().__init__(f"the keeper at {socket} gives no answer: {reason}")


class UnknownArtifact(ArtifactError):
    """The model store has nothing under a digest."""

    def __init__(self, digest: str, store: Path) -> None:
        self.digest = digest
        self.store = store
        super().__init__(
            f"the model store {store} holds no artifact {digest}: register it, or point "
            "PLINTH_MODEL_STORE at the store that has it"
        )


class SourceUnreadable(ArtifactError):
    """A repository doesn't give the files of a commit."""

    def __init__(self, repository: Path, commit: str, reason: str) -> None:
        self.commit = commit
        super().__init__(
            f"{repository} doesn't give what commit {commit} holds: {reason}. Fetch it, or name a "
            "repository that has it with --source"
        )


class GitFailed(ArtifactError):
    """git did not say what was asked, or a clone can't be believed."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        self.reason = reason
        super().__init__(f"the repository {folder} can't be read: {reason}")


class TooLarge(GitFailed):
    """An object, a list of files or a list of commits is over the bound of what is read."""

    def __init__(self, folder: Path, what: str, size: int, limit: int, unit: str = "bytes") -> None:
        self.what = what
        self.size = size
        self.limit = limit
        super().__init__(folder, f"{what} has {size:,} {unit}, and {limit:,} is the most")
