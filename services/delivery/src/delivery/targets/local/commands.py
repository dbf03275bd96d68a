"""`delivery local ...`: what people need of the machine that runs payloads."""

from pathlib import Path
from typing import Annotated

import typer

from artifacts.command_line import digest_argument
from artifacts.records.release import Environment, Payload
from artifacts.text import plain
from delivery.settings import read_target_settings
from delivery.targets.local.local_target import (
    run_install,
    run_observe,
    run_prune,
    run_stop,
    run_swap,
    run_want,
)
from delivery.targets.local.payloads import Refused
from delivery.targets.local.swap import Superseded

REFUSED = 1
_LONGEST = 4000

app = typer.Typer()
group = typer.Typer(no_args_is_help=True, help="What this machine runs, as the local target.")
app.add_typer(group, name="local")


EnvironmentName = Annotated[Environment, typer.Argument(help="staging or production.")]
PayloadDigest = Annotated[
    str, typer.Argument(help="Digest of an installed payload.", parser=digest_argument)
]


@group.command()
def install(
    payload: Annotated[Path, typer.Argument(help="The payload, a JSON file.")],
    source: Annotated[Path, typer.Option(help="Git repository that has the payload's commit.")],
    models: Annotated[Path | None, typer.Option(help="Model store; PLINTH_MODEL_STORE.")] = None,
    public_key: Annotated[
        Path | None, typer.Option(help="Key that verifies models; PLINTH_PUBLIC_KEY.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Hash again every byte that is there.")
    ] = False,
) -> None:
    """Bring a payload's code and model here, checked; what is there already stays."""
    outcome = run_install(
        read_target_settings(), Payload.read(payload), source, models, public_key, every_byte=verify
    )
    if isinstance(outcome, Refused):
        typer.echo(f"refused: {plain(outcome.reason, _LONGEST)}", err=True)
        raise typer.Exit(REFUSED)
    for difference in outcome.damaged:
        typer.echo(f"was damaged, and is built anew: {plain(difference)}", err=True)
    built = f"installed ({', '.join(outcome.built)})" if outcome.built else "is installed"
    typer.echo(f"{outcome.payload} {built}")


@group.command()
def want(environment: EnvironmentName, payload: PayloadDigest) -> None:
    """Write down which payload an environment should run: a `run` of another one does nothing."""
    run_want(read_target_settings(), environment, payload)


@group.command()
def run(
    environment: EnvironmentName,
    payload: PayloadDigest,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="0: as last time, or a free one.")
    ] = 0,
    warm: Annotated[
        str | None,
        typer.Option(
            help="A payload to keep started beside it, not answering.", parser=digest_argument
        ),
    ] = None,
) -> None:
    """Make an environment serve a payload, without losing a request."""
    outcome = run_swap(read_target_settings(), environment, payload, port, warm=warm)
    if isinstance(outcome, Superseded):
        typer.echo(f"superseded: {environment} wants {outcome.wanted} by now")
        return
    done = "answers already" if outcome.was_there else "answers"
    typer.echo(
        f"{environment} {done} with {outcome.payload} at http://127.0.0.1:{outcome.port} "
        f"({outcome.seconds:.2f} s)"
    )
    if warm:
        typer.echo(f"{warm} waits" if outcome.warm else f"{warm} isn't kept warm: {outcome.cold}")


@group.command()
def stop(environment: EnvironmentName) -> None:
    """End everything of an environment: services, process manager, and the holder of the port."""
    count = run_stop(read_target_settings(), environment)
    typer.echo(f"{environment}: {count} processes ended")


@group.command()
def observe(environment: EnvironmentName) -> None:
    """Print what an environment really runs, as one JSON record."""
    typer.echo(run_observe(read_target_settings(), environment).to_json(), nl=False)


@group.command()
def prune(
    more: Annotated[list[str] | None, typer.Argument(help="More payloads to keep.")] = None,
    keep: Annotated[list[str] | None, typer.Option(help="A payload to keep besides.")] = None,
) -> None:
    """Remove payloads, code, models and logs that no environment runs, ran last, or wants."""
    kept = [digest_argument(digest) for digest in (*(keep or ()), *(more or ()))]
    for name in run_prune(read_target_settings(), kept):
        typer.echo(f"removed {name}")
