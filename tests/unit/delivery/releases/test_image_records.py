"""The image of a payload is what a signed record says, and nothing else."""

from pathlib import Path

import pytest
from support.deploy_world import code, commit, digest, model

from artifacts.errors import SignatureRefused, UnreadableRecord
from artifacts.records.image import ImageRecord
from artifacts.records.release import Payload
from artifacts.ssh_keygen import SshSigner, SshVerifier, create_statement_key
from artifacts.statements import write_signed
from delivery.releases.read_wanted import ImageRecords

PAYLOAD = Payload(code=code(), models={"architecture": (model(),)})
IMAGE = digest("image")
NAMESPACES = ("plinth-audit", "plinth-image")


def record(payload: Payload = PAYLOAD) -> ImageRecord:
    return ImageRecord(
        service="inference",
        image=IMAGE,
        payload=payload.contents,
        models=(model().digest,),
        commit=commit("a"),
        code=code().digest,
        base=digest("base"),
        sbom=digest("sbom"),
        size=1,
        built_with="tests",
    )


@pytest.fixture
def images(tmp_path: Path) -> ImageRecords:
    key, signers = tmp_path / "key", tmp_path / "signers"
    create_statement_key(key, signers, "delivery", NAMESPACES)
    return ImageRecords(tmp_path / "images", SshVerifier(signers, "delivery", "plinth-image"))


def write(images: ImageRecords, made: ImageRecord, key: Path, namespace: str) -> Path:
    folder = images.folder / PAYLOAD.contents.removeprefix("sha256:")
    folder.mkdir(parents=True)
    write_signed(made, folder / "image.json", SshSigner(key, namespace))  # type: ignore[arg-type]
    return folder / "image.json"


def test_a_payload_has_the_image_that_its_signed_record_names(images, tmp_path):
    assert images.image_of(PAYLOAD) is None

    write(images, record(), tmp_path / "key", "plinth-image")

    assert images.image_of(PAYLOAD) == IMAGE
    assert images.image_of(PAYLOAD.model_copy(update={"image": IMAGE})) == IMAGE


def test_a_record_that_was_edited_is_refused(images, tmp_path):
    file = write(images, record(), tmp_path / "key", "plinth-image")
    file.write_text(file.read_text().replace(IMAGE, digest("forged")))

    with pytest.raises(SignatureRefused):
        images.image_of(PAYLOAD)


def test_a_record_signed_for_another_purpose_is_refused(images, tmp_path):
    write(images, record(), tmp_path / "key", "plinth-audit")

    with pytest.raises(SignatureRefused):
        images.image_of(PAYLOAD)


def test_a_record_of_another_payload_is_refused(images, tmp_path):
    other = Payload(code=code("c2"), models={"architecture": (model(),)})
    write(images, record(other), tmp_path / "key", "plinth-image")

    with pytest.raises(UnreadableRecord, match="it is the image of payload"):
        images.image_of(PAYLOAD)
