"""Where this process runs: the only place that reads environment variables."""

import os
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from delivery.errors import SettingsMissing


class Settings(BaseSettings):
    """Paths of a checkout, from PLINTH_ROOT, PLINTH_MODEL_STORE and so on; none has a default."""

    model_config = SettingsConfigDict(env_prefix="PLINTH_", frozen=True, extra="ignore")

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


def read_settings() -> Settings:
    """Read the settings; SettingsMissing names every variable that is missing."""
    try:
        return Settings()
    except ValidationError as exc:
        names = (f"PLINTH_{str(error['loc'][0]).upper()}" for error in exc.errors())
        raise SettingsMissing(tuple(names)) from exc


def child_environment(**extra: str) -> dict[str, str]:
    """Return this process's environment with some variables set, for a process it starts."""
    return {**os.environ, **extra}  # noqa: TID251 - this is settings.py
