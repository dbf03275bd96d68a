"""A root of Terraform, run by the real provider against an emulated AWS, from a copy of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.aws.emulator import ACCOUNT, REGION, Emulator

READS = ("services/delivery",)

TERRAFORM = Path(__file__).resolve().parents[3] / "infra/terraform"
STATES = f"plinth-{ACCOUNT}-state"
_NO_PROVIDER = re.compile("Failed to (query available|install) provider|could not connect to")


@dataclass(frozen=True)
class TerraformRoot:
    """A folder of Terraform (`foundation`, `modules/identity`) in a copy under `copy`."""

    copy: Path
    name: str
    variables: dict[str, str]
    """Variables of the process: where AWS is, and as whom."""

    def run(self, command: str, *words: str, codes: tuple[int, ...] = (0,)) -> str:
        """Run a command and return its output; fails the test with it on another exit code."""
        called = [sys.executable, "-P", "-m", "delivery.targets.aws.terraform_engine"]
        done = subprocess.run(
            [*called, str(self.copy / self.name), command, *words],
            env={**self._environment(), **self.variables},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        if command == "init" and _NO_PROVIDER.search(" ".join(done.stderr.split())):
            pytest.skip("neither a mirror (TF_CLI_CONFIG_FILE) nor the network has the provider")
        assert done.returncode in codes, (done.stdout + done.stderr)[-6000:]
        return done.stdout

    def init(self, *words: str) -> None:
        """Fetch modules and provider."""
        self.run("init", "-input=false", "-no-color", *words)

    def apply(self, values: dict[str, Any]) -> None:
        """Make what is written."""
        self.run("apply", *self._common(values), "-auto-approve", "-parallelism=20")

    def destroy(self, values: dict[str, Any]) -> None:
        """Remove what was made."""
        self.run("destroy", *self._common(values), "-auto-approve", "-parallelism=20")

    def differences(self, values: dict[str, Any]) -> set[str]:
        """Plan, and return each address.attribute that an apply would change."""
        file = self.copy / "plan"
        self.run("plan", *self._common(values), "-lock=false", f"-out={file}")
        plan = json.loads(self.run("show", "-json", "-no-color", str(file)))
        return {
            path for change in plan.get("resource_changes", []) for path in _changed_paths(change)
        }

    def _common(self, values: dict[str, Any]) -> tuple[str, ...]:
        file = self.copy / "values.tfvars.json"
        file.write_text(json.dumps(values))
        return ("-input=false", "-no-color", f"-var-file={file}")

    def _environment(self) -> dict[str, str]:
        cache = self.copy / "plugins"
        cache.mkdir(exist_ok=True)
        kept = ("TF_CLI_CONFIG_FILE", "PATH")
        return {
            **{name: os.environ[name] for name in kept if name in os.environ},  # noqa: TID251
            "HOME": str(self.copy),
            "CHECKPOINT_DISABLE": "1",
            "TF_DATA_DIR": str(self.copy / "data" / self.name.replace("/", "-")),
            "TF_PLUGIN_CACHE_DIR": str(cache),
            "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true",
            # What the emulator doesn't know is said at once, not after a quarter of an hour.
            "AWS_MAX_ATTEMPTS": "3",
        }


def copied_root(folder: Path, name: str, emulator: Emulator | None = None) -> TerraformRoot:
    """Copy the project's Terraform, so that a checkout is left as it was."""
    copy = folder / "terraform"
    if not copy.exists():
        shutil.copytree(TERRAFORM, copy, ignore=shutil.ignore_patterns(".terraform*"))
    return TerraformRoot(copy, name, emulator.variables() if emulator else {})


def make_state_bucket(emulator: Emulator) -> None:
    """Make the bucket of states as the bootstrap does."""
    template = (TERRAFORM / "foundation/state-bucket.yaml").read_text("utf-8")
    emulator.client("cloudformation").create_stack(StackName="plinth-state", TemplateBody=template)


def backend_words(key: str) -> tuple[str, ...]:
    """Return the words of `init` that say where a state is."""
    values = {"bucket": STATES, "key": key, "region": REGION}
    return tuple(f"-backend-config={name}={value}" for name, value in values.items())


def _changed_paths(resource: dict[str, Any]) -> set[str]:
    change, address = resource["change"], resource["address"]
    action = "-".join(change["actions"])
    if action in {"no-op", "read"}:
        return set()
    if action != "update":
        return {f"{address}.{action}"}
    before, after, unknown = (change[key] for key in ("before", "after", "after_unknown"))
    return {
        f"{address}.{name}"
        for name in {*before, *after, *unknown}
        if unknown.get(name) or before.get(name) != after.get(name)
    }
