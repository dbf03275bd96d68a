"""Where this process runs: the only place that reads environment variables."""

import os
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from artifacts.places import Placed, placed_variables
from delivery.errors import NotARehearsal, SettingsMissing

VARIABLES: Final = MappingProxyType({"aws_region": "AWS_REGION"})
"""Settings that others name, too."""


TRAINING: Final = (
    *("PLINTH_ROOT", "PLINTH_ENVIRONMENT_LOCK", "PLINTH_ENVIRONMENTS", "PLINTH_JOBS"),
    *("PLINTH_SIGNING_KEY", "PLINTH_PUBLIC_KEY", "PLINTH_GATE_SIGNERS"),
    *("PLINTH_REPRODUCTION_KEY", "PLINTH_REPRODUCTION_SIGNERS", "PLINTH_MODEL_STORE"),
    *("PLINTH_PHOTOS", "PLINTH_VECTOR_CACHE", "PLINTH_DVC_CACHE"),
    *("PLINTH_TRACKING_URI", "PLINTH_TRACKING_ARTIFACTS"),
    *("PLINTH_DASK_SCHEDULER", "PLINTH_DASK_AUTHORITY", "PLINTH_DASK_CERTIFICATE"),
    *("PLINTH_DASK_KEY", "PATH", "LANG", "LC_ALL", "TZ", "TERM", "NO_COLOR"),
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"),
)
"""The variables that commands of training get: where things lie, and no token."""


class TargetSettings(Placed, BaseSettings):
    """What the targets need: where a payload comes from, and where it runs."""

    model_config = SettingsConfigDict(env_prefix="PLINTH_", frozen=True, extra="ignore")

    state: Path | None = None
    """The folder of state: what `artifacts.places` says lies there unless it is told."""
    model_store: Path | None = None
    public_key: Path | None = None
    keeper: Annotated[Path | None, BeforeValidator(lambda text: text or None)] = None
    """The socket of the keeper, a process of another user that holds keys and log. Without one
    they are files of this user."""
    deploy_key: Path | None = None
    deploy_signers: Path | None = None
    host: Path | None = None
    """The local target's folder: payloads, code, models, and a folder an environment."""
    uv: Path | None = None
    """The uv that builds the environments of payloads."""
    images: Path | None = None
    """Images that were built: their signed records, lists of contents, and layers."""
    die_after: str = ""
    """A test kills a deploy right after the step of this name."""
    cloud_url: str | None = None
    """Where an environment answers in a rehearsal; refused where the cloud is a real one."""
    aws_region: Annotated[str | None, Field(validation_alias="AWS_REGION")] = None
    aws_endpoint: Annotated[str | None, Field(validation_alias="AWS_ENDPOINT_URL")] = None
    token_url: Annotated[str | None, Field(validation_alias="ACTIONS_ID_TOKEN_REQUEST_URL")] = None
    token_secret: Annotated[
        SecretStr | None, Field(validation_alias="ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    ] = None

    @property
    def rehearsal(self) -> bool:
        """Whether the cloud is an emulator on this machine."""
        return is_this_machine(self.aws_endpoint or "")

    @property
    def address(self) -> str | None:
        """The address that stands in for the service's own; NotARehearsal."""
        if self.cloud_url and not self.rehearsal:
            raise NotARehearsal
        return self.cloud_url or None

    def needed(self, name: str) -> Path:
        """Return a path that this command can't do without; SettingsMissing."""
        value = getattr(self, name)
        if value is None:
            raise SettingsMissing((f"PLINTH_{name.upper()}",))
        found: Path = value
        return found.absolute()

    def named(self, *names: str) -> tuple[str, ...]:
        """Return texts that this command can't do without; SettingsMissing names all missing."""
        missing = [name for name in names if not getattr(self, name)]
        if missing:
            raise SettingsMissing(
                tuple(VARIABLES.get(name, f"PLINTH_{name.upper()}") for name in missing)
            )
        return tuple(str(getattr(self, name)) for name in names)


class Settings(TargetSettings):
    """Paths of a checkout and its state, from PLINTH_ROOT and PLINTH_STATE, or told one by one."""

    root: Path
    model_store: Path
    public_key: Path
    gate_key: Path
    gate_signers: Path
    reproduction_signers: Path
    evidence: Path
    policies: Path
    releases: Path
    jobs: int = -1
    """Processes that look at photos, as joblib counts them: -1 is one a core."""

    # What only the loop needs: a person who judges a candidate by hand has none of it.
    audit: Path | None = None
    audit_head: Path | None = None
    reproduction_key: Path | None = None
    signing_key: Path | None = None
    terraform: Path | None = None
    tracking_uri: str | None = None
    photos: Path | None = None
    training: Path | None = None
    """Where trainings keep their files, on the machine that trains."""
    handover: Path | None = None
    """Where candidates are handed over: whoever trains writes there, and nobody believes it."""
    box: Path | None = None
    forge_url: str | None = None
    forge_repository: str | None = None
    forge_token: SecretStr | None = None
    # What only the AWS target needs.
    target: Literal["local", "aws"] = "local"
    aws_account: str | None = None
    state_bucket: str | None = None
    expected_drift: Path | None = None
    """Paths that an emulator makes differ after every apply; used with an emulator alone."""
    patience: Annotated[int, Field(ge=1, le=3600)] = 900
    """Seconds that a rollout may take."""
    run: str = "by hand"
    """What started this command, for the audit log: the number of a run."""
    actor: str = "unknown"
    """Who, likewise: the person that a runner acts for."""
    step_output: Annotated[Path | None, Field(validation_alias="GITHUB_OUTPUT")] = None
    step_summary: Annotated[Path | None, Field(validation_alias="GITHUB_STEP_SUMMARY")] = None

    @property
    def hidden(self) -> tuple[Path, ...]:
        """What code that nobody approves must not reach: keys, logs, stores, what is deployed."""
        paths = (
            *(self.gate_key, self.deploy_key, self.reproduction_key, self.audit, self.audit_head),
            *(self.evidence, self.model_store, self.terraform, self.host, self.images, self.box),
            *(self.handover, self.keeper),
        )
        return tuple(path.absolute() for path in paths if path is not None)

    @property
    def secrets(self) -> tuple[Path, ...]:
        """What a machine of training's own must not have: keys, the audit log, the model store."""
        paths = (
            *(self.gate_key, self.deploy_key, self.reproduction_key, self.signing_key),
            *(self.audit, self.audit_head, self.model_store, self.keeper),
        )
        return tuple(path.absolute() for path in paths if path is not None)


def is_this_machine(url: str) -> bool:
    """Whether an address is localhost or a loopback one."""
    host = urlsplit(url).hostname
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def read_settings() -> Settings:
    """Read the settings; SettingsMissing names every variable that is missing."""
    try:
        return Settings()
    except ValidationError as exc:
        names = (f"PLINTH_{str(error['loc'][0]).upper()}" for error in exc.errors())
        raise SettingsMissing(tuple(names)) from exc


def read_target_settings() -> TargetSettings:
    """Read the settings of targets; SettingsMissing names every variable that is unusable."""
    try:
        return TargetSettings()
    except ValidationError as exc:
        names = (f"PLINTH_{str(error['loc'][0]).upper()}" for error in exc.errors())
        raise SettingsMissing(tuple(names)) from exc


def child_environment(**extra: str) -> dict[str, str]:
    """Return this process's environment with some variables set, for a process it starts."""
    return {**os.environ, **extra}  # noqa: TID251 - this is settings.py


def tool_environment() -> dict[str, str]:
    """Return this process's environment for a tool that it starts, without git's own variables.

    Those are set while a hook runs, and would lead git to another repository.
    """
    return {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - this is settings.py
        if not name.startswith("GIT_")
    }


def training_variables() -> dict[str, str]:
    """Return the variables that training's commands may have: each place by itself, no folder."""
    return placed_variables(os.environ, TRAINING)  # noqa: TID251 - this is settings.py


def environment_without_token() -> dict[str, str]:
    """Return this process's environment for a room of ours that has no use for the forge."""
    kept = {**os.environ}  # noqa: TID251 - this is settings.py
    kept.pop("PLINTH_FORGE_TOKEN", None)
    return kept
