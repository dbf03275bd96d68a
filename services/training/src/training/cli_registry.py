"""The command that brings MLflow's database to the form of this MLflow."""

import typer

from training.wiring import Bootstrap


def upgrade_registry() -> None:
    """Bring the registry's database to this MLflow's form; a backup stays beside it."""
    backup = Bootstrap.of().tracking.upgrade()
    if backup is None:
        typer.echo("nothing to upgrade: this MLflow wrote the registry, or there is none yet")
    else:
        typer.echo(f"upgraded; the registry as it was is in {backup}")
