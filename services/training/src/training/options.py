"""Options that commands of several stories have."""

from pathlib import Path
from typing import Annotated

import typer

WorkOption = Annotated[Path, typer.Option(help="the folder of dvc.yaml, data/ and build/")]
SchedulerOption = Annotated[
    str | None,
    typer.Option(help="a Dask cluster's tcp:// or tls://; default: the setting, or none"),
]
