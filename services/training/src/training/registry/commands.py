"""Commands about runs, versions and aliases in the registry."""

import dataclasses
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from artifacts.folder import open_artifact
from artifacts.records.inputs import Registered
from artifacts.signatures import KeyVerifier
from artifacts.ssh_keygen import SshVerifier
from artifacts.store import FolderModelStore
from training.options import WorkOption
from training.registry.mlflow_tracking import keep_run, tracking_of
from training.registry.mlflow_tracking import point_aliases as point_on_orders
from training.registry.register import register as register_candidate
from training.settings import read_settings
from training.work.work_folder import WorkFolder

REFUSED: Final = 1
app = typer.Typer()


@app.command()
def record_run(
    work: WorkOption = Path(),
    candidate: Annotated[Path | None, typer.Option(help="default: the work folder's")] = None,
) -> None:
    """Keep the run of a candidate, where its stages could keep none themselves."""
    settings, files = read_settings(), WorkFolder(work)
    verifier = KeyVerifier(settings.public_key)
    keep_run(settings, files, open_artifact(candidate or files.candidate, verifier).digest)


@app.command()
def register(
    candidate: Path,
    gate_report: Annotated[Path, typer.Option(help="the gate's signed report on this candidate")],
    out: Annotated[Path | None, typer.Option(help="where the version goes, as JSON")] = None,
) -> None:
    """Give a candidate that the gate allowed and `delivery register` keeps a version."""
    settings = read_settings()
    verifier = KeyVerifier(settings.public_key)
    gate = SshVerifier(settings.gate_signers, "gate", "plinth-gate-report")
    store = FolderModelStore(settings.model_store, verifier)
    now = datetime.now(UTC)  # noqa: TID251 - the clock that others are given
    done = register_candidate(
        candidate, gate_report, verifier, gate, store, tracking_of(settings), now
    )
    if done.version is None:
        typer.echo(f"refused: {done.refusal}, so {done.digest} is not registered", err=True)
        raise typer.Exit(REFUSED)
    if out is not None:
        Registered(model=done.model, artifact=done.digest, version=done.version).write(out)
    typer.echo(f"version {done.version} is {done.digest}")


@app.command()
def aliases(model: str) -> None:
    """Print, as JSON, where each alias of a registered model points."""
    points = tracking_of(read_settings()).aliases(model)
    typer.echo(json.dumps([dataclasses.asdict(point) for point in points]))


@app.command()
def point_alias(
    model: str,
    alias: str,
    version: Annotated[int | None, typer.Argument(min=1)] = None,
    remove: Annotated[bool, typer.Option("--remove", help="point it at nothing")] = False,
) -> None:
    """Move an alias by hand. The next deploy puts it back to where git has it."""
    if remove == (version is not None):
        raise typer.BadParameter("give a VERSION, or --remove")
    tracking_of(read_settings()).point_alias(model, alias, version)


@app.command()
def point_aliases() -> None:
    """Move aliases by orders on standard input: {"model", "alias", "version" or null} a line."""
    tracking = tracking_of(read_settings())
    tracking.aliases("none")  # what takes seconds is the first word: get it over before the orders
    typer.echo(f"{point_on_orders(sys.stdin, tracking)} aliases moved")


@app.command()
def upgrade_registry() -> None:
    """Bring the registry's database to this MLflow's form; a backup stays beside it."""
    backup = tracking_of(read_settings()).upgrade()
    if backup is None:
        typer.echo("nothing to upgrade: this MLflow wrote the registry, or there is none yet")
    else:
        typer.echo(f"upgraded; the registry as it was is in {backup}")
