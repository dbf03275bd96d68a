"""Install a payload: its code in an environment of its own that uv builds, its model verified."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from artifacts.code import INFERENCE_CODE, INFERENCE_SOURCES, code_digest
from artifacts.digests import digest_bytes
from artifacts.errors import InvalidArtifact, SignatureRefused, UnreadableRecord
from artifacts.records.release import Payload
from artifacts.text import plain
from delivery.targets.local.local_errors import EnvironmentFailed, NotInstalled
from delivery.targets.local.payloads import Kind, Refused, objection, parts_of

if TYPE_CHECKING:
    from artifacts.store import StoredModels
    from delivery.git.repository import GitSource
    from delivery.targets.local.depot import FolderDepot


PAYLOAD, PUBLIC_KEY = "payload.json", "public-key.pem"
SOURCES, ENVIRONMENT, ARTIFACT = "src", "env", "artifact"
LOCK = next(path for path in INFERENCE_CODE if path.endswith(".txt"))


@dataclass(frozen=True)
class Installed:
    """A payload that can run; `built` names what had to be made for it, `damaged` what differed."""

    payload: str
    built: tuple[str, ...]
    damaged: tuple[str, ...]


def install_payload(
    payload: Payload,
    depot: FolderDepot,
    source: GitSource,
    models: StoredModels,
    environments: UvEnvironments,
    *,
    every_byte: bool = False,
) -> Installed | Refused:
    """Bring code and model of a payload to this host; what is there and sound stays as it is.

    With `every_byte` all that is there is hashed again, code and model anew against the payload's
    own digests. Raises SourceUnreadable, EnvironmentFailed, UnknownArtifact or Busy.
    """
    if refused := objection(payload):
        return refused
    work = _Installation(payload, depot, source, models, environments, every_byte)
    if not every_byte and work.is_complete():
        return Installed(payload.digest, (), ())
    with depot.installing():
        try:
            return work.run()
        finally:
            depot.remove_drafts()


class _Installation:
    def __init__(
        self,
        payload: Payload,
        depot: FolderDepot,
        source: GitSource,
        models: StoredModels,
        environments: UvEnvironments,
        every_byte: bool,
    ) -> None:
        self._payload = payload
        self._parts = parts_of(payload)
        self._depot = depot
        self._source = source
        self._models = models
        self._environments = environments
        self._every_byte = every_byte
        self._built: list[str] = []
        self._damaged: list[str] = []

    def is_complete(self) -> bool:
        """Whether everything is there, by a check that costs milliseconds."""
        parts: tuple[tuple[Kind, str], ...] = (
            ("code", self._parts.code),
            ("models", self._parts.model),
            ("payloads", self._payload.digest),
        )
        return self._has_this_key() and all(
            self._depot.differences(kind, digest, every_byte=False) == () for kind, digest in parts
        )

    def run(self) -> Installed | Refused:
        """Build what is missing or damaged, in the order in which one needs the other."""
        try:
            if refused := self._code():
                return refused
            self._model()
        except (InvalidArtifact, SignatureRefused, UnreadableRecord) as exc:
            return Refused(str(exc))
        self._entry()
        return Installed(self._payload.digest, tuple(self._built), tuple(self._damaged))

    def _code(self) -> Refused | None:
        digest = self._parts.code
        if self._is_sound("code", digest) and not (self._every_byte and self._code_differs()):
            return None
        files = self._source.files(self._payload.code.commit, INFERENCE_CODE)
        if (found := code_digest(files)) != digest:
            return Refused(
                f"the payload's code is {digest}; its commit {self._payload.code.commit} gives "
                f"{found}"
            )
        draft = self._depot.draft("code", digest)
        _write(draft / SOURCES, files)
        self._environments.build(
            draft / ENVIRONMENT,
            draft / SOURCES / LOCK,
            [draft / SOURCES / path for path in INFERENCE_SOURCES],
        )
        self._keep("code", digest, draft)
        return None

    def _code_differs(self) -> bool:
        folder = self._depot.folder("code", self._parts.code) / SOURCES
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix != ".pyc"
        }
        if code_digest(files) == self._parts.code:
            return False
        self._damaged.append("code: its files don't give its digest")
        return True

    def _model(self) -> None:
        digest = self._parts.model
        if self._is_sound("models", digest):
            # Another key may be trusted now than when it was copied.
            if self._every_byte or not self._has_this_key():
                self._models.verify(self._depot.folder("models", digest) / ARTIFACT, digest)
            return
        draft = self._depot.draft("models", digest)
        self._models.copy(digest, draft / ARTIFACT)
        self._models.verify(draft / ARTIFACT, digest)
        self._keep("models", digest, draft)

    def _entry(self) -> None:
        digest = self._payload.digest
        if self._is_sound("payloads", digest) and self._has_this_key():
            return
        draft = self._depot.draft("payloads", digest)
        self._payload.write(draft / PAYLOAD)
        (draft / PUBLIC_KEY).write_bytes(self._models.public_key())
        code = self._depot.folder("code", self._parts.code).name
        model = self._depot.folder("models", self._parts.model).name
        (draft / "code").symlink_to(Path("..", "..", "code", code))
        (draft / "model").symlink_to(Path("..", "..", "models", model, ARTIFACT))
        self._keep("payloads", digest, draft)

    def _is_sound(self, kind: Kind, digest: str) -> bool:
        found = self._depot.differences(kind, digest, every_byte=self._every_byte)
        self._damaged.extend(f"{kind}: {difference}" for difference in found or ())
        return found == ()

    def _has_this_key(self) -> bool:
        kept = self._depot.folder("payloads", self._payload.digest) / PUBLIC_KEY
        return kept.is_file() and digest_bytes(kept.read_bytes()) == digest_bytes(
            self._models.public_key()
        )

    def _keep(self, kind: Kind, digest: str, draft: Path) -> None:
        self._depot.keep(kind, digest, draft)
        self._built.append(kind)


def require_installed(digest: str, depot: FolderDepot) -> Payload:
    """Return an installed payload after the cheap check of all its parts; NotInstalled."""
    payload = depot.payload(digest)
    parts = parts_of(payload)
    wanted: tuple[tuple[Kind, str], ...] = (
        ("payloads", digest),
        ("code", parts.code),
        ("models", parts.model),
    )
    for kind, part in wanted:
        differences = depot.differences(kind, part, every_byte=False)
        if differences is None:
            raise NotInstalled(digest, f"{kind} {part} is missing")
        if differences:
            raise NotInstalled(digest, f"{kind} {part} was changed: {differences[0]}")
    return payload


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


_LONGEST = 2000


class UvEnvironments:
    """Environments of the Python that this process runs on."""

    def __init__(self, uv: Path, variables: Mapping[str, str]) -> None:
        self._uv = uv
        self._variables = {
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_LINK_MODE": "hardlink",
            "UV_NO_CONFIG": "1",
            **variables,
        }

    def build(self, folder: Path, lock: Path, sources: Sequence[Path]) -> None:
        """Build an environment from a lock, with links to the packages in sources beside it.

        Only packages: what lies beside one in its source folder is never imported. It may be
        moved together with its sources. Raises EnvironmentFailed.
        """
        python = folder / "bin" / "python"
        base = Path(sys.executable).resolve()
        self._run("venv", "--relocatable", "--no-project", "--python", str(base), str(folder))
        # Wheels only: nothing of a package runs while it is installed.
        words = ("pip", "sync", "--python", str(python), "--compile-bytecode", "--require-hashes")
        self._run_from_cache_or_registry(*words, "--only-binary", ":all:", str(lock))
        (site,) = folder.glob("lib/python3*/site-packages")
        for package in sorted(path for source in sources for path in source.glob("*/__init__.py")):
            name = package.parent.name
            (site / name).symlink_to(os.path.relpath(package.parent, site))
        # Once and for good: the service must not write into its own code.
        compiled = (str(python), "-I", "-m", "compileall", "-q", "--invalidation-mode")
        self._call(*compiled, "unchecked-hash", *map(str, sources))

    def _run_from_cache_or_registry(self, *words: str) -> None:
        try:
            self._run("--offline", *words)
        except EnvironmentFailed:
            registry = _registry()
            self._variables = {**registry, **self._variables}
            self._run(*words)

    def _run(self, *words: str) -> None:
        self._call(str(self._uv), "--quiet", "--no-progress", *words)

    def _call(self, *command: str) -> None:
        try:
            result = subprocess.run(  # noqa: S603 - uv and Python, by their paths
                command, capture_output=True, text=True, env=self._variables, check=False
            )
        except OSError as exc:
            raise EnvironmentFailed(str(exc)) from exc
        if result.returncode != 0:
            raise EnvironmentFailed(plain(result.stderr or result.stdout, _LONGEST))


def _registry() -> dict[str, str]:
    """Return the registry that pip is set up for, in uv's terms: uv doesn't read its settings."""
    python = Path(sys.base_prefix) / "bin" / "python3"
    words = [str(python), "-I", "-m", "pip", "config", "list"]
    listing = subprocess.run(  # noqa: S603 - this very Python
        words, capture_output=True, text=True, check=False
    ).stdout
    lines = (line.partition("=") for line in listing.splitlines() if "=" in line)
    settings = {key.rpartition(".")[2]: str(ast.literal_eval(value)) for key, _, value in lines}
    names = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
    return {names[name]: value for name, value in settings.items() if name in names}
