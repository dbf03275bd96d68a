"""The AWS target, applied by Terraform: the state lies in a bucket, locked while it is changed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final, TypeVar
from weakref import finalize

from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from artifacts.errors import UnreadableRecord
from artifacts.records.record import parse_json
from artifacts.records.release import Environment, Payload
from artifacts.text import plain
from delivery.deploy.difference import Drift
from delivery.errors import TerraformFailed
from delivery.releases.wanted import Applied
from delivery.targets.aws.terraform_process import LOCK_SECONDS, TerraformProcess

_COMMON: Final = ("-input=false", "-no-color")


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
        said = self.engine.read(_variables(place), "output", "-json", "-no-color")
        outputs = _parsed(_Outputs, said, "output").root
        if "payload" not in outputs:
            return None
        return Applied(str(outputs["payload"].value) or None)

    def apply(self, environment: Environment, payload: Payload | None) -> None:
        """Make an environment run a payload, or nothing; TerraformFailed, StateLocked.

        Whoever applies holds the environment's deploy lock, so its folder is theirs meanwhile.
        """
        place = self.folder / environment
        self._init(environment, place)
        patience = f"-lock-timeout={self.lock_seconds}s"
        words = ("-auto-approve", *_COMMON, patience, *self._values(environment, payload, place))
        self.engine.run(_variables(place), "apply", *words)

    def drift(self, environment: Environment, payload: Payload | None) -> tuple[Drift, ...]:
        """Return what an apply of a payload would change; TerraformFailed."""
        place = self._looks / environment
        self._init(environment, place)
        variables, file = _variables(place), place / "plan"
        values = self._values(environment, payload, place)
        # A plan changes no state: it needs no lock, and waits for nobody.
        self.engine.read(variables, "plan", *_COMMON, "-lock=false", f"-out={file}", *values)
        said = self.engine.read(variables, "show", "-json", "-no-color", str(file))
        return tuple(self._drifts(_parsed(_Plan, said, "show")))

    def _drifts(self, plan: "_Plan") -> Iterator[Drift]:
        for change in plan.resource_changes:
            action = "-".join(change.change.actions)
            if action in {"no-op", "read"}:
                continue
            if action != "update":
                # Making or removing has no attribute of its own.
                if f"{change.address}.{action}" not in self.expected:
                    yield Drift(change.address, f"to be {action}d")
                continue
            names = change.change.changed()
            left = tuple(name for name in names if f"{change.address}.{name}" not in self.expected)
            if left:
                yield Drift(change.address, action, left)

    @cached_property
    def _looks(self) -> Path:
        """The folder of what only looks: its own, and gone with it, while others may apply.

        One for all looks of a process: the provider is unpacked into it but once.
        """
        folder = Path(mkdtemp(prefix="plinth-terraform-"))
        finalize(self, rmtree, folder, ignore_errors=True)
        return folder

    def _init(self, environment: Environment, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        backend = {
            "bucket": self.bucket,
            "key": f"environments/{environment}.tfstate",
            "region": self.region,
        }
        words = (f"-backend-config={name}={value}" for name, value in backend.items())
        self.engine.read(_variables(place), "init", "-reconfigure", *_COMMON, *words)

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


def _variables(place: Path) -> dict[str, str]:
    return {"TF_DATA_DIR": str(place / "data")}


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


class _Outputs(RootModel[dict[str, _Output]]):
    pass


_Shape = TypeVar("_Shape", bound=BaseModel)


def _parsed(shape: type[_Shape], said: str, command: str) -> _Shape:
    try:
        return shape.model_validate(parse_json(said, f"terraform {command}"))
    except (UnreadableRecord, ValidationError) as exc:
        raise TerraformFailed(command, f"its answer can't be read: {plain(exc)}") from exc
