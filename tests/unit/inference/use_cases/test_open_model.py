"""Every way in which a model may not be what it should be, each on a real folder."""

import json
import shutil

import pytest
from support.tiny_artifact import (
    build_tiny_artifact,
    era_onnx,
    public_key_of,
    sign_tiny_artifact,
    tiny_artifact,
)

from artifacts.folder import list_files, write_artifact
from artifacts.records.answers import ClassificationAnswer
from artifacts.signatures import KeyVerifier
from features import FeatureSchema
from inference.adapters.artifact import FolderModelSource
from inference.domain.decoding_memory import DecodingMemory
from inference.errors import (
    ArtifactRefused,
    CannotStart,
    ModelRefused,
    ModelUnfit,
    ModelUnknown,
    ModelUnreadable,
    ProofFailed,
)
from inference.use_cases.open_model import open_model


@pytest.fixture
def copy(artifact, tmp_path):
    return shutil.copytree(artifact, tmp_path / "copy")


def open_folder(folder, public_key):
    return open_model(
        FolderModelSource(folder, public_key, KeyVerifier(public_key)), DecodingMemory(1)
    )


def write_signed(folder, key, manifest, files):
    listed = manifest.model_copy(update={"files": list_files(files)})
    return sign_tiny_artifact(write_artifact(folder, listed, files), key)


def test_a_sound_model_is_proven_and_describes_itself(model):
    assert model.proof.holds
    assert model.proof.bit_equal
    assert model.digest == model.manifest.digest
    assert model.plugin.name == "architecture"


def test_a_changed_byte_is_refused(copy, public_key):
    path = copy / "heads" / "era.onnx"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ArtifactRefused):
        open_folder(copy, public_key)


def test_a_manifest_that_was_changed_after_signing_is_refused(copy, public_key):
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["metrics"][0]["value"] = 0.99
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ArtifactRefused):
        open_folder(copy, public_key)


def test_an_extra_file_is_refused(copy, public_key):
    (copy / "extra.py").write_text("")
    with pytest.raises(ArtifactRefused):
        open_folder(copy, public_key)


def test_a_model_without_a_signature_is_refused(copy, public_key):
    (copy / "model.sig").unlink()
    with pytest.raises(ArtifactRefused, match="there is no"):
        open_folder(copy, public_key)


def test_a_signature_of_another_key_is_refused(tmp_path, public_key):
    stranger = build_tiny_artifact(tmp_path / "model", tmp_path / "stranger.pem")
    with pytest.raises(ArtifactRefused):
        open_folder(stranger, public_key)


def test_a_signed_folder_whose_file_isnt_the_manifests_is_refused(copy, key, public_key):
    """The signer's key alone makes no artifact: digests are judged besides."""
    (copy / "heads" / "era.onnx").write_bytes(era_onnx(4))
    sign_tiny_artifact(copy, key)
    with pytest.raises(ArtifactRefused, match=r"era\.onnx has digest"):
        open_folder(copy, public_key)


def test_a_missing_folder_is_no_refusal_but_unreadable(tmp_path, public_key):
    with pytest.raises(ModelUnreadable, match="--model"):
        open_folder(tmp_path / "nowhere", public_key)


def test_a_missing_public_key_is_no_refusal_but_unreadable(artifact, tmp_path):
    """Nothing was judged, so nothing was refused."""
    with pytest.raises(ModelUnreadable, match="PLINTH_PUBLIC_KEY"):
        open_folder(artifact, public_key_of(tmp_path / "none.pem"))


def test_a_model_of_a_name_without_a_plug_in_is_refused(tmp_path, key, public_key):
    manifest, files = tiny_artifact()
    other = manifest.model_copy(update={"name": "fraud"})
    with pytest.raises(ModelUnknown):
        open_folder(write_signed(tmp_path / "model", key, other, files), public_key)


def test_a_feature_schema_that_isnt_the_manifests_is_refused(tmp_path, key, public_key):
    manifest, files = tiny_artifact()
    other = manifest.model_copy(update={"feature_schema": "sha256:" + "1" * 64})
    with pytest.raises(ModelUnfit, match="feature_schema"):
        open_folder(write_signed(tmp_path / "model", key, other, files), public_key)


def test_a_feature_schema_that_this_code_cannot_make_is_refused(tmp_path, key, public_key):
    manifest, files = tiny_artifact()
    schema = json.loads(files["feature_schema.json"])
    schema["blocks"][0]["version"] = 99
    files["feature_schema.json"] = json.dumps(schema).encode()
    digest = FeatureSchema.model_validate(schema).digest
    other = manifest.model_copy(update={"feature_schema": digest})
    with pytest.raises(ModelUnfit, match="version 99"):
        open_folder(write_signed(tmp_path / "model", key, other, files), public_key)


def test_a_head_that_is_no_model_is_refused(tmp_path, key, public_key):
    manifest, files = tiny_artifact()
    files["heads/era.onnx"] = b"not ONNX"
    with pytest.raises(ModelUnfit, match=r"era\.onnx"):
        open_folder(write_signed(tmp_path / "model", key, manifest, files), public_key)


def test_a_model_that_answers_otherwise_than_certified_is_refused(tmp_path, key, public_key):
    manifest, files = tiny_artifact()
    golden = manifest.golden_photos[0]
    ranking = golden.answers["style"].ranking
    swapped = ClassificationAnswer(ranking=(ranking[1], ranking[0], *ranking[2:]))
    lying = golden.model_copy(update={"answers": {**golden.answers, "style": swapped}})
    other = manifest.model_copy(update={"golden_photos": (lying, *manifest.golden_photos[1:])})
    with pytest.raises(ProofFailed, match="golden"):
        open_folder(write_signed(tmp_path / "model", key, other, files), public_key)


def test_refusals_and_breakdowns_are_told_apart():
    """One ends the process with 1, the other with 2."""
    assert not issubclass(ModelRefused, CannotStart)
    assert not issubclass(CannotStart, ModelRefused)
