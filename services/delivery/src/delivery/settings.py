"""Where this process runs: the only place that reads environment variables."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError
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

    # What only the loop needs: a person who judges a candidate by hand has none of it.
    audit: Path | None = None
    audit_head: Path | None = None
    deploy_key: Path | None = None
    deploy_signers: Path | None = None
    terraform: Path | None = None
    host: Path | None = None
    tracking_uri: str | None = None
    photos: Path | None = None
    box: Path | None = None
    forge_url: str | None = None
    forge_repository: str | None = None
    forge_token: SecretStr | None = None
    run: str = "by hand"
    """What started this command, for the audit log: the number of a run."""
    actor: str = "unknown"
    """Who, likewise: the person that a runner acts for."""
    die_after: str = ""
    """A test kills a deploy right after the step of this name."""
    step_output: Annotated[Path | None, Field(validation_alias="GITHUB_OUTPUT")] = None
    step_summary: Annotated[Path | None, Field(validation_alias="GITHUB_STEP_SUMMARY")] = None

    def needed(self, name: str) -> Path:
        """Return a path that this command can't do without; SettingsMissing."""
        value = getattr(self, name)
        if value is None:
            raise SettingsMissing((f"PLINTH_{name.upper()}",))
        found: Path = value
        return found


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
