"""Where training runs: the only place of this service that reads environment variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Locations; bin/plinth sets them for a laptop, a deployment for itself."""

    model_config = SettingsConfigDict(env_prefix="PLINTH_", frozen=True)

    root: Path
    model_store: Path
    signing_key: Path
    public_key: Path
    gate_signers: Path
    reproduction_key: Path
    reproduction_signers: Path
    vector_cache: Path
    tracking_uri: str
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
