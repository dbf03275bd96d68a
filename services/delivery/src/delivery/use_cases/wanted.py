"""Reads what git wants of an environment, from a commit and never from the working tree."""

from artifacts.code import INFERENCE_CODE, code_digest
from artifacts.errors import UnreadableRecord
from artifacts.records.record import parse_yaml
from artifacts.records.release import Environment, Release, ReleasedCode
from delivery.domain.deployment.wanted import Wanted, wanted_of
from delivery.ports.records import Repository


def release_at(repository: Repository, environment: Environment, commit: str) -> Release:
    """Return the release of an environment at a commit; UnreadableRecord, CommitUnknown."""
    path = f"releases/{environment}.yaml"
    source = f"{path} at {commit[:12]}"
    data = repository.file(commit, path)
    if data is None:
        raise UnreadableRecord(source, ("there is no such file",))
    try:
        release = Release.parse(parse_yaml(data.decode(), source), source)
    except UnicodeDecodeError as exc:
        raise UnreadableRecord(source, (f"it is not UTF-8: {exc}",)) from exc
    if release.environment != environment:
        raise UnreadableRecord(source, (f"it is the release of {release.environment}",))
    return release


def wanted_at(repository: Repository, environment: Environment, commit: str) -> Wanted:
    """Return what a commit wants an environment to run; UnreadableRecord, CommitUnknown."""
    release = release_at(repository, environment, commit)
    return wanted_of(release, commit, release.code or code_at(repository, commit))


def code_at(repository: Repository, commit: str) -> ReleasedCode:
    """Return the code of the inference service at a commit."""
    files = repository.files(commit, INFERENCE_CODE)
    return ReleasedCode(digest=code_digest(files), commit=commit)
