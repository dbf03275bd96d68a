import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artifacts import folder as folder_module
from artifacts.errors import InvalidArtifact, SignatureRefused, UnreadableRecord
from artifacts.folder import MANIFEST, SIGNATURE, open_artifact, write_artifact

Files = dict[str, bytes]


class Trusting:
    """A verifier that believes anything, to see what stands without a signature."""

    def verify(self, folder: Path, signature: Path) -> None:
        """Believe."""


def problems_of(folder: Path, verifier: Any) -> tuple[str, ...]:
    with pytest.raises(InvalidArtifact) as caught:
        open_artifact(folder, verifier)
    return caught.value.problems


def test_a_signed_artifact_opens_with_its_very_bytes(signed: Path, keys, files: Files):
    artifact = open_artifact(signed, keys.verifier)

    assert dict(artifact.files) == files
    assert artifact.digest == artifact.manifest.digest
    with pytest.raises(TypeError):
        artifact.files["heads/era.onnx"] = b""  # type: ignore[index]


def test_an_artifact_opens_by_a_relative_path(signed: Path, keys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(signed.parent)
    by_name = open_artifact(Path(signed.name), keys.verifier)
    assert by_name.digest == open_artifact(signed, keys.verifier).digest


def _change(folder: Path) -> str:
    (folder / "heads/style.onnx").write_bytes(b"a style heaD")
    return "heads/style.onnx has digest"


def _lengthen(folder: Path) -> str:
    with (folder / "heads/era.onnx").open("ab") as file:
        file.write(b"\n")
    return "heads/era.onnx has digest"


def _swap(folder: Path) -> str:
    style, era = folder / "heads/style.onnx", folder / "heads/era.onnx"
    kept = style.read_bytes()
    style.write_bytes(era.read_bytes())
    era.write_bytes(kept)
    return "heads/era.onnx has digest"


def _remove(folder: Path) -> str:
    (folder / "golden/a.png").unlink()
    return "golden/a.png is listed and not there"


def _add(path: str) -> Callable[[Path], str]:
    def spoil(folder: Path) -> str:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"x")
        return f"{path} is there and not listed"

    return spoil


TAMPERINGS = [
    pytest.param(_change, id="changed"),
    pytest.param(_lengthen, id="longer"),
    pytest.param(_swap, id="swapped"),
    pytest.param(_remove, id="missing"),
    *(
        pytest.param(_add(path), id=path)
        for path in (
            "extra.py",
            "heads/x.onnx",
            ".gitignore",
            ".git/config",
            "a/b/.hidden",
            "x.sig",
        )
    ),
]


@pytest.mark.parametrize("spoil", TAMPERINGS)
def test_tampering_after_signing_is_refused(spoil: Callable[[Path], str], signed: Path, keys):
    spoil(signed)
    with pytest.raises(SignatureRefused):
        open_artifact(signed, keys.verifier)


@pytest.mark.parametrize("spoil", TAMPERINGS)
def test_tampering_is_found_against_the_manifest_too(
    spoil: Callable[[Path], str], signed: Path, keys
):
    """The signature is true here: the signer signed a folder that isn't its manifest's."""
    expected = spoil(signed)
    keys.sign(signed)
    assert any(problem.startswith(expected) for problem in problems_of(signed, keys.verifier))


def test_every_difference_is_named_at_once(signed: Path):
    expected = [_change(signed), _remove(signed), _add("extra")(signed)]
    found = problems_of(signed, Trusting())
    assert len(found) == 3
    assert all(any(p.startswith(start) for p in found) for start in expected)


def test_swapped_labels_are_refused(signed: Path, keys):
    """Labels lie in the manifest: every listed file is still as listed."""
    text = (signed / MANIFEST).read_text()
    turned = (
        text.replace('"gothic"', '"X"').replace('"tudor"', '"gothic"').replace('"X"', '"tudor"')
    )
    (signed / MANIFEST).write_text(turned)
    with pytest.raises(SignatureRefused, match=r"manifest\.json"):
        open_artifact(signed, keys.verifier)
    assert open_artifact(signed, Trusting()).manifest.head("style")


def test_the_manifest_of_another_model_is_refused(
    signed: Path, keys, files: Files, make_manifest, tmp_path: Path
):
    others = files | {"heads/style.onnx": b"another head"}
    other = write_artifact(tmp_path / "other", make_manifest(others), others)
    (signed / MANIFEST).write_bytes((other / MANIFEST).read_bytes())
    with pytest.raises(SignatureRefused):
        open_artifact(signed, keys.verifier)
    keys.sign(signed)
    assert problems_of(signed, keys.verifier)[0].startswith("heads/style.onnx has digest")


def test_the_signature_of_another_artifact_is_refused(
    signed: Path, keys, files: Files, make_manifest, tmp_path: Path
):
    other = write_artifact(tmp_path / "other", make_manifest(files, name="fraud"), files)
    keys.sign(other)
    (signed / SIGNATURE).write_bytes((other / SIGNATURE).read_bytes())
    with pytest.raises(SignatureRefused):
        open_artifact(signed, keys.verifier)


def test_an_unsigned_artifact_is_refused(signed: Path, keys):
    (signed / SIGNATURE).unlink()
    with pytest.raises(SignatureRefused):
        open_artifact(signed, keys.verifier)


@pytest.mark.parametrize("path", ["heads/style.onnx", MANIFEST, SIGNATURE])
def test_a_link_to_equal_bytes_is_refused(path: str, signed: Path, keys, tmp_path: Path):
    (signed / path).rename(tmp_path / "elsewhere")
    (signed / path).symlink_to(tmp_path / "elsewhere")
    assert f"{path} is a symbolic link" in problems_of(signed, keys.verifier)


@pytest.mark.parametrize("target", ["heads", "..", "/etc"])
def test_a_linked_folder_is_refused_and_not_walked(target: str, signed: Path, keys):
    (signed / "more").symlink_to(target, target_is_directory=True)
    assert problems_of(signed, keys.verifier) == ("more is a symbolic link",)


def test_a_folder_replaced_by_a_link_is_refused(signed: Path, keys, tmp_path: Path):
    (signed / "heads").rename(tmp_path / "heads")
    (signed / "heads").symlink_to(tmp_path / "heads")
    assert problems_of(signed, keys.verifier) == ("heads is a symbolic link",)


def test_a_dangling_link_is_refused(signed: Path, keys):
    (signed / "more").symlink_to("nothing")
    assert problems_of(signed, keys.verifier) == ("more is a symbolic link",)


@pytest.mark.parametrize("name", ["link", "link/"])
def test_a_linked_root_is_refused(name: str, signed: Path, keys, tmp_path: Path):
    (tmp_path / "link").symlink_to(signed)
    with pytest.raises(UnreadableRecord, match="no such folder"):
        open_artifact(tmp_path / name, keys.verifier)


@pytest.mark.parametrize("path", ["missing", "artifact/manifest.json"])
def test_what_is_no_folder_is_refused(path: str, signed: Path, keys):
    with pytest.raises(UnreadableRecord, match="no such folder"):
        open_artifact(signed.parent / path, keys.verifier)


@pytest.mark.parametrize("path", ["pipe", "heads/style.onnx"])
def test_a_pipe_is_refused_and_not_read(path: str, signed: Path, keys):
    """Reading one would wait for ever."""
    (signed / path).unlink(missing_ok=True)
    os.mkfifo(signed / path)
    assert problems_of(signed, keys.verifier) == (f"{path} is not a regular file",)


def test_an_artifact_beyond_the_size_limit_is_refused_before_it_is_read(
    signed: Path, keys, monkeypatch: pytest.MonkeyPatch
):
    size = sum(path.stat().st_size for path in signed.rglob("*") if path.is_file())
    monkeypatch.setattr(folder_module, "SIZE_LIMIT_BYTES", size)
    open_artifact(signed, keys.verifier)
    monkeypatch.setattr(folder_module, "SIZE_LIMIT_BYTES", size - 1)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    assert problems_of(signed, keys.verifier) == (f"{size} bytes, the limit is {size - 1}",)


def test_a_sparse_giant_is_refused(signed: Path, keys):
    with (signed / "giant").open("wb") as file:
        file.truncate(1 << 40)
    assert "the limit is" in problems_of(signed, keys.verifier)[0]


def test_a_folder_that_cannot_be_listed_is_not_passed_over(
    signed: Path, keys, monkeypatch: pytest.MonkeyPatch
):
    """As root every folder can be listed, so the refusal is played."""
    scan = os.scandir

    def scandir(path: str) -> Any:
        if Path(path).name == "heads":
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert any("Permission denied" in problem for problem in problems_of(signed, keys.verifier))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 1, "format": 1}'])
def test_a_broken_manifest_is_unreadable_though_signed(text: str, signed: Path, keys):
    (signed / MANIFEST).write_text(text)
    keys.sign(signed)
    with pytest.raises(UnreadableRecord, match=r"manifest\.json"):
        open_artifact(signed, keys.verifier)


def test_without_a_manifest_there_is_no_artifact(signed: Path, keys):
    (signed / MANIFEST).unlink()
    assert problems_of(signed, keys.verifier) == ("there is no manifest.json",)


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, planted: Path) -> None:
        self._planted = planted

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self._planted,))


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """What a bomb makes; the bomb is first shown to work."""
    planted = tmp_path / "planted"
    pickle.loads(pickle.dumps(Bomb(planted)))  # noqa: S301 - the test's own
    assert planted.exists()
    planted.unlink()
    return planted


@pytest.mark.parametrize("name", ["model.pkl", "heads/__init__.py", "conftest.py", "x.joblib"])
def test_a_pickle_beside_the_model_is_refused_and_not_run(
    name: str, planted: Path, signed: Path, keys
):
    (signed / name).write_bytes(pickle.dumps(Bomb(planted)))
    keys.sign(signed)
    assert problems_of(signed, keys.verifier) == (f"{name} is there and not listed",)
    assert not planted.exists()


def test_a_pickle_in_the_place_of_a_head_stays_bytes(
    planted: Path, keys, files: Files, make_manifest, tmp_path: Path
):
    bombs = files | {"heads/style.onnx": pickle.dumps(Bomb(planted))}
    folder = keys.sign(write_artifact(tmp_path / "bombs", make_manifest(bombs), bombs))
    assert open_artifact(folder, keys.verifier).files == bombs
    assert not planted.exists()


def test_writing_replaces_the_folder_whole(signed: Path, files: Files, make_manifest):
    (signed / "old").write_bytes(b"x")
    write_artifact(signed, make_manifest(files), files)
    found = {path.relative_to(signed).as_posix() for path in signed.rglob("*") if path.is_file()}
    assert found == {*files, MANIFEST}
    assert [path.name for path in signed.parent.iterdir()] == [signed.name]


def test_a_draft_left_by_a_crash_does_not_get_into_the_artifact(
    tmp_path: Path, files: Files, make_manifest
):
    (tmp_path / ".new.draft").mkdir()
    (tmp_path / ".new.draft" / "left").write_bytes(b"x")
    assert not (write_artifact(tmp_path / "new", make_manifest(files), files) / "left").exists()


def test_bytes_that_the_manifest_does_not_list_are_not_written(
    signed: Path, files: Files, make_manifest
):
    manifest = make_manifest(files)
    before = (signed / MANIFEST).read_bytes()
    for wrong in (files | {"extra": b""}, files | {"heads/era.onnx": b""}, {"golden/a.png": b""}):
        with pytest.raises(InvalidArtifact):
            write_artifact(signed, manifest, wrong)
    assert (signed / MANIFEST).read_bytes() == before


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE])
def test_a_manifest_cannot_list_itself_or_the_signature(
    name: str, tmp_path: Path, files: Files, make_manifest
):
    files[name] = b"x"
    with pytest.raises(InvalidArtifact, match=f"{name} can't be listed"):
        write_artifact(tmp_path / "new", make_manifest(files), files)


def test_what_was_verified_is_what_is_used_though_the_folder_changes_meanwhile(
    signed: Path, keys, files: Files
):
    """A verifier that takes its time, and someone who swaps a file just then."""

    class Slow:
        def verify(self, folder: Path, signature: Path) -> None:
            keys.verifier.verify(folder, signature)
            (signed / "heads/style.onnx").write_bytes(b"swapped")

    assert dict(open_artifact(signed, Slow()).files) == files
    with pytest.raises(SignatureRefused):
        open_artifact(signed, keys.verifier)
