import os
from pathlib import Path

import pytest

from artifacts.digests import digest_bytes
from delivery.targets.local.depot import FolderDepot
from delivery.targets.local.local_errors import NotInstalled

DIGEST = digest_bytes(b"x")


@pytest.fixture
def depot(tmp_path: Path) -> FolderDepot:
    return FolderDepot(tmp_path)


@pytest.fixture
def kept(depot: FolderDepot) -> Path:
    draft = depot.draft("models", DIGEST)
    (draft / "artifact" / "heads").mkdir(parents=True)
    (draft / "artifact" / "heads" / "a.onnx").write_bytes(b"bytes")
    (draft / "artifact" / "link").symlink_to("heads/a.onnx")
    return depot.keep("models", DIGEST, draft)


def differences(depot: FolderDepot, *, every_byte: bool = False) -> tuple[str, ...] | None:
    return depot.differences("models", DIGEST, every_byte=every_byte)


def writable(path: Path) -> Path:
    path.chmod(0o755)
    return path


def test_a_part_that_is_not_there_differs_in_no_way(depot: FolderDepot) -> None:
    assert differences(depot) is None


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("every_byte", [False, True])
def test_a_part_is_as_it_was_kept(depot: FolderDepot, every_byte: bool) -> None:
    assert differences(depot, every_byte=every_byte) == ()


def test_a_part_can_not_be_written_to(kept: Path) -> None:
    modes = [path.lstat().st_mode for path in kept.rglob("*") if not path.is_symlink()]

    assert [mode & 0o222 for mode in modes if mode & 0o222] == []


def test_a_file_that_was_written_to_is_found(depot: FolderDepot, kept: Path) -> None:
    file = writable(kept / "artifact" / "heads" / "a.onnx")
    file.write_bytes(b"other")

    assert differences(depot) == ("artifact/heads/a.onnx was written after it was installed",)


def test_a_file_written_to_without_a_trace_is_found_by_its_bytes(
    depot: FolderDepot, kept: Path
) -> None:
    file = writable(kept / "artifact" / "heads" / "a.onnx")
    before = file.stat().st_mtime_ns
    file.write_bytes(b"other")
    os.utime(file, ns=(before, before))

    assert differences(depot) == ()
    (found,) = differences(depot, every_byte=True) or ()
    assert found.startswith("artifact/heads/a.onnx has sha256:")


def test_a_link_that_leads_elsewhere_is_found_by_its_target(depot: FolderDepot, kept: Path) -> None:
    link = kept / "artifact" / "link"
    times = [(path, path.lstat().st_mtime_ns) for path in (link, kept / "artifact")]
    writable(kept / "artifact")
    link.unlink()
    link.symlink_to("heads/b.onnx")
    for path, before in times:
        os.utime(path, ns=(before, before), follow_symlinks=False)

    assert differences(depot, every_byte=True) == (
        "artifact/link has heads/b.onnx, heads/a.onnx was installed",
    )


def test_a_file_that_is_gone_or_new_is_found_by_its_folder(depot: FolderDepot, kept: Path) -> None:
    heads = writable(kept / "artifact" / "heads")
    (heads / "planted.py").touch()

    assert differences(depot) == ("artifact/heads has other files than were installed",)

    (heads / "a.onnx").unlink()
    assert "artifact/heads/a.onnx is missing" in (differences(depot) or ())


def test_a_file_beside_the_stamp_is_found(depot: FolderDepot, kept: Path) -> None:
    (kept / "planted").touch()

    assert differences(depot) == ("planted is there, and wasn't installed",)


@pytest.mark.parametrize("text", ["", "nonsense\nend\n"])
def test_a_part_without_a_whole_stamp_is_not_believed(
    depot: FolderDepot, kept: Path, text: str
) -> None:
    writable(kept / "stamp").write_text(text)

    assert "its stamp is unreadable" in (differences(depot) or ("",))[0]


def test_a_part_that_is_kept_again_replaces_the_one_before(depot: FolderDepot, kept: Path) -> None:
    draft = depot.draft("models", DIGEST)
    (draft / "new").touch()

    assert depot.keep("models", DIGEST, draft) == kept
    assert sorted(path.name for path in kept.iterdir()) == ["new", "stamp"]
    assert depot.remove_drafts() == 0


@pytest.mark.usefixtures("kept")
def test_a_part_is_removed_though_it_is_read_only(depot: FolderDepot) -> None:
    depot.remove("models", DIGEST)

    assert depot.digests("models") == ()
    assert depot.remove_drafts() == 0


def test_a_payload_whose_record_is_of_another_payload_is_not_installed(depot: FolderDepot) -> None:
    draft = depot.draft("payloads", DIGEST)
    depot.keep("payloads", DIGEST, draft)

    with pytest.raises(NotInstalled, match="delivery local install"):
        depot.payload(DIGEST)
