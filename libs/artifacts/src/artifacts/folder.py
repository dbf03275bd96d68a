"""A model artifact as a folder: written once, then opened only if it is what its manifest says."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from artifacts.digests import digest_bytes
from artifacts.errors import InvalidArtifact, SignatureRefused, UnreadableRecord
from artifacts.records.manifest import ArtifactFile, ModelManifest
from artifacts.records.record import parse_json
from artifacts.signatures import ArtifactVerifier

MANIFEST = "manifest.json"
SIGNATURE = "model.sig"
SIZE_LIMIT_BYTES = 1 << 30
RECORD_LIMIT_BYTES = 4 << 20
"""Of the manifest and of the signature, which are parsed."""
ENTRY_LIMIT = 1000
_IN_MEMORY = "/dev/shm"  # noqa: S108 - a folder of its own is made there
"""Files and folders."""
DEPTH_LIMIT = 8
"""Folders in each other: a thousand could not even be removed again by Python's own means."""


@dataclass(frozen=True)
class ModelArtifact:
    """A verified artifact in memory: what was checked is what is used, whatever the disk does."""

    manifest: ModelManifest
    files: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """The digest of the canonical manifest."""
        return self.manifest.digest


def write_artifact(folder: Path, manifest: ModelManifest, files: Mapping[str, bytes]) -> Path:
    """Write an artifact (unsigned) to a folder, in place of what was there, and return the folder.

    Raises InvalidArtifact where the bytes aren't those that the manifest lists.
    """
    if problems := _differences(manifest, files):
        raise InvalidArtifact(folder, problems)
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    for path, data in files.items():
        (draft / path).parent.mkdir(parents=True, exist_ok=True)
        (draft / path).write_bytes(data)
    manifest.write(draft / MANIFEST)
    shutil.rmtree(folder, ignore_errors=True)
    draft.replace(folder)
    return folder


def list_files(files: Mapping[str, bytes]) -> tuple[ArtifactFile, ...]:
    """Return the manifest's entries for some files, sorted by path."""
    return tuple(
        ArtifactFile(path=path, digest=digest_bytes(data), size_bytes=len(data))
        for path, data in sorted(files.items())
    )


def open_artifact(folder: Path, verifier: ArtifactVerifier) -> ModelArtifact:
    """Read and verify an artifact: signature first, then every byte against the manifest.

    Nothing of the folder is executed or unpickled. Raises InvalidArtifact with every difference (a
    missing, extra, changed, linked or huge file), SignatureRefused, or UnreadableRecord.
    """
    artifact, _ = _opened(folder, verifier)
    return artifact


def read_unsigned_artifact(folder: Path) -> ModelArtifact:
    """Read an artifact that nobody has to vouch for: it is compared by its digest, never run.

    A signature in it is not looked at. Raises InvalidArtifact where its bytes are not those that
    its own manifest lists, or UnreadableRecord.
    """
    return _parsed(folder, _read(folder))


def copy_artifact(
    source: Path, target: Path, verifier: ArtifactVerifier, expected: str | None = None
) -> ModelArtifact:
    """Copy an artifact, in place of what was there: the bytes that were verified, read once.

    Whoever can write to `source` meanwhile changes nothing. Raises as `open_artifact` does, and
    InvalidArtifact where it is another one than `expected`, its digest.
    """
    artifact, files = _opened(source, verifier)
    if expected is not None and artifact.digest != expected:
        raise InvalidArtifact(source, (f"its digest is {artifact.digest}, not {expected}",))
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    for path, data in files.items():
        (draft / path).parent.mkdir(parents=True, exist_ok=True)
        (draft / path).write_bytes(data)
    shutil.rmtree(target, ignore_errors=True)
    draft.replace(target)
    return artifact


def read_small_file(path: Path, limit_bytes: int) -> bytes:
    """Return the bytes of a regular file that others may have written; OSError for all else."""
    return _read_file(path, limit_bytes)


def _opened(folder: Path, verifier: ArtifactVerifier) -> tuple[ModelArtifact, dict[str, bytes]]:
    """Return a verified artifact, and all files that were read, its manifest and signature too."""
    read = _read(folder)
    _verify_copy(folder, read, verifier)
    return _parsed(folder, read), read


def _parsed(folder: Path, read: Mapping[str, bytes]) -> ModelArtifact:
    files = {path: data for path, data in read.items() if path not in {MANIFEST, SIGNATURE}}
    text = read[MANIFEST].decode(errors="replace")
    manifest = ModelManifest.parse(parse_json(text, str(folder / MANIFEST)), str(folder / MANIFEST))
    if problems := _differences(manifest, files):
        raise InvalidArtifact(folder, problems)
    return ModelArtifact(manifest, MappingProxyType(files))


def _read(folder: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = SIZE_LIMIT_BYTES
    try:
        for path in _regular_files(folder):
            limit = RECORD_LIMIT_BYTES if path in {MANIFEST, SIGNATURE} else SIZE_LIMIT_BYTES
            files[path] = _read_file(folder / path, min(limit, left))
            left -= len(files[path])
    except OSError as exc:
        raise InvalidArtifact(folder, (str(exc),)) from exc
    return files


def _read_file(path: Path, limit_bytes: int) -> bytes:
    """Read a regular file, though it may have turned into something else since it was listed."""
    # Without O_NONBLOCK the opening of a pipe would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{path} is not a regular file")
        if status.st_size > limit_bytes:
            raise OSError(f"{path} has more than {limit_bytes} bytes")
        # One byte more than there should be: the file may grow while it is read.
        data = file.read(status.st_size + 1)
    if len(data) != status.st_size:
        raise OSError(f"{path} changed while it was read")
    return data


def _verify_copy(folder: Path, files: Mapping[str, bytes], verifier: ArtifactVerifier) -> None:
    """Verify the bytes in memory, by a private copy of them.

    The library verifies folders. Verifying the artifact's own and reading it before or after would
    let someone swap a file in between.
    """
    with _private_folder() as private:
        copy = Path(private)
        for path, data in files.items():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_bytes(data)
        try:
            verifier.verify(copy, copy / SIGNATURE)
        except SignatureRefused as exc:
            raise SignatureRefused(folder, exc.reason) from exc


def _private_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder of this process's own, in memory where the system is read-only; OSError."""
    try:
        return tempfile.TemporaryDirectory(prefix="plinth-")
    except FileNotFoundError as exc:
        try:
            return tempfile.TemporaryDirectory(prefix="plinth-", dir=_IN_MEMORY)
        except OSError:
            what = "a temporary folder is needed to verify a model, and none can be written"
            raise OSError(f"{what}: set TMPDIR to one ({exc})") from exc


def _differences(manifest: ModelManifest, files: Mapping[str, bytes]) -> tuple[str, ...]:
    listed = {f.path: f"digest {f.digest}, {f.size_bytes} bytes" for f in manifest.files}
    found = {path: f"digest {digest_bytes(d)}, {len(d)} bytes" for path, d in files.items()}
    return (
        *(f"{path} can't be listed" for path in sorted(listed.keys() & {MANIFEST, SIGNATURE})),
        *(f"{path} is listed and not there" for path in sorted(listed.keys() - found.keys())),
        *(f"{path} is there and not listed" for path in sorted(found.keys() - listed.keys())),
        *(
            f"{path} has {found[path]}; the manifest says {listed[path]}"
            for path in sorted(listed.keys() & found.keys())
            if listed[path] != found[path]
        ),
    )


def _regular_files(folder: Path) -> list[str]:
    """List an artifact's files, refusing what could lead outside of it or fill the memory."""
    if not folder.is_dir() or folder.is_symlink():
        raise UnreadableRecord(str(folder), ("there is no such folder",))
    paths: list[str] = []
    problems: list[str] = []
    size_bytes = 0
    for count, entry in enumerate(_entries(folder, problems)):
        path = Path(entry.path).relative_to(folder).as_posix()
        if count == ENTRY_LIMIT:
            raise InvalidArtifact(folder, (f"more than {ENTRY_LIMIT} files and folders",))
        if reason := _objection(entry, path):
            problems.append(reason)
        elif entry.is_file():
            paths.append(path)
            size_bytes += entry.stat().st_size
    if size_bytes > SIZE_LIMIT_BYTES:
        problems.append(f"{size_bytes} bytes, the limit is {SIZE_LIMIT_BYTES}")
    if MANIFEST not in paths:
        problems.append(f"there is no {MANIFEST}")
    if problems:
        raise InvalidArtifact(folder, tuple(sorted(problems)))
    return sorted(paths)


def _objection(entry: "os.DirEntry[str]", path: str) -> str | None:
    if not path.isprintable():  # such a name could not even be reported
        return f"{path!a} is not a name that a file may have"
    if path.count("/") > DEPTH_LIMIT:
        return f"{path} lies more than {DEPTH_LIMIT} folders deep"
    if entry.is_symlink():
        return f"{path} is a symbolic link"
    return None if entry.is_file() or entry.is_dir() else f"{path} is not a regular file"


def _entries(folder: Path, problems: list[str]) -> Iterator["os.DirEntry[str]"]:
    """Yield what lies below a folder one by one: a list of millions would be a burden itself."""
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    yield entry
        except OSError as exc:  # a folder that can't be listed must not be passed over in silence
            problems.append(str(exc))
