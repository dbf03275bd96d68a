"""The local target, applied by Terraform: a state an environment, and no provider to download."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from artifacts.digests import digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.record import parse_json
from artifacts.records.release import Environment, Payload
from delivery.deploy.difference import Drift
from delivery.errors import TerraformFailed
from delivery.releases.wanted import Applied
from delivery.targets.aws.terraform_process import LOCK_SECONDS, TerraformProcess
from delivery.text import plain

SERVICE: Final = "terraform_data.service[0]"
STATE_VERSION: Final = 4


@dataclass(frozen=True)
class LocalTerraform:
    """Applies the local root, with states and what Terraform keeps besides in `folder`.

    `launcher` and `source` are handed on: the commands of the host, and where code comes from.
    `installed` says that payloads are on the host before they
    are applied: they aren't installed once more.
    """

    engine: TerraformProcess
    folder: Path
    launcher: Path
    source: Path
    installed: bool = False

    def applied(self, environment: Environment) -> Applied | None:
        """Return what the state says was applied, or None before anything was; TerraformFailed.

        Read from the state's file: asking the engine takes a fifth of a second, and the file's
        form is versioned.
        """
        path = self._state(environment)
        if not path.exists():
            return None
        try:
            state = _State.model_validate(parse_json(path.read_text(encoding="utf-8"), str(path)))
        except (OSError, UnreadableRecord, ValidationError) as exc:
            raise TerraformFailed("show", f"{path} can't be read: {plain(exc)}") from exc
        if state.version != STATE_VERSION:
            reason = f"{path} is a state of version {state.version}, not {STATE_VERSION}"
            raise TerraformFailed("show", reason)
        output = state.outputs.get("payload")
        found = output.value if output else None
        return Applied(str(found) if found else None)

    def apply(self, environment: Environment, payload: Payload | None, *, replace: bool) -> None:
        """Make an environment run a payload, or nothing; TerraformFailed."""
        place = self.folder / environment
        place.mkdir(parents=True, exist_ok=True)
        values = place / "release.tfvars.json"
        values.write_text(json.dumps(self._values(environment, payload)), "utf-8")
        self._init(environment)
        replaced = (f"-replace={SERVICE}",) if replace and payload else ()
        common = ("-auto-approve", "-input=false", "-no-color", f"-lock-timeout={LOCK_SECONDS}s")
        self._run(environment, "apply", *common, *replaced, f"-var-file={values}")

    def drift(self, environment: Environment, payload: Payload | None) -> tuple[Drift, ...]:
        """Return nothing: the engine can't see its processes, and the host is asked instead."""
        del environment, payload
        return ()

    def _values(self, environment: Environment, payload: Payload | None) -> dict[str, object]:
        file = self.folder / environment / "payload.json"
        if payload:
            payload.write(file)
        return {
            "environment": environment,
            "payload": payload.digest if payload else "",
            "payload_file": str(file),
            "installed": self.installed,
            "source_repository": str(self.source),
            "launcher": str(self.launcher),
        }

    def _init(self, environment: Environment) -> None:
        """Prepare Terraform's own folder, unless that was done for these very files."""
        stamp = self.folder / environment / "initialised"
        files = {
            path.name: path.read_text("utf-8") for path in sorted(self.engine.root.glob("*.tf"))
        }
        wanted = digest_json({"files": files, "state": str(self._state(environment))})
        if stamp.exists() and stamp.read_text("utf-8") == wanted:
            return
        backend = f"-backend-config=path={self._state(environment)}"
        self._run(environment, "init", "-reconfigure", "-input=false", "-no-color", backend)
        stamp.write_text(wanted, "utf-8")

    def _run(self, environment: Environment, *words: str) -> None:
        variables = {
            "TF_DATA_DIR": str(self.folder / environment / "data"),
            # A person's own settings of Terraform have no part in a deploy.
            "TF_CLI_CONFIG_FILE": "/dev/null",
        }
        self.engine.run(variables, *words)

    def _state(self, environment: Environment) -> Path:
        return self.folder / environment / "terraform.tfstate"


class _Output(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    value: object


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    version: int
    outputs: dict[str, _Output] = {}
