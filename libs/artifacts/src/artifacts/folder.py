"""A model artifact as a folder: written once, then opened only if it is what its manifest says."""

import os
import shutil
import tempfile
from collections.abc import Mapping
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
    files = _read(folder)
    _verify_copy(folder, files, verifier)
    text = files.pop(MANIFEST).decode(errors="replace")
    manifest = ModelManifest.parse(parse_json(text, str(folder / MANIFEST)), str(folder / MANIFEST))
    files.pop(SIGNATURE, None)
    if problems := _differences(manifest, files):
        raise InvalidArtifact(folder, problems)
    return ModelArtifact(manifest, MappingProxyType(files))


def _read(folder: Path) -> dict[str, bytes]:
    paths = _regular_files(folder)
    try:
        return {path: (folder / path).read_bytes() for path in paths}
    except OSError as exc:
        raise InvalidArtifact(folder, (str(exc),)) from exc


def _verify_copy(folder: Path, files: Mapping[str, bytes], verifier: ArtifactVerifier) -> None:
    """Verify the bytes in memory, by a private copy of them.

    The library verifies folders. Verifying the artifact's own and reading it before or after would
    let someone swap a file in between.
    """
    with tempfile.TemporaryDirectory(prefix="plinth-") as private:
        copy = Path(private)
        for path, data in files.items():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_bytes(data)
        try:
            verifier.verify(copy, copy / SIGNATURE)
        except SignatureRefused as exc:
            raise SignatureRefused(folder, exc.reason) from exc


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
    # Without onerror a folder that can't be listed would be passed over in silence.
    walk = os.walk(folder, followlinks=False, onerror=lambda exc: problems.append(str(exc)))
    for root, folders, names in walk:
        for path in (Path(root) / name for name in (*folders, *names)):
            relative = path.relative_to(folder).as_posix()
            if path.is_symlink():
                problems.append(f"{relative} is a symbolic link")
            elif path.is_file():
                paths.append(relative)
                size_bytes += path.stat().st_size
            elif not path.is_dir():
                problems.append(f"{relative} is not a regular file")
    if size_bytes > SIZE_LIMIT_BYTES:
        problems.append(f"{size_bytes} bytes, the limit is {SIZE_LIMIT_BYTES}")
    if MANIFEST not in paths:
        problems.append(f"there is no {MANIFEST}")
    if problems:
        raise InvalidArtifact(folder, tuple(sorted(problems)))
    return sorted(paths)
