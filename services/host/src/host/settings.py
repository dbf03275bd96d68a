"""Where this process runs: the only place that reads environment variables."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from host.errors import SettingsMissing

PREFIX = "PLINTH_"


class Settings(BaseSettings):
    """Settings of the host.

    Attributes:
        host: folder of the host: payloads, code, models and a folder an environment.
        model_store: folder of the model store, unless a command names another.
        public_key: PEM of the key that verifies models, likewise.
        uv: the uv that builds environments; needed by `install` alone.
        host_die_after: a test kills `run` right after the step of this name.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    host: Path
    model_store: Path | None = None
    public_key: Path | None = None
    uv: Path | None = None
    host_die_after: str = ""

    def needed(self, name: str) -> Path:
        """Return a path that this command can't do without; SettingsMissing."""
        value: Path | None = getattr(self, name)
        if value is None:
            raise SettingsMissing((f"{PREFIX}{name.upper()}",))
        return value.absolute()


def read_settings() -> Settings:
    """Read the settings; SettingsMissing names every variable that is missing."""
    try:
        return Settings()
    except ValidationError as exc:
        names = (f"{PREFIX}{str(error['loc'][0]).upper()}" for error in exc.errors())
        raise SettingsMissing(tuple(names)) from exc


def tool_environment() -> Mapping[str, str]:
    """Return this process's environment for a tool that it starts, without git's own variables.

    Those are set while a hook runs, and would lead git to another repository.
    """
    return {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - this is settings.py
        if not name.startswith("GIT_")
    }
