"""`delivery image ...`: build images, and bring them to the registry."""

import re
from pathlib import Path
from typing import Annotated

import typer

from artifacts.records.release import Payload
from artifacts.refusal import Refusal
from artifacts.text import plain
from delivery.settings import read_target_settings
from delivery.targets.aws.images.contents import RECIPE_OF, Base, Clean, Service, Undecided
from delivery.targets.aws.images.ecr_registry import Pushed
from delivery.targets.aws.images.make_image import Built
from delivery.targets.aws.images.wiring import (
    run_base,
    run_build,
    run_build_service,
    run_push,
    run_scan,
    run_show,
)

REFUSED, UNDECIDED = 1, 2
_LONGEST = 4000
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MB = 1e6

app = typer.Typer()
group = typer.Typer(no_args_is_help=True, help="Images of payloads and services.")
app.add_typer(group, name="image")


def _key(text: str) -> str:
    """Return the digest that an image is kept under, of a payload's file or as it stands."""
    if _DIGEST.fullmatch(text):
        return text
    if not Path(text).is_file():
        raise typer.BadParameter(f"{plain(text)} is neither a digest nor a payload's file")
    return Payload.read(Path(text)).contents


Key = Annotated[
    str,
    typer.Argument(
        metavar="WHICH",
        help="A payload's file, its digest without an image, or a service's code digest.",
        parser=_key,
    ),
]
Source = Annotated[Path, typer.Option(help="The git repository that has the commit.")]


@group.command("base")
def base_command(
    which: Annotated[Base, typer.Argument(help="runtime, or tools: with git and ssh.")] = "runtime",
) -> None:
    """Make a base image with debootstrap, where no registry is reached; what is there stays."""
    typer.echo(run_base(read_target_settings(), which))


@group.command("build")
def build_command(
    payload: Annotated[Path, typer.Argument(help="The payload as JSON.")], source: Source
) -> None:
    """Build the image of a payload, code and model; one that is there and sound stays."""
    _tell(run_build(read_target_settings(), Payload.read(payload), source))


@group.command("build-service")
def build_service_command(
    service: Annotated[Service, typer.Argument(help="training or delivery.")],
    source: Source,
    commit: Annotated[str, typer.Option(help="40 hexadecimal digits.")],
) -> None:
    """Build the image of a service that no payload names."""
    if service not in RECIPE_OF.keys() - {"inference"}:
        raise typer.BadParameter("inference is built of a payload: `delivery image build`")
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        raise typer.BadParameter(f"{plain(commit)} is no commit: 40 hexadecimal digits are")
    _tell(run_build_service(read_target_settings(), service, commit, source))


@group.command("push")
def push_command(key: Key) -> None:
    """Push an image that was built here to ECR; a tag that is there is never moved."""
    _tell(run_push(read_target_settings(), key))


@group.command("scan")
def scan_command(
    key: Key,
    seconds: Annotated[float, typer.Option(min=0, help="How long to wait for the scan.")] = 600,
) -> None:
    """Wait for ECR's scan of an image: 1 with a critical finding, 2 without a finished scan."""
    _tell(run_scan(read_target_settings(), key, seconds))


@group.command("show")
def show_command(
    key: Key,
    layers: Annotated[bool, typer.Option("--layers", help="Sizes, and no record.")] = False,
) -> None:
    """Print the signed record of an image as JSON, after every byte of it was checked."""
    record, found = run_show(read_target_settings(), key)
    if not layers:
        typer.echo(record.to_json(), nl=False)
        return
    for layer in found:
        sizes = f"{layer.stored / _MB:8.1f} MB stored {layer.unpacked / _MB:8.1f} MB unpacked"
        typer.echo(f"{layer.digest} {sizes}")


def _tell(outcome: Built | Pushed | Clean | Refusal | Undecided) -> None:
    """Print what was done; end with 1 where it was refused, with 2 where nobody can tell."""
    if isinstance(outcome, Refusal | Undecided):
        refused = isinstance(outcome, Refusal)
        end = "refused" if refused else "undecided"
        typer.echo(f"{end}: {plain(outcome.reason, _LONGEST)}", err=True)
        raise typer.Exit(REFUSED if refused else UNDECIDED)
    typer.echo(str(outcome))
