"""Where training runs: the only place of this service that reads environment variables."""

import os
import re
from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from artifacts.places import Placed
from training.errors import BadSettings

_SCHEDULER = re.compile(r"(tcp|tls)://[A-Za-z0-9.\-\[\]:]+:\d{1,5}")


def keep_to_itself() -> None:
    """Have MLflow, which tells its makers of each use, tell nobody; call it before the import."""
    os.environ["DO_NOT_TRACK"] = "true"  # noqa: TID251 - set here, where others are read


class Settings(Placed, BaseSettings):
    """Locations: below the folder of state and the checkout, or told one by one."""

    model_config = SettingsConfigDict(env_prefix="PLINTH_", frozen=True)

    root: Path
    state: Path | None = None
    model_store: Path
    signing_key: Path
    public_key: Path
    gate_signers: Path
    reproduction_key: Path
    reproduction_signers: Path
    keeper: str = ""
    """The socket of the keeper that holds the key of reproductions; empty: it is a file here."""
    vector_cache: Path
    tracking_uri: str
    """Where runs and versions are kept; empty: stages keep no run (`training record-run` does)."""
    tracking_artifacts: Path
    environment_lock: Path
    search_path: str = Field(validation_alias="PATH")
    """Where commands are looked for; the stages of the pipeline find this service's own first."""
    photos: Path | None = None
    """The photo store that runners share; none: photos lie in the dataset alone."""
    dvc_cache: Path | None = None
    """DVC's cache, where work folders share one."""
    jobs: int = -1
    """Parallel jobs, as joblib counts them: -1 is one a core."""
    dask_scheduler: str | None = None
    """Address of the Dask cluster that featurizes and trains; none: this machine does."""
    dask_authority: Path | None = None
    """Certificate of the authority that a tls:// cluster's parties are known by, PEM."""
    dask_certificate: Path | None = None
    """This process's own certificate, PEM."""
    dask_key: Path | None = None
    """The key of that certificate, PEM."""

    @field_validator("dask_scheduler")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        """Take an empty address for none, and refuse what Dask would guess about."""
        if value and not _SCHEDULER.fullmatch(value):
            raise ValueError(f"{value!r} is not tcp://HOST:PORT or tls://HOST:PORT")
        return value or None


def read_settings(scheduler: str | None = None) -> Settings:
    """Return the settings of this process's environment; `scheduler` replaces the cluster's.

    BadSettings names every variable that is missing or wrong.
    """
    try:
        return Settings() if scheduler is None else Settings(dask_scheduler=scheduler)
    except ValidationError as exc:
        problems = (f"PLINTH_{str(e['loc'][0]).upper()}: {e['msg']}" for e in exc.errors())
        raise BadSettings(tuple(problems)) from exc
