"""Commands of the machines of a Dask cluster."""

from pathlib import Path
from typing import Annotated

import typer

from training.cluster.cluster_nodes import become_scheduler, become_workers, tls_of
from training.cluster.parallel import effective_jobs
from training.settings import read_settings

app = typer.Typer()


@app.command()
def start_scheduler(
    host: Annotated[str, typer.Option(help="where it listens; the network must be private")],
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8786,
) -> None:
    """Become the scheduler of a Dask cluster; tls:// where the settings name certificates."""
    become_scheduler(host, port, tls_of(read_settings()))


@app.command()
def start_workers(scheduler: str, folder: Annotated[Path, typer.Option(help="for files")]) -> None:
    """Become workers of a Dask cluster, PLINTH_JOBS of them (default: one a core)."""
    settings = read_settings(scheduler)
    count = effective_jobs(settings.jobs)
    become_workers(settings.dask_scheduler or "", count, folder.resolve(), tls_of(settings))
