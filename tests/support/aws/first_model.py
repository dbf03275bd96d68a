"""The pull request by which a rehearsal's main gets its first model, as a team's own would."""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from support import change_records
from support.checkout import git
from support.tiny_artifact import build_tiny_artifact

from artifacts.digests import hex_part
from artifacts.folder import ModelArtifact, open_artifact
from artifacts.policies.holdout_text import pin_text
from artifacts.records.gate import GateReport
from artifacts.signatures import KeyVerifier
from artifacts.ssh_keygen import SshSigner
from artifacts.statements import write_signed
from judging.policy import results_of
from judging.policy_files import YamlPolicies
from rehearsal.make_box import Rehearsal
from training.registry.mlflow_tracking import MlflowTracking

BRANCH = "first-model"
PROPOSER = "max"


def pin_a_holdout(checkout: Path) -> None:
    """Write into a first commit on which photos models are judged."""
    file = checkout / "policies/holdouts/architecture.csv"
    file.parent.mkdir(exist_ok=True)
    file.write_text(pin_text(change_records.HOLDOUT), encoding="utf-8")


def propose_first_model(rehearsal: Rehearsal, folder: Path) -> None:
    """Open the pull request that releases a tiny model to staging, and wait for its green checks.

    Its gate report is signed by the rehearsal's gate, its commit by one of its people.
    """
    setting, clone = rehearsal.setting, folder / "clone"
    git(folder, "clone", "--quiet", str(setting.origin), str(clone))
    git(clone, "switch", "--quiet", "--create", BRANCH)
    artifact, place = _stored(rehearsal, folder)
    report = _allowing(artifact, clone)
    path = clone / change_records.report_path(report)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_signed(report, path, SshSigner(setting.keys / "gate", "plinth-gate-report"))
    uri = setting.environment["PLINTH_TRACKING_URI"]
    tracking = MlflowTracking(uri, setting.state / "mlruns")
    version = tracking.register(artifact, place, report.digest)
    delivery_over(clone, rehearsal, "propose", str(path), f"--version={version}")
    who = ("-c", f"include.path={rehearsal.people[PROPOSER].git_configuration}")
    git(clone, "add", "--all")
    git(clone, *who, "commit", "--quiet", "--message=Release the first model to staging")
    pushing = (f"--push-option=as={PROPOSER}", "--push-option=no-wait")
    git(clone, "push", "--quiet", *pushing, "origin", BRANCH)
    rehearsal.plinth("box", "pull-request", "open", BRANCH, "--as", PROPOSER, "--wait")


def delivery_over(clone: Path, rehearsal: Rehearsal, *words: str) -> str:
    """Run a command of delivery over a clone, as people do, and return what it says."""
    done = subprocess.run(
        [str(rehearsal.setting.launcher), "delivery", *words],
        cwd=clone,
        env=rehearsal.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def _stored(rehearsal: Rehearsal, folder: Path) -> tuple[ModelArtifact, Path]:
    """Put a tiny model, signed by the rehearsal's key, into its store."""
    keys, store = rehearsal.setting.keys, rehearsal.setting.state / "models"
    draft = build_tiny_artifact(folder / "tiny", keys / "model-signing.pem")
    artifact = open_artifact(draft, KeyVerifier(keys / "model-signing.pub.pem"))
    place = store / hex_part(artifact.digest)
    store.mkdir(parents=True, exist_ok=True)
    shutil.copytree(draft, place)
    return artifact, place


def _allowing(artifact: ModelArtifact, clone: Path) -> GateReport:
    """Say as the gate does that it allows a model, by main's policies and every rule of theirs."""
    policies = YamlPolicies(clone / "policies")
    policy = policies.read("architecture")
    (rule,) = change_records.report("the first").rules
    return change_records.report(
        "the first",
        candidate=artifact.digest,
        policy=policy.digest,
        risk_tiers=policies.tiers().digest,
        rules=tuple(rule.model_copy(update={"rule": name}) for name in results_of(policy)),
        decided_at=datetime.now(UTC),  # noqa: TID251 - the rehearsal's gate decides now
    )
