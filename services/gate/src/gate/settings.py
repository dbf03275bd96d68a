"""Where this process runs: the only place that reads environment variables."""

import os
from pathlib import Path
from typing import Annotated, Final

from pydantic import BeforeValidator, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from artifacts.places import Placed, placed_variables
from gate.errors import SettingsMissing

DOORS: Final = (
    *("PLINTH_ROOT", "PLINTH_ENVIRONMENTS", "PLINTH_PUBLIC_KEY", "PATH", "LANG", "LC_ALL", "TZ"),
    *("TERM", "NO_COLOR", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"),
    *("PLINTH_ENVIRONMENT_LOCK", "PLINTH_JOBS", "PLINTH_SIGNING_KEY", "PLINTH_GATE_SIGNERS"),
    *("PLINTH_REPRODUCTION_KEY", "PLINTH_REPRODUCTION_SIGNERS", "PLINTH_MODEL_STORE"),
    *("PLINTH_PHOTOS", "PLINTH_VECTOR_CACHE", "PLINTH_TRACKING_ARTIFACTS"),
)
"""The variables that parity's doors get, code of training and inference: where things lie."""


class Settings(Placed, BaseSettings):
    """Paths of a checkout and its state, from PLINTH_ROOT and PLINTH_STATE, or told one by one."""

    model_config = SettingsConfigDict(env_prefix="PLINTH_", frozen=True, extra="ignore")

    root: Path
    state: Path | None = None
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
    keeper: Annotated[Path | None, BeforeValidator(lambda text: text or None)] = None
    """The socket of the keeper, a process of another user that holds keys and log. Without one
    they are files of this user."""

    # What a model that is measured, and code of training and inference, must not reach.
    deploy_key: Path | None = None
    reproduction_key: Path | None = None
    audit: Path | None = None
    audit_head: Path | None = None
    terraform: Path | None = None
    host: Path | None = None
    images: Path | None = None
    box: Path | None = None
    handover: Path | None = None

    @property
    def signing(self) -> tuple[Path, ...]:
        """What a model that is measured must not reach: keys, and who signs."""
        paths = (self.gate_key, self.deploy_key, self.keeper)
        return tuple(path for path in paths if path is not None)

    @property
    def hidden(self) -> tuple[Path, ...]:
        """What code that nobody approves must not reach: keys, logs, stores, what is deployed."""
        paths = (
            *(self.gate_key, self.deploy_key, self.reproduction_key, self.audit, self.audit_head),
            *(self.evidence, self.model_store, self.terraform, self.host, self.images, self.box),
            *(self.handover, self.keeper),
        )
        return tuple(path.absolute() for path in paths if path is not None)


def read_settings() -> Settings:
    """Read the settings; SettingsMissing names every variable that is missing."""
    try:
        return Settings()
    except ValidationError as exc:
        names = (f"PLINTH_{str(error['loc'][0]).upper()}" for error in exc.errors())
        raise SettingsMissing(tuple(names)) from exc


def door_variables() -> dict[str, str]:
    """Return the variables that the code behind parity's doors may have: no folder of state."""
    return placed_variables(os.environ, DOORS)  # noqa: TID251 - this is settings.py
