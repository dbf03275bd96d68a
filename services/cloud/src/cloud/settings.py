"""Where this process runs: the only place that reads environment variables."""

import os
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from cloud.errors import NotARehearsal, SettingsMissing

PREFIX = "PLINTH_"


class Settings(BaseSettings):
    """Settings of the cloud.

    Attributes:
        images: folder of the images that were built: their signed records, SBOMs and layers.
        model_store: folder of the model store.
        public_key: PEM of the key that verifies models.
        deploy_key: SSH key that signs image records, where no keeper does.
        keeper: socket of the keeper, a process of another user that holds that key.
        deploy_signers: file of allowed signers that they are verified with.
        cloud_url: where an environment answers in a rehearsal, instead of the service's own
            address; refused where the cloud is a real one.
        region: the cloud's region. Terraform reads this variable, and boto3 another one.
        endpoint: of an emulator of the cloud; boto3 and Terraform read the same variable.
        token_url, token_secret: where GitHub issues a workflow's token, and what for.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    images: Path | None = None
    model_store: Path | None = None
    public_key: Path | None = None
    deploy_key: Path | None = None
    keeper: Annotated[Path | None, BeforeValidator(lambda text: text or None)] = None
    deploy_signers: Path | None = None
    cloud_url: str | None = None
    region: str | None = Field(default=None, validation_alias="AWS_REGION")
    endpoint: str | None = Field(default=None, validation_alias="AWS_ENDPOINT_URL")
    token_url: str | None = Field(default=None, validation_alias="ACTIONS_ID_TOKEN_REQUEST_URL")
    token_secret: SecretStr | None = Field(
        default=None, validation_alias="ACTIONS_ID_TOKEN_REQUEST_TOKEN"
    )

    @property
    def rehearsal(self) -> bool:
        """Whether the cloud is an emulator on this machine."""
        return is_this_machine(self.endpoint or "")

    @property
    def address(self) -> str | None:
        """The address that stands in for the service's own; NotARehearsal."""
        if self.cloud_url and not self.rehearsal:
            raise NotARehearsal
        return self.cloud_url or None

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


def is_this_machine(url: str) -> bool:
    """Whether an address is localhost or a loopback one."""
    host = urlsplit(url).hostname
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def tool_environment() -> Mapping[str, str]:
    """Return this process's environment for a tool that it starts, without git's own variables.

    Those are set while a hook runs, and would lead git to another repository.
    """
    return {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - this is settings.py
        if not name.startswith("GIT_")
    }
