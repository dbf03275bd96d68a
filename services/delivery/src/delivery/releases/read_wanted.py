"""What git wants of an environment, read from a commit and never from the working tree.

Where the target runs images, the image of a payload is read from the records of those built.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from artifacts.code import INFERENCE_CODE, code_digest
from artifacts.digests import hex_part
from artifacts.errors import UnreadableRecord
from artifacts.records.image import ImageRecord
from artifacts.records.record import parse_yaml
from artifacts.records.release import Environment, Payload, Release, ReleasedCode
from artifacts.ssh_keygen import SshVerifier
from artifacts.statements import read_signed
from delivery.git.repository import GitRepository
from delivery.releases.wanted import Wanted, wanted_of
from delivery.settings import Settings
from delivery.trail.wiring import PRINCIPAL


@dataclass(frozen=True)
class ImageRecords:
    """Image records below `folder`, signed by what may build."""

    folder: Path
    verifier: SshVerifier

    def image_of(self, payload: Payload) -> str | None:
        """Return the digest of the image of code and models, or None where none was built.

        Raises UnreadableRecord, SignatureRefused.
        """
        file = self.folder / hex_part(payload.contents) / "image.json"
        if not file.exists():
            return None
        record = read_signed(ImageRecord, file, self.verifier)
        if record.payload != payload.contents:
            raise UnreadableRecord(str(file), (f"it is the image of payload {record.payload}",))
        return record.image


def release_at(repository: GitRepository, environment: Environment, commit: str) -> Release:
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


def wanted_at(
    repository: GitRepository,
    environment: Environment,
    commit: str,
    images: ImageRecords | None = None,
) -> Wanted:
    """Return what a commit wants an environment to run; UnreadableRecord, CommitUnknown.

    With `images`, a payload that pins no image is that of the image that was built of it, if any
    was: staging runs what main's code comes to.
    """
    release = release_at(repository, environment, commit)
    wanted = wanted_of(release, commit, release.code or code_at(repository, commit))
    if images is None or wanted.payload is None or wanted.payload.image:
        return wanted
    image = images.image_of(wanted.payload)
    return replace(wanted, payload=wanted.payload.model_copy(update={"image": image}))


def code_at(repository: GitRepository, commit: str) -> ReleasedCode:
    """Return the code of the inference service at a commit."""
    files = repository.files(commit, INFERENCE_CODE)
    return ReleasedCode(digest=code_digest(files), commit=commit)


def find_images(settings: Settings) -> ImageRecords | None:
    """Return the images that were built, as delivery signed them; None where no target runs any."""
    if settings.target == "local":
        return None
    signers = settings.needed("deploy_signers")
    verifier = SshVerifier(signers, PRINCIPAL, "plinth-image")
    return ImageRecords(settings.needed("images"), verifier)
