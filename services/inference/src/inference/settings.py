"""Where this process runs: the only place that reads environment variables."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from artifacts.digests import Digest
from artifacts.places import Placed
from artifacts.records.release import Environment
from features import FILE_LIMIT_BYTES, MEMORY_LIMIT_BYTES
from inference.errors import SettingsInvalid

PREFIX = "PLINTH_"


def _cores() -> int:
    # macOS doesn't say which of its cores a process may use.
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


class Settings(Placed, BaseSettings):
    """Settings of the service and of the batch command.

    Attributes:
        state: folder of state; `public_key` lies there unless it is told.
        public_key: PEM file of the key that verifies models.
        api_keys: accepted keys, separated by commas; only the service needs any.
        threads: photos that are worked on at a time; one a core unless set.
        max_waiting: predictions that may wait for a thread; one more is answered 503.
        body_limit_bytes: largest photo, in a request and in a batch.
        bodies_limit_bytes: bodies of requests held at a time; one more is answered 503.
        decoding_limit_bytes: memory that is decoded in at a time; a photo waits for its part.
        body_timeout_seconds: time within which a body must have arrived.
        drain_seconds: time between "not ready" and the end of listening, for balancers to see.
        code_digest: digest of the built service, where the deployment knows it.
        code_commit: commit that it was built from, likewise.
        environment: the environment that this process was deployed to.
        payload: digest of the payload that was deployed there.
        predictions: folder of the prediction log; none is written without.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    state: Path | None = None
    public_key: Path
    api_keys: SecretStr = SecretStr("")
    threads: Annotated[int, Field(ge=1, le=256)] = Field(default_factory=_cores)
    max_waiting: Annotated[int, Field(ge=0, le=10_000)] = 32
    body_limit_bytes: Annotated[int, Field(ge=1024, le=FILE_LIMIT_BYTES)] = FILE_LIMIT_BYTES
    bodies_limit_bytes: Annotated[int, Field(ge=2 * FILE_LIMIT_BYTES, le=1 << 36)] = 200_000_000
    decoding_limit_bytes: Annotated[int, Field(ge=MEMORY_LIMIT_BYTES, le=1 << 36)] = 800_000_000
    body_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0
    drain_seconds: Annotated[float, Field(ge=0, le=600)] = 0.5
    code_digest: Digest | None = None
    code_commit: str | None = None
    environment: Environment | None = None
    payload: Digest | None = None
    predictions: Path | None = None

    @field_validator("api_keys")
    @classmethod
    def _plain_keys(cls, keys: SecretStr) -> SecretStr:
        text = keys.get_secret_value()
        # A header carries neither, so such a key could never be presented.
        if not text.isascii() or not text.isprintable():
            raise ValueError("keys are of printable ASCII characters")
        return keys

    @property
    def key_list(self) -> tuple[str, ...]:
        """The accepted keys, one by one."""
        keys = (key.strip() for key in self.api_keys.get_secret_value().split(","))
        return tuple(key for key in keys if key)


def read_settings() -> Settings:
    """Read the settings from the environment; SettingsInvalid names every problem at once."""
    try:
        return Settings()
    except ValidationError as exc:
        # The message alone: an error's input may be a secret.
        raise SettingsInvalid(
            tuple(
                f"{PREFIX}{'.'.join(str(part) for part in error['loc']).upper()}: {error['msg']}"
                for error in exc.errors(include_input=False, include_context=False)
            )
        ) from None
