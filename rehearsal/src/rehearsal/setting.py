"""Where everything of a rehearsal lies: what steps, host and people's commands are told."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Setting:
    """The folders of a rehearsal, and the checkout whose commands it runs. All are absolute."""

    root: Path
    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)
    """What steps are told besides: where a cloud is, if one is rehearsed with."""

    @property
    def box(self) -> Path:
        """The box's own folder: repository, queue, runs, pull requests."""
        return self.folder / "box"

    @property
    def host(self) -> Path:
        """The host's folder: payloads, sockets, processes, prediction logs."""
        return self.folder / "host"

    @property
    def keys(self) -> Path:
        """Keys of the gate, of deploys, of models and of reproductions."""
        return self.folder / "keys"

    @property
    def people(self) -> Path:
        """A folder a person."""
        return self.folder / "people"

    @property
    def state(self) -> Path:
        """What outlives a run: models, registry, evidence, audit log, Terraform's state."""
        return self.folder / "state"

    @property
    def seed(self) -> Path:
        """The repository that main's first commit was made in."""
        return self.folder / "seed"

    @property
    def origin(self) -> Path:
        """The bare repository that people clone and push to."""
        return self.box / "origin.git"

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that a deployment sets: no step of a branch can change where these lead."""
        paths = {
            "ENVIRONMENTS": self.root / ".envs/shared",
            "UV": self.root / ".envs/uv/bin/uv",
            "BOX": self.box,
            "HOST": self.host,
            "SIGNING_KEY": self.keys / "model-signing.pem",
            "PUBLIC_KEY": self.keys / "model-signing.pub.pem",
            "GATE_KEY": self.keys / "gate",
            "GATE_SIGNERS": self.keys / "gate.signers",
            "REPRODUCTION_KEY": self.keys / "reproduction",
            "REPRODUCTION_SIGNERS": self.keys / "reproduction.signers",
            "DEPLOY_KEY": self.keys / "delivery",
            "DEPLOY_SIGNERS": self.keys / "delivery.signers",
            "MODEL_STORE": self.state / "models",
            "EVIDENCE": self.state / "evidence",
            "VECTOR_CACHE": self.state / "vectors",
            "DVC_CACHE": self.state / "dvc-cache",
            "TRACKING_ARTIFACTS": self.state / "mlruns",
            "PHOTOS": self.state / "photos",
            "TRAINING": self.state / "training",
            "HANDOVER": self.state / "handover",
            "AUDIT": self.state / "audit",
            "AUDIT_HEAD": self.state / "audit-head",
            "TERRAFORM": self.state / "terraform",
            "IMAGES": self.state / "images",
        }
        variables = {f"PLINTH_{name}": str(path) for name, path in paths.items()}
        tracking = {"PLINTH_TRACKING_URI": f"sqlite:///{self.state}/mlflow/mlflow.db"}
        return {**variables, **tracking, **self.more}

    @property
    def environment_text(self) -> str:
        """The same as lines of KEY=VALUE."""
        return "".join(f"{name}={value}\n" for name, value in self.environment.items())

    @property
    def launcher(self) -> Path:
        """`bin/plinth` in this rehearsal's setting, over the checkout that one stands in."""
        return self.folder / "plinth"

    @property
    def launcher_text(self) -> str:
        """The launcher's script."""
        exports = "".join(
            f"export {name}={shlex.quote(value)}\n" for name, value in self.environment.items()
        )
        return (
            "#!/bin/sh\n# bin/plinth in this rehearsal's setting, over the checkout around you.\n"
            f'{exports}export PLINTH_ROOT="$(git rev-parse --show-toplevel)"\n'
            f'exec {shlex.quote(str(self.root / "bin/plinth"))} "$@"\n'
        )
