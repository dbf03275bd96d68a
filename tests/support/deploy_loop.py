"""Deploys for real: a repository, a host with processes, MLflow and a signed log."""

import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from support import change_records
from support.change_records import STAGING, yaml_text
from support.checkout import commit_all, git
from support.host_world import HostWorld, make_host_world
from support.stand_in_launcher import write_stand_in_launcher

from artifacts.digests import digest_bytes
from artifacts.folder import open_artifact
from artifacts.policies.holdout_text import pin_text
from artifacts.records.audit import AuditEntry, AuditEvent
from artifacts.records.release import Payload, Release, ReleasedModel
from artifacts.signatures import KeyVerifier
from artifacts.ssh_keygen import SshSigner, create_key
from delivery.releases.wanted import release_text
from delivery.settings import Settings
from delivery.trail.audit_log import FileAuditLog
from delivery.trail.wiring import make_audit_log
from training.registry.mlflow_tracking import MlflowTracking

ROOT = Path(__file__).resolve().parents[2]

_WATCHED = """
import os, sys

def watch(event, about):
    if event in {"subprocess.Popen", "os.exec", "os.posix_spawn"}:
        words = [os.fsdecode(word) for word in about[1]]
        sys.stderr.write("started: " + " ".join(words).replace(chr(10), " ") + chr(10))

sys.addaudithook(watch)
from delivery.cli import main
main()
"""


@dataclass(frozen=True)
class DeployLoop:
    """A checkout whose main is deployed."""

    folder: Path
    host: HostWorld
    models: tuple[ReleasedModel, ...]

    @property
    def repository(self) -> Path:
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
        return f"sqlite:///{self.folder / 'mlflow/mlflow.db'}"

    def merge(self, **files: str) -> str:
        """Change files on main (by paths with __ for /), and return the commit."""
        self.write(files)
        return commit_all(self.repository, "A change")

    def release(self, number: int, report: str = "") -> str:
        """Release a model to staging by a report that the gate signed, and return the commit.

        By another gate report it is another payload of the same model and code: cheap to swap in.
        """
        serving = Release.read(self.repository / STAGING).champion("architecture")
        champion = serving.digest if isinstance(serving, ReleasedModel) else None
        judged = change_records.report(
            "a release",
            candidate=self.models[number].digest,
            champion=champion,
            first_release=champion is None,
            evidence=digest_bytes(report.encode()),
        )
        path, data = change_records.report_path(judged), judged.to_json()
        signature = SshSigner(self.folder / "keys/main-gate", "plinth-gate-report").sign(
            data.encode()
        )
        model = self.models[number].model_copy(update={"gate_report": judged.digest})
        released = Release(environment="staging", models={"architecture": (model,)})
        self.write({path: data, f"{path}.sig": signature.decode(), STAGING: release_text(released)})
        return self._commit_as_delivery("A release")

    def release_again(self, commit: str) -> str:
        """Release to staging what a commit did, as a revert does, and return the new commit."""
        git(self.repository, "checkout", "--quiet", commit, "--", STAGING)
        return self._commit_as_delivery("What was released before")

    def _commit_as_delivery(self, message: str) -> str:
        git(self.repository, "add", "--all")
        key = self.folder / "keys/delivery"
        who = ("-c", "user.name=Delivery", "-c", "user.email=delivery@people.invalid")
        signing = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={key}")
        git(self.repository, *who, *signing, "commit", "--quiet", "-S", "-m", message)
        return git(self.repository, "rev-parse", "HEAD").strip()

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def delivery(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "delivery", *words],
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def watched_deploy(self, commit: str) -> subprocess.CompletedProcess[str]:
        """Deploy to staging; a line of stderr says what the deploy's own process started."""
        return subprocess.run(
            [sys.executable, "-P", "-c", _WATCHED, "deploy", "staging", "--commit", commit],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def start(self, *words: str) -> "subprocess.Popen[str]":
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
    write_stand_in_launcher(host.source)
    shutil.copytree(ROOT / "releases", host.source / "releases")
    made = loop.delivery("create-deploy-key")
    assert made.returncode == 0, made.stderr
    loop.write(_grounds(folder / "keys"))
    commit_all(host.source, "Terraform, releases, and what judges them")
    loop.begin_log()
    return loop


def _grounds(keys: Path) -> dict[str, str]:
    """Make the gate's key, and return the files by which releases to staging are judged."""
    public = create_key(keys / "main-gate", "gate")
    return {
        "policies/risk_tiers.yaml": yaml_text(change_records.tiers_document()),
        "policies/models/architecture.yaml": change_records.policy_text(),
        "policies/holdouts/architecture.csv": pin_text(change_records.HOLDOUT),
        "policies/approvers.yaml": yaml_text({"kind": "approvers", "persons": {}}),
        "policies/keys/gate.signers": f'gate namespaces="plinth-gate-report" {public}\n',
        "policies/keys/delivery.signers": (keys / "delivery.signers").read_text(),
    }


def _registered(
    folder: Path, host: HostWorld, payloads: list[Payload]
) -> tuple[ReleasedModel, ...]:
    tracking = MlflowTracking(f"sqlite:///{folder / 'mlflow/mlflow.db'}", folder / "mlruns")
    verifier = KeyVerifier(host.public_key)
    models = []
    for payload in payloads:
        ((released,),) = payload.models.values()
        place = host.models / released.digest.removeprefix("sha256:")
        version = tracking.register(open_artifact(place, verifier), place, released.gate_report)
        models.append(released.model_copy(update={"version": version}))
    return tuple(models)
