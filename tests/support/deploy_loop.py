"""Deploys for real: a repository, a host with processes, Terraform, MLflow and a signed log."""

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from support.checkout import commit_all
from support.host_world import HostWorld, make_host_world

from artifacts.digests import digest_bytes
from artifacts.folder import open_artifact
from artifacts.records.audit import AuditEntry, AuditEvent
from artifacts.records.release import Payload, Release, ReleasedModel
from artifacts.signatures import KeyVerifier
from delivery.adapters.audit_log import FileAuditLog
from delivery.adapters.yaml_files import release_text
from delivery.bootstrap.auditing import make_audit_log
from delivery.settings import Settings
from training.adapters.mlflow_tracking import MlflowTracking

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = """\
#!/bin/sh
# Stands in for the real one: the tests' own environment has every service.
service=$1
shift
exec {python} -P -m "$service" "$@"
"""


@dataclass(frozen=True)
class DeployLoop:
    """A checkout whose main is deployed."""

    folder: Path
    host: HostWorld
    models: tuple[ReleasedModel, ...]

    @property
    def repository(self) -> Path:
        """The checkout."""
        return self.host.source

    def environment(self, **more: str) -> dict[str, str]:
        """Return the variables that commands run with."""
        keys = self.folder / "keys"
        return self.host.environment() | {
            "PLINTH_ROOT": str(self.repository),
            "PLINTH_AUDIT": str(self.folder / "audit"),
            "PLINTH_AUDIT_HEAD": str(self.folder / "audit-head"),
            "PLINTH_DEPLOY_KEY": str(keys / "delivery"),
            "PLINTH_DEPLOY_SIGNERS": str(keys / "delivery.signers"),
            "PLINTH_TERRAFORM": str(self.folder / "terraform"),
            "PLINTH_TRACKING_URI": self.tracking_uri,
            "PLINTH_TRACKING_ARTIFACTS": str(self.folder / "mlruns"),
            "PLINTH_GATE_KEY": str(keys / "gate"),
            "PLINTH_GATE_SIGNERS": str(keys / "gate.signers"),
            "PLINTH_REPRODUCTION_KEY": str(keys / "reproduction"),
            "PLINTH_REPRODUCTION_SIGNERS": str(keys / "reproduction.signers"),
            "PLINTH_SIGNING_KEY": str(keys / "model-signing.pem"),
            "PLINTH_VECTOR_CACHE": str(self.folder / "vectors"),
            "PLINTH_ENVIRONMENT_LOCK": str(ROOT / "requirements/training.txt"),
            "PLINTH_EVIDENCE": str(self.folder / "evidence"),
            "PLINTH_POLICIES": str(self.repository / "policies"),
            "PLINTH_RELEASES": str(self.repository / "releases"),
            **more,
        }

    @property
    def tracking_uri(self) -> str:
        """MLflow's database."""
        return f"sqlite:///{self.folder / 'mlflow.db'}"

    def merge(self, **files: str) -> str:
        """Change files on main (by paths with __ for /), and return the commit."""
        for name, text in files.items():
            path = self.repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return commit_all(self.repository, "A change")

    def release(self, number: int, report: str = "") -> str:
        """Release a model to staging, and return the commit.

        By another gate report it is another payload of the same model and code: cheap to swap in.
        """
        model = self.models[number]
        if report:
            model = model.model_copy(update={"gate_report": digest_bytes(report.encode())})
        released = Release(environment="staging", models={"architecture": (model,)})
        return self.merge(**{"releases/staging.yaml": release_text(released)})

    def delivery(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command of delivery."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "delivery", *words],
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a command of delivery."""
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "delivery", *words],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def deploy(self, commit: str, **more: str) -> tuple[float, subprocess.CompletedProcess[str]]:
        """Deploy a commit to staging; return the seconds that it took, and how it ended."""
        begin = time.perf_counter()
        ended = self.delivery("deploy", "staging", "--commit", commit, **more)
        return time.perf_counter() - begin, ended

    def log(self) -> tuple[AuditEntry, ...]:
        """Return the audit log, verified, without the entry that it began with."""
        return self._audit().entries()[1:]

    def begin_log(self) -> None:
        """Begin the log before main releases anything: without one a release is not deployed."""
        begun = AuditEvent(event="judgement", outcome="allowed", actor="a test", reason="main")
        self._audit().append(begun)

    def _audit(self) -> FileAuditLog:
        variables = {k.lower()[7:]: v for k, v in self.environment().items() if "PLINTH_" in k}
        return make_audit_log(Settings.model_validate(variables))


def make_deploy_loop(folder: Path) -> DeployLoop:
    """Make a world in a folder: two registered models, and nothing released."""
    host = make_host_world(folder)
    payloads = [Payload.read(path) for path in host.payloads]
    models = _registered(folder, host, payloads)
    loop = DeployLoop(folder, host, models)
    launcher = host.source / "bin/plinth"
    launcher.parent.mkdir()
    launcher.write_text(LAUNCHER.format(python=sys.executable), encoding="utf-8")
    launcher.chmod(0o755)
    shutil.copytree(ROOT / "infra/terraform/local", host.source / "infra/terraform/local")
    shutil.copytree(ROOT / "releases", host.source / "releases")
    commit_all(host.source, "Terraform and releases")
    made = loop.delivery("create-deploy-key")
    assert made.returncode == 0, made.stderr
    loop.begin_log()
    return loop


def _registered(
    folder: Path, host: HostWorld, payloads: list[Payload]
) -> tuple[ReleasedModel, ...]:
    tracking = MlflowTracking(f"sqlite:///{folder / 'mlflow.db'}", folder / "mlruns")
    verifier = KeyVerifier(host.public_key)
    models = []
    for payload in payloads:
        ((released,),) = payload.models.values()
        place = host.models / released.digest.removeprefix("sha256:")
        version = tracking.register(open_artifact(place, verifier), place, released.gate_report)
        models.append(released.model_copy(update={"version": version}))
    return tuple(models)
