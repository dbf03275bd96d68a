"""Folders that someone made to harm whoever opens them: each is refused, by name, and not run.

The signature is true wherever it isn't the point: a signer can be fooled or bought.
"""

import os
import pickle
import resource
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.tiny_artifact import build_tiny_artifact, public_key_of, sign_tiny_artifact

from artifacts import folder as folder_module
from artifacts.errors import InvalidArtifact, SignatureRefused, UnreadableRecord
from artifacts.folder import MANIFEST, SIGNATURE, open_artifact
from artifacts.signatures import KeyVerifier
from artifacts.store import FolderModelStore

Change = Callable[[Path], None]
MEMORY_KIB = 200 << 10
SECONDS = 20


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "keys/key.pem"


@pytest.fixture
def folder(tmp_path: Path, key: Path) -> Path:
    """An artifact that opens, until a test has changed it."""
    made = build_tiny_artifact(tmp_path / "artifact", key)
    assert open_artifact(made, KeyVerifier(public_key_of(key))).manifest.name == "architecture"
    return made


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    """Whatever an artifact holds, to refuse it takes little memory and little time of a core."""
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY_KIB
    assert time.process_time() - started < SECONDS


def refusal(folder: Path, key: Path, kind: type[Exception]) -> str:
    """Return why an artifact is refused, by whoever opens it: in its folder and in a store."""
    verifier = KeyVerifier(public_key_of(key))
    with pytest.raises(kind) as caught:
        open_artifact(folder, verifier)
    with pytest.raises(kind):
        FolderModelStore(folder.parent / "store", verifier).put(folder)
    assert not list((folder.parent / "store").glob("*"))
    return str(caught.value)


def _edit(old: str, new: str) -> Change:
    """Change the text of the manifest."""

    def change(folder: Path) -> None:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        assert old in text
        (folder / MANIFEST).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def _write(path: str, data: bytes) -> Change:
    def change(folder: Path) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)

    return change


def _grow(path: str, size_bytes: int) -> Change:
    """Let a file be as long as said, and take no room on the disk."""

    def change(folder: Path) -> None:
        with (folder / path).open("ab") as file:
            file.truncate(size_bytes)

    return change


def _instead(path: str, make: Callable[[Path], None]) -> Change:
    def change(folder: Path) -> None:
        (folder / path).unlink()
        make(folder / path)

    return change


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the path of a socket may have a hundred characters
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)
    os.chdir(here)


def _swap_heads(folder: Path) -> None:
    style, era = folder / "heads/style.onnx", folder / "heads/era.onnx"
    kept = style.read_bytes()
    style.write_bytes(era.read_bytes())
    era.write_bytes(kept)


def _deep(folder: Path) -> None:
    deep = folder / "/".join("d" * 20)
    deep.mkdir(parents=True)
    (deep / "file").touch()


def _many(folder: Path) -> None:
    for number in range(20_000):
        (folder / f"golden/{number}").touch()


STYLE = "heads/style.onnx"

FOLDERS = [
    pytest.param(_write("run.py", b"0"), "run.py is there and not listed", id="extra file"),
    pytest.param(_write(".git/config", b"0"), ".git/config is there", id="hidden file"),
    pytest.param(
        _instead(STYLE, lambda path: path.symlink_to("/etc/passwd")),
        "heads/style.onnx is a symbolic link",
        id="link to a file",
    ),
    pytest.param(
        lambda folder: (folder / "more").symlink_to("/"),
        "more is a symbolic link",
        id="to a folder",
    ),
    pytest.param(_instead(STYLE, os.mkfifo), "style.onnx is not a regular file", id="pipe"),
    pytest.param(_instead(STYLE, _socket), "style.onnx is not a regular file", id="socket"),
    pytest.param(_swap_heads, "heads/era.onnx has digest", id="heads swapped"),
    pytest.param(_grow(STYLE, 1 << 40), "the limit is 1073741824", id="a terabyte"),
    pytest.param(_grow(MANIFEST, 1 << 29), "more than 4194304 bytes", id="giant manifest"),
    pytest.param(_grow(SIGNATURE, 1 << 29), "more than 4194304 bytes", id="giant signature"),
    pytest.param(_many, "more than 1000 files and folders", id="20,000 files"),
    pytest.param(_deep, "lies more than 8 folders deep", id="20 folders deep"),
    pytest.param(
        lambda folder: Path(os.fsdecode(os.fsencode(folder) + b"/\xff\n")).touch(),
        r"'\udcff\n' is not a name",
        id="a name that is no text",
    ),
    pytest.param(lambda folder: (folder / MANIFEST).unlink(), "no manifest.json", id="no manifest"),
]


@pytest.mark.parametrize(("change", "reason"), FOLDERS)
def test_a_folder_that_is_not_its_manifest_is_refused_though_signed(
    change: Change, reason: str, folder: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the signature says is left out, to see what stands without it."""
    change(folder)
    monkeypatch.setattr(KeyVerifier, "verify", lambda *_: None)
    assert reason in refusal(folder, key, InvalidArtifact)


MANIFESTS = [
    pytest.param(_edit('"path": "', '"path": "../'), "'../feature_schema.json'", id="above"),
    pytest.param(_edit('"path": "', '"path": "/'), "'/feature_schema.json'", id="absolute"),
    pytest.param(_edit('"path": "', '"path": "a/../'), "leads outside", id="up and down"),
    pytest.param(_edit('"path": "', r'"path": "a\\..\\'), "backslash", id="backslash"),
    pytest.param(_edit('"path": "', r'"path": "a\u0000'), "not a plain path", id="NUL"),
    pytest.param(_edit('"value": 0.5', '"value": NaN'), "NaN is not a JSON number", id="NaN"),
    pytest.param(_edit('"value": 0.5', '"value": -Infinity'), "-Infinity is not", id="Infinity"),
    pytest.param(_edit('"value": 0.5', '"value": 1e999'), "finite number", id="1e999"),
    pytest.param(_edit('"value": 0.5', '"value": "NaN"'), "finite number", id="NaN as text"),
    pytest.param(_edit("{", '{"name": "a",'), "key given twice: name", id="duplicate key"),
    pytest.param(_edit("{", '{"more": 1,'), "more: Extra inputs", id="unknown key"),
    pytest.param(_edit('"value": 0.5', '"value": ' + "9" * 5000), "not valid JSON", id="digits"),
    pytest.param(_write(MANIFEST, b"[" * 10**6), "not valid JSON", id="a million brackets"),
    pytest.param(_write(MANIFEST, b'{"a":' * 10**5), "not valid JSON", id="deep objects"),
    pytest.param(_write(MANIFEST, pickle.dumps({})), "not valid JSON", id="pickle"),
    pytest.param(_write(MANIFEST, b"\xff\xfe{}"), "not valid JSON", id="no text"),
]


@pytest.mark.parametrize(("change", "reason"), MANIFESTS)
def test_a_hostile_manifest_is_refused_though_signed(
    change: Change, reason: str, folder: Path, key: Path
) -> None:
    change(folder)
    sign_tiny_artifact(folder, key)
    assert reason in refusal(folder, key, UnreadableRecord)


def _unsigned(folder: Path, _: Path) -> None:
    (folder / SIGNATURE).unlink()


def _signed_by_another(folder: Path, key: Path) -> None:
    build_tiny_artifact(folder, key.with_name("another.pem"))


def _signature_of_another(folder: Path, key: Path) -> None:
    other = build_tiny_artifact(folder.with_name("other"), key, seed=1)
    (folder / SIGNATURE).write_bytes((other / SIGNATURE).read_bytes())


def _manifest_of_another(folder: Path, key: Path) -> None:
    other = build_tiny_artifact(folder.with_name("other"), key, seed=1)
    for name in (MANIFEST, SIGNATURE):
        (folder / name).write_bytes((other / name).read_bytes())


def _deep_signature(folder: Path, _: Path) -> None:
    (folder / SIGNATURE).write_bytes(b"[" * 10**6)


SIGNATURES = [
    pytest.param(_unsigned, "there is no model.sig", id="unsigned"),
    pytest.param(_signed_by_another, "", id="by another key"),
    pytest.param(_signature_of_another, "", id="of another artifact"),
    pytest.param(_manifest_of_another, "", id="manifest of another"),
    pytest.param(_deep_signature, "", id="a million brackets"),
]


@pytest.mark.parametrize(("change", "reason"), SIGNATURES)
def test_a_signature_that_is_not_of_these_bytes_is_refused(
    change: Callable[[Path, Path], None], reason: str, folder: Path, key: Path
) -> None:
    change(folder, key)
    said = refusal(folder, key, SignatureRefused)
    assert "is refused: " + reason in said


def test_the_manifest_of_another_model_is_refused_though_signed(folder: Path, key: Path) -> None:
    _manifest_of_another(folder, key)
    sign_tiny_artifact(folder, key)
    assert "heads/style.onnx has digest" in refusal(folder, key, InvalidArtifact)


def test_a_link_in_the_place_of_the_folder_is_refused(folder: Path, key: Path) -> None:
    link = folder.with_name("link")
    link.symlink_to(folder)
    assert "no such folder" in refusal(link, key, UnreadableRecord)


def test_a_hard_link_is_what_its_bytes_are(folder: Path, key: Path) -> None:
    """It leads nowhere else: the bytes are those that were signed, or they are refused."""
    outside = folder.with_name("outside")
    os.link(folder / STYLE, outside)
    verifier = KeyVerifier(public_key_of(key))
    assert open_artifact(folder, verifier).files[STYLE] == outside.read_bytes()
    outside.write_bytes(b"other bytes")
    assert "is refused" in refusal(folder, key, SignatureRefused)


@pytest.mark.parametrize("moment", ["shrinks", "grows", "becomes a pipe", "becomes a link"])
def test_a_file_that_changes_between_listing_and_reading_is_refused(
    moment: str, folder: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed, head = folder_module._regular_files, folder / STYLE

    def list_then_change(place: Path) -> list[str]:
        paths = listed(place)
        if moment.startswith("becomes"):
            head.unlink()
            os.mkfifo(head) if moment.endswith("pipe") else head.symlink_to("/dev/zero")
        else:
            os.truncate(head, 3 if moment == "shrinks" else 1 << 31)
        return paths

    monkeypatch.setattr(folder_module, "_regular_files", list_then_change)
    wanted = SignatureRefused if moment == "shrinks" else InvalidArtifact
    with pytest.raises(wanted):
        open_artifact(folder, KeyVerifier(public_key_of(key)))


def test_a_file_that_grows_while_it_is_read_is_refused(
    folder: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = os.fstat

    def fstat_then_grow(descriptor: int) -> os.stat_result:
        found = status(descriptor)
        if found.st_size == (folder / STYLE).stat().st_size:
            os.truncate(folder / STYLE, found.st_size + 10)
        return found

    monkeypatch.setattr(os, "fstat", fstat_then_grow)
    with pytest.raises(InvalidArtifact, match="changed while it was read"):
        open_artifact(folder, KeyVerifier(public_key_of(key)))


def test_a_file_that_may_not_be_read_is_refused(
    folder: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root every file may be read, so the refusal is played."""
    really = os.open

    def opened(path: Path, flags: int) -> int:
        if str(path).endswith(STYLE):
            raise PermissionError(13, "Permission denied", str(path))
        return really(path, flags)

    monkeypatch.setattr(os, "open", opened)
    assert "Permission denied" in refusal(folder, key, InvalidArtifact)
