import json
import os
import shutil
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from artifacts.errors import SignatureRefused
from artifacts.folder import SIGNATURE
from artifacts.signatures import KeySigner, KeyVerifier, create_key_pair


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "private" / "key.pem", tmp_path / "public" / "key.pub.pem"


def verify(folder: Path, keys) -> None:
    keys.verifier.verify(folder, folder / SIGNATURE)


def test_a_new_key_is_for_its_owner_alone(pair: tuple[Path, Path]):
    before = os.umask(0)
    try:
        create_key_pair(*pair)
    finally:
        os.umask(before)
    assert stat.S_IMODE(pair[0].stat().st_mode) == 0o600


def test_a_new_key_is_of_the_curve_p256(pair: tuple[Path, Path]):
    create_key_pair(*pair)
    key = load_pem_private_key(pair[0].read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert isinstance(key.curve, ec.SECP256R1)
    assert b"PRIVATE" not in pair[1].read_bytes()


def test_an_existing_pair_is_never_overwritten(pair: tuple[Path, Path]):
    create_key_pair(*pair)
    before = [path.read_bytes() for path in pair]
    create_key_pair(*pair)
    assert [path.read_bytes() for path in pair] == before


def test_a_public_key_that_others_may_trust_is_never_overwritten(pair: tuple[Path, Path]):
    create_key_pair(*pair)
    pair[0].unlink()
    before = pair[1].read_bytes()
    with pytest.raises(FileExistsError, match="bring the private"):
        create_key_pair(*pair)
    assert (pair[1].read_bytes(), pair[0].exists()) == (before, False)


def test_losing_a_race_leaves_the_winners_public_key(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
):
    """Another process makes its pair between the look and the writing."""
    create = os.open

    def late(path: Path, flags: int, mode: int) -> int:
        monkeypatch.setattr(os, "open", create)
        create_key_pair(*pair)
        return create(path, flags, mode)

    monkeypatch.setattr(os, "open", late)
    with pytest.raises(FileExistsError):
        create_key_pair(*pair)
    folder = pair[0].parent / "model"
    folder.mkdir()
    (folder / "file").write_bytes(b"x")
    KeySigner(pair[0]).sign(folder, folder / SIGNATURE)
    KeyVerifier(pair[1]).verify(folder, folder / SIGNATURE)


def test_a_private_key_is_not_written_through_a_link(pair: tuple[Path, Path], tmp_path: Path):
    pair[0].parent.mkdir()
    pair[0].symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        create_key_pair(*pair)
    assert not (tmp_path / "elsewhere").exists()


def test_a_signature_holds_for_the_signed_folder(signed: Path, keys):
    verify(signed, keys)


def test_a_signature_holds_after_the_folder_was_moved(signed: Path, keys, tmp_path: Path):
    verify(signed.rename(tmp_path / "another name"), keys)


def test_relative_paths_work(signed: Path, keys, monkeypatch: pytest.MonkeyPatch):
    """model-signing takes a relative path to ignore for one inside of the model."""
    monkeypatch.chdir(signed.parent)
    relative = Path(signed.name)
    keys.sign(relative)
    verify(relative, keys)
    verify(signed, keys)


def test_a_signature_made_with_a_whole_path_holds_for_a_relative_one(
    signed: Path, keys, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(signed)
    verify(Path(), keys)
    verify(Path("heads/.."), keys)


def test_a_signature_of_another_key_is_refused(signed: Path, pair: tuple[Path, Path]):
    create_key_pair(*pair)
    with pytest.raises(SignatureRefused):
        KeyVerifier(pair[1]).verify(signed, signed / SIGNATURE)


def test_a_missing_signature_is_refused(signed: Path, keys):
    (signed / SIGNATURE).unlink()
    with pytest.raises(SignatureRefused, match=r"there is no model\.sig"):
        verify(signed, keys)


def test_a_missing_public_key_is_refused(signed: Path, tmp_path: Path):
    with pytest.raises(SignatureRefused, match="is missing"):
        KeyVerifier(tmp_path / "none.pem").verify(signed, signed / SIGNATURE)


@pytest.mark.parametrize("key", [b"", b"no key", b"\x00" * 200])
def test_a_broken_public_key_is_refused(key: bytes, signed: Path, tmp_path: Path):
    (tmp_path / "bad.pem").write_bytes(key)
    with pytest.raises(SignatureRefused):
        KeyVerifier(tmp_path / "bad.pem").verify(signed, signed / SIGNATURE)


@pytest.mark.parametrize(
    "garbage",
    [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"mediaType": "x"}', b"\x80\x04."],
    ids=["empty", "object", "list", "null", "not UTF-8", "deep", "other", "pickle"],
)
def test_garbage_for_a_signature_is_refused(garbage: bytes, signed: Path, keys):
    (signed / SIGNATURE).write_bytes(garbage)
    with pytest.raises(SignatureRefused):
        verify(signed, keys)


@pytest.mark.parametrize("field", ["signatures", "payload"])
def test_an_envelope_without_a_part_is_refused(field: str, signed: Path, keys):
    envelope = json.loads((signed / SIGNATURE).read_text())
    envelope["dsseEnvelope"].pop(field)
    (signed / SIGNATURE).write_text(json.dumps(envelope))
    with pytest.raises(SignatureRefused):
        verify(signed, keys)


def test_a_signature_over_other_bytes_is_refused(signed: Path, keys, tmp_path: Path):
    other = tmp_path / "other"
    shutil.copytree(signed, other)
    (other / "heads/style.onnx").write_bytes(b"another head")
    keys.sign(other)
    shutil.copy(other / SIGNATURE, signed / SIGNATURE)
    with pytest.raises(SignatureRefused, match=r"heads/style\.onnx"):
        verify(signed, keys)


@pytest.mark.parametrize(
    "extra", [".gitignore", ".gitattributes", ".git/config", ".github/x", "heads/.git/x", "x.sig"]
)
def test_a_file_added_after_signing_is_refused_even_if_git_would_ignore_it(
    extra: str, signed: Path, keys
):
    """model-signing leaves git's files out by default."""
    (signed / extra).parent.mkdir(exist_ok=True)
    (signed / extra).write_bytes(b"*")
    with pytest.raises(SignatureRefused):
        verify(signed, keys)
