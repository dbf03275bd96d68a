"""Terraform: its engine in a process of its own, the AWS root that it applies, and its checks.

The state of an environment lies in a bucket, and is locked while it is changed.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from typing import Final, TypeVar
from weakref import finalize

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from artifacts.errors import UnreadableRecord
from artifacts.records.record import parse_json, parse_yaml
from artifacts.records.release import Environment, Payload
from artifacts.text import plain
from delivery.deploy.compare import Drift
from delivery.errors import StateLocked, TerraformFailed
from delivery.releases.wanted import Applied

LOCK_SECONDS: Final = 300
_REASON, _LINE = 1500, 1000
_LOCKED: Final = "acquiring the state lock"
_OURS: Final = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
_PLAIN: Final = ("-input=false", "-no-color")
_FORM: Final = ("fmt", "-check", "-diff", "-recursive", "-no-color")
_CHECKS: Final = (
    ("init", "-backend=false", *_PLAIN),
    ("validate", "-no-color"),
    ("test", "-no-color"),
)


def _run(
    root: Path, environment: Mapping[str, str], words: Sequence[str], tell: Callable[[str], object]
) -> int:
    """Run the engine on a root, tell each line of what it prints, and return its exit code."""
    engine = (sys.executable, "-I", "-m", "delivery.targets.aws.terraform_engine")
    with subprocess.Popen(  # noqa: S603 - this program and words of ours, no shell
        [*engine, str(root), *words],
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
    ) as running:
        for line in running.stdout or ():
            tell(line)
    return running.returncode


@dataclass(frozen=True)
class TerraformProcess:
    """The engine over the root in `root`. `say` is told each line of output."""

    root: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]

    def run(self, variables: Mapping[str, str], *words: str, quiet: bool = False) -> str:
        """Run a command, tell what it prints unless `quiet`, and return that.

        Raises TerraformFailed in the engine's words, StateLocked where somebody else holds the
        state.
        """
        lines: list[str] = []

        def tell(line: str) -> None:
            lines.append(line)
            if not quiet and (shown := plain(line, _REASON)):
                self.say(f"  {shown}")

        try:
            code = _run(self.root, {**self.environment, **_OURS, **variables}, words, tell)
        except OSError as exc:
            raise TerraformFailed(words[0], plain(exc)) from exc
        if code:
            raise failure(words[0], lines)
        return "".join(lines)


def failure(command: str, lines: Sequence[str]) -> TerraformFailed:
    """Return what a failed command's output means: the error without its frame, or a held lock."""
    bare = [plain(line, _REASON).strip("╷│╵ ") for line in lines]
    errors = (number for number, line in enumerate(bare) if line.startswith("Error"))
    said = " ".join(line for line in bare[next(errors, 0) :] if line)
    kind = StateLocked if _LOCKED in said else TerraformFailed
    return kind(command, plain(said[-_REASON:], _REASON))


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Change(_Part):
    actions: tuple[str, ...]
    before: dict[str, object] | None = None
    after: dict[str, object] | None = None
    after_unknown: dict[str, object] | bool = False

    def changed(self) -> tuple[str, ...]:
        """Return the attributes that an update changes, or whose value it can't foresee."""
        before, after = self.before or {}, self.after or {}
        unknown = self.after_unknown if isinstance(self.after_unknown, dict) else {}
        names = sorted({*before, *after, *unknown})
        return tuple(
            name for name in names if unknown.get(name) or before.get(name) != after.get(name)
        )


class _ResourceChange(_Part):
    address: str
    change: _Change


class _Plan(_Part):
    resource_changes: tuple[_ResourceChange, ...] = ()


class _Output(_Part):
    value: object


class _Outputs(_Part):
    payload: _Output | None = None


_Shape = TypeVar("_Shape", bound=BaseModel)


@dataclass(frozen=True)
class AwsTerraform:
    """Applies the AWS root; what an apply keeps besides the state lies in `folder`.

    `expected` are paths (resource.attribute) that differ after every apply, and why is known:
    an emulator's shortcomings. They are no drift.
    """

    engine: TerraformProcess
    folder: Path
    bucket: str
    region: str
    expected: frozenset[str] = frozenset()
    lock_seconds: int = LOCK_SECONDS
    """How long an apply waits for another one's lock."""

    def applied(self, environment: Environment) -> Applied | None:
        """Return what the state says was applied, or None before anything was; TerraformFailed."""
        place = self._looks / environment
        self._init(environment, place)
        payload = self._read(_Outputs, place, "output", "-json", "-no-color").payload
        return Applied(str(payload.value) or None) if payload else None

    def apply(self, environment: Environment, payload: Payload | None) -> None:
        """Make an environment run a payload, or nothing; TerraformFailed, StateLocked.

        Whoever applies holds the environment's deploy lock, so its folder is theirs meanwhile.
        """
        place = self.folder / environment
        self._init(environment, place)
        words = ("-auto-approve", *_PLAIN, f"-lock-timeout={self.lock_seconds}s")
        values = self._values(environment, payload, place)
        self.engine.run(_variables(place), "apply", *words, *values)

    def drift(self, environment: Environment, payload: Payload | None) -> tuple[Drift, ...]:
        """Return what an apply of a payload would change; TerraformFailed."""
        place = self._looks / environment
        self._init(environment, place)
        # A plan changes no state: it needs no lock, and waits for nobody.
        words = (*_PLAIN, "-lock=false", f"-out={place / 'plan'}")
        values = self._values(environment, payload, place)
        self.engine.run(_variables(place), "plan", *words, *values, quiet=True)
        plan = self._read(_Plan, place, "show", "-json", "-no-color", str(place / "plan"))
        return tuple(self._drifts(plan))

    def _drifts(self, plan: _Plan) -> Iterator[Drift]:
        for resource in plan.resource_changes:
            address, action = resource.address, "-".join(resource.change.actions)
            if action in {"no-op", "read"}:
                continue
            if action != "update":
                # Making or removing has no attribute of its own.
                if f"{address}.{action}" not in self.expected:
                    yield Drift(address, f"to be {action}d")
                continue
            names = resource.change.changed()
            left = tuple(name for name in names if f"{address}.{name}" not in self.expected)
            if left:
                yield Drift(address, action, left)

    @cached_property
    def _looks(self) -> Path:
        """The folder of what only looks: its own, and gone with it, while others may apply.

        One for all looks of a process: the provider is unpacked into it but once.
        """
        folder = Path(tempfile.mkdtemp(prefix="plinth-terraform-"))
        finalize(self, rmtree, folder, ignore_errors=True)
        return folder

    def _init(self, environment: Environment, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        key = f"environments/{environment}.tfstate"
        backend = {"bucket": self.bucket, "key": key, "region": self.region}
        words = (f"-backend-config={name}={value}" for name, value in backend.items())
        self.engine.run(_variables(place), "init", "-reconfigure", *_PLAIN, *words, quiet=True)

    def _values(
        self, environment: Environment, payload: Payload | None, place: Path
    ) -> tuple[str, ...]:
        """Return the words that say what is wanted: an environment's own file, and the release."""
        if payload:
            payload.write(place / "payload.json")
        released = {
            "environment": environment,
            "payload": payload.digest if payload else "",
            "payload_file": str(place / "payload.json"),
        }
        file = place / "release.tfvars.json"
        file.write_text(json.dumps(released), "utf-8")
        own = self.engine.root / "environments" / f"{environment}.tfvars"
        return (f"-var-file={own}", f"-var-file={file}")

    def _read(self, shape: type[_Shape], place: Path, *words: str) -> _Shape:
        said = self.engine.run(_variables(place), *words, quiet=True)
        try:
            return shape.model_validate(parse_json(said, f"terraform {words[0]}"))
        except (UnreadableRecord, ValidationError) as exc:
            raise TerraformFailed(words[0], f"its answer can't be read: {plain(exc)}") from exc


def _variables(place: Path) -> dict[str, str]:
    return {"TF_DATA_DIR": str(place / "data")}


class _Expected(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    reason: str


def expected_paths(path: Path, root: str) -> frozenset[str]:
    """Return what an emulator makes differ after every apply of a root: resource.attribute.

    The file names each with its reason. Raises UnreadableRecord.
    """
    try:
        read = parse_yaml(path.read_text("utf-8"), str(path))
        entries = TypeAdapter(dict[str, tuple[_Expected, ...]]).validate_python(read).get(root, ())
    except (OSError, UnicodeDecodeError, ValidationError) as exc:
        raise UnreadableRecord(str(path), (plain(exc),)) from exc
    return frozenset(entry.path for entry in entries)


@dataclass(frozen=True)
class TerraformChecks:
    """Terraform's own checks of a folder's roots and modules: form, meaning, and their tests.

    What Terraform keeps for it is thrown away after. Needs AWS's provider, from a registry or a
    mirror.
    """

    folder: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]

    def run(self) -> tuple[str, ...]:
        """Return the checks that failed, after their output was said; of all that have tests."""
        tests = (path for path in self.folder.rglob("tests") if path.is_dir())
        failed = []
        with tempfile.TemporaryDirectory(prefix="plinth-") as scratch:
            if not self._passes(self.folder, Path(scratch), _FORM):
                failed.append("terraform fmt")
            for root in sorted(path.parent for path in tests):
                name = root.relative_to(self.folder).as_posix()
                self.say(f"{name}:")
                with _without_lock(root):
                    for words in _CHECKS:  # each needs what came before it
                        if not self._passes(root, Path(scratch), words):
                            failed.append(f"terraform {words[0]} of {name}")
                            break
        return tuple(failed)

    def _passes(self, root: Path, scratch: Path, words: tuple[str, ...]) -> bool:
        place, plugins = root.relative_to(self.folder).as_posix(), scratch / "plugins"
        plugins.mkdir(exist_ok=True)
        variables = {
            **self.environment,
            "TF_DATA_DIR": str(scratch / f"data-{place.replace('/', '-')}"),
            "TF_PLUGIN_CACHE_DIR": str(plugins),
            "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true",
            "CHECKPOINT_DISABLE": "1",
        }
        lines: list[str] = []
        code = _run(root, variables, words, lines.append)
        self.say(f"terraform {words[0]}: {'FAILED' if code else 'ok'}")
        if code or words[0] == "test":
            for line in filter(str.strip, lines):
                self.say(f"  {plain(line, _LINE)}")
        return code == 0


@contextmanager
def _without_lock(root: Path) -> Iterator[None]:
    """Leave a folder as it was: Terraform's lock names addresses, and the roots pin versions."""
    lock = root / ".terraform.lock.hcl"
    there = lock.exists()
    yield
    if not there:
        lock.unlink(missing_ok=True)
