import subprocess
import sys
from pathlib import Path

import pytest
from support.image_fakes import keep, payload_of, store_in
from support.oci_images import write_image

from artifacts.digests import digest_bytes, hex_part
from artifacts.errors import SignatureRefused, UnreadableRecord
from delivery.targets.aws.aws_errors import Busy, ImageUnreadable
from delivery.targets.aws.images import make_image
from delivery.targets.aws.images.make_image import ImageStore

KEY = payload_of().digest


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return store_in(tmp_path / "images", tmp_path / "keys")


def folder_of(store: ImageStore) -> Path:
    return store.layout(KEY).parent


def test_what_is_kept_is_found_signed(store: ImageStore) -> None:
    record = keep(store)

    assert store.find(KEY) == record
    assert {path.name for path in folder_of(store).iterdir()} == {
        "image.json",
        "image.json.sig",
        "sbom.cdx.json",
        "layout",
    }
    assert folder_of(store).name == hex_part(KEY)


def test_nothing_is_found_where_nothing_or_a_draft_lies(store: ImageStore) -> None:
    assert store.find(KEY) is None
    with store.draft(KEY) as draft:
        (draft / "half").write_bytes(b"")
        assert store.find(KEY) is None


def test_a_draft_starts_empty_and_is_gone_afterwards(store: ImageStore) -> None:
    left = folder_of(store).with_name(f".draft-{hex_part(KEY)}")
    (left / "of a build that was killed").mkdir(parents=True)

    with store.draft(KEY) as draft:
        assert (draft, list(draft.iterdir())) == (left, [])
        (draft / "half").write_bytes(b"")

    assert not draft.exists()


def test_a_record_that_others_changed_is_not_taken_for_missing(store: ImageStore) -> None:
    keep(store)
    record = folder_of(store) / "image.json"
    record.write_text(record.read_text().replace("fake 1.0", "other 1.0"))

    with pytest.raises(SignatureRefused):
        store.find(KEY)


def test_a_record_that_somebody_else_signed_is_refused(store: ImageStore, tmp_path: Path) -> None:
    keep(store_in(tmp_path / "images", tmp_path / "other-keys"))

    with pytest.raises(SignatureRefused):
        store.find(KEY)


def test_a_folder_without_a_record_is_refused(store: ImageStore) -> None:
    keep(store)
    (folder_of(store) / "image.json").unlink()

    with pytest.raises(UnreadableRecord):
        store.find(KEY)


def test_a_record_of_another_payload_in_this_ones_place_is_refused(store: ImageStore) -> None:
    keep(store)
    other = digest_bytes(b"other payload")
    folder_of(store).rename(folder_of(store).with_name(hex_part(other)))

    with pytest.raises(ImageUnreadable, match="its record is of"):
        store.find(other)


def test_a_changed_bill_is_refused(store: ImageStore) -> None:
    keep(store)
    (folder_of(store) / "sbom.cdx.json").write_bytes(b"{ }")

    with pytest.raises(ImageUnreadable, match=r"sbom\.cdx\.json isn't the record's"):
        store.find(KEY)


def test_another_image_in_the_layout_is_refused(store: ImageStore) -> None:
    keep(store)
    write_image(folder_of(store) / "other", [{"b": (0o644, b"b")}])
    (folder_of(store) / "layout").rename(folder_of(store) / "gone")
    (folder_of(store) / "other").rename(folder_of(store) / "layout")

    with pytest.raises(ImageUnreadable, match="isn't the record's image"):
        store.find(KEY)


def test_two_builds_never_run_at_once(store: ImageStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_image, "_LOCK_SECONDS", 0.0)
    root = folder_of(store).parent
    root.mkdir(parents=True)
    script = "import fcntl,sys; f=open(sys.argv[1],'a'); fcntl.flock(f,2); print(flush=1); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(root / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout
        holder.stdout.readline()
        with pytest.raises(Busy), store.building():
            pass
    finally:
        holder.communicate(b"\n")
    with store.building():
        assert (root / "lock").exists()
