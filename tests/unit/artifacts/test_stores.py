import shutil
from pathlib import Path

import pytest

from artifacts.digests import digest_bytes, hex_part
from artifacts.errors import InvalidArtifact, SignatureRefused, UnknownArtifact, UnreadableRecord
from artifacts.folder import MANIFEST, open_artifact, write_artifact
from artifacts.photo_store import FolderPhotoStore
from artifacts.store import FolderModelStore


@pytest.fixture
def store(tmp_path: Path, keys) -> FolderModelStore:
    return FolderModelStore(tmp_path / "store", keys.verifier)


@pytest.fixture
def photos(tmp_path: Path) -> FolderPhotoStore:
    return FolderPhotoStore(tmp_path / "photos")


def test_what_is_put_comes_out(store: FolderModelStore, signed: Path, keys):
    put = store.put(signed)
    assert store.get(put.digest) == put == open_artifact(signed, keys.verifier)


def test_putting_twice_changes_nothing(store: FolderModelStore, signed: Path):
    digest = store.put(signed).digest
    before = {p: p.stat().st_mtime_ns for p in store.folder(digest).rglob("*")}
    store.put(signed)
    assert {p: p.stat().st_mtime_ns for p in store.folder(digest).rglob("*")} == before
    assert [path.name for path in store.folder(digest).parent.iterdir()] == [hex_part(digest)]


def test_a_draft_left_by_a_crash_is_not_kept(store: FolderModelStore, signed: Path, keys):
    digest = open_artifact(signed, keys.verifier).digest
    draft = store.folder(digest).with_name(f".{hex_part(digest)}.draft")
    draft.mkdir(parents=True)
    (draft / "left").write_bytes(b"x")
    assert store.put(signed).digest == digest


def test_an_unsigned_artifact_is_not_kept(store: FolderModelStore, signed: Path, tmp_path: Path):
    (signed / "model.sig").unlink()
    with pytest.raises(SignatureRefused):
        store.put(signed)
    assert not (tmp_path / "store").exists()


def test_what_was_changed_in_the_store_does_not_come_out(store: FolderModelStore, signed: Path):
    digest = store.put(signed).digest
    (store.folder(digest) / "heads/style.onnx").write_bytes(b"another head")
    with pytest.raises(SignatureRefused):
        store.get(digest)
    with pytest.raises(SignatureRefused):
        store.put(signed)


def test_what_is_kept_does_not_change_with_its_source(store: FolderModelStore, signed: Path):
    put = store.put(signed)
    (signed / "heads/style.onnx").write_bytes(b"another head")
    assert store.get(put.digest) == put


def test_an_artifact_under_another_digest_does_not_come_out(
    store: FolderModelStore, signed: Path, keys, files, make_manifest, tmp_path: Path
):
    """Both are signed and whole: only the name is false, as after a silent downgrade."""
    other = write_artifact(
        tmp_path / "other", make_manifest(files, params=digest_bytes(b"")), files
    )
    old, new = store.put(signed).digest, store.put(keys.sign(other)).digest
    shutil.rmtree(store.folder(new))
    store.folder(old).rename(store.folder(new))
    with pytest.raises(InvalidArtifact, match=old):
        store.get(new)
    with pytest.raises(UnknownArtifact):
        store.get(old)


def test_an_unknown_digest_is_named_with_the_store(store: FolderModelStore, tmp_path: Path):
    digest = digest_bytes(b"nothing")
    with pytest.raises(UnknownArtifact) as caught:
        store.get(digest)
    assert (caught.value.digest, caught.value.store) == (digest, tmp_path / "store")


def test_a_digest_that_leads_out_of_the_store_gets_nothing(store: FolderModelStore, signed: Path):
    store.put(signed)
    with pytest.raises(InvalidArtifact, match="its manifest's digest is"):
        store.get("sha256:../artifact")


def test_a_store_entry_that_is_a_link_does_not_come_out(store: FolderModelStore, signed: Path):
    digest = store.put(signed).digest
    shutil.rmtree(store.folder(digest))
    store.folder(digest).symlink_to(signed)
    with pytest.raises(UnreadableRecord):
        store.get(digest)


def test_a_manifest_alone_is_no_artifact(store: FolderModelStore, signed: Path):
    digest = store.put(signed).digest
    for path in (store.folder(digest)).rglob("*"):
        if path.is_file() and path.name != MANIFEST:
            path.unlink()
    with pytest.raises(SignatureRefused):
        store.get(digest)


def test_a_photo_comes_out_by_its_digest(photos: FolderPhotoStore, tmp_path: Path):
    photo = photos.put(b"a photo")
    assert (photo, photos.get(photo)) == (digest_bytes(b"a photo"), b"a photo")
    name = hex_part(photo)
    assert [p for p in (tmp_path / "photos").rglob("*") if p.is_file()] == [
        tmp_path / "photos" / name[:2] / name
    ]


def test_putting_a_photo_twice_changes_nothing(photos: FolderPhotoStore):
    photo = photos.put(b"a photo")
    before = photos.path(photo).stat().st_mtime_ns
    assert photos.put(b"a photo") == photo
    assert photos.path(photo).stat().st_mtime_ns == before


@pytest.mark.parametrize("data", [b"", b"a photo ", b"b photo"])
def test_a_changed_photo_does_not_come_out(data: bytes, photos: FolderPhotoStore):
    photo = photos.put(b"a photo")
    photos.path(photo).write_bytes(data)
    with pytest.raises(UnreadableRecord, match="another digest"):
        photos.get(photo)


@pytest.mark.parametrize("photo", [digest_bytes(b"none"), "sha256:", "sha256:../photos"])
def test_a_missing_photo_is_unreadable(photo: str, photos: FolderPhotoStore):
    with pytest.raises(UnreadableRecord):
        photos.get(photo)


def test_a_digest_that_leads_out_of_the_photo_store_gets_nothing(
    photos: FolderPhotoStore, tmp_path: Path
):
    photos.put(b"a photo")
    (tmp_path / "secret").write_bytes(b"secret")
    with pytest.raises(UnreadableRecord):
        photos.get("sha256:../../secret")
