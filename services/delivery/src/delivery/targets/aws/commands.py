"""`delivery aws ...` and `delivery image ...`: the AWS target and its images, by hand."""

import re
from pathlib import Path
from typing import Annotated

import typer

from artifacts.command_line import digest_argument
from artifacts.records.release import Environment, Payload
from artifacts.refusal import Refusal
from artifacts.text import plain
from delivery.settings import read_target_settings
from delivery.targets.aws.aws_clients import WrongAccount
from delivery.targets.aws.images.contents import RECIPE_OF, Base, Service, Undecided
from delivery.targets.aws.rollout import Failed, Wanted
from delivery.targets.aws.wiring import (
    run_base,
    run_build,
    run_build_service,
    run_identify,
    run_observe,
    run_push,
    run_scan,
    run_settle,
    run_show,
    run_token,
)

REFUSED, UNDECIDED = 1, 2
_LONGEST = 4000
_MB = 1e6

app = typer.Typer()
cloud = typer.Typer(no_args_is_help=True, help="What the AWS target runs.")
app.add_typer(cloud, name="aws")
images = typer.Typer(no_args_is_help=True, help="Images of payloads and services.")
app.add_typer(images, name="image")


def _account(text: str) -> str:
    if not re.fullmatch(r"[0-9]{12}", text):
        raise typer.BadParameter(f"{plain(text)} is no account: 12 digits are")
    return text


def _key(text: str) -> str:
    """Return the digest that an image is kept under, of a payload's file or as it stands."""
    if re.fullmatch(r"sha256:[0-9a-f]{64}", text):
        return text
    if not Path(text).is_file():
        raise typer.BadParameter(f"{plain(text)} is neither a digest nor a payload's file")
    return Payload.read(Path(text)).contents


EnvironmentName = Annotated[Environment, typer.Argument(help="staging or production.")]
Key = Annotated[
    str,
    typer.Argument(
        metavar="WHICH",
        help="A payload's file, its digest without an image, or a service's code digest.",
        parser=_key,
    ),
]
Source = Annotated[Path, typer.Option(help="The git repository that has the commit.")]


def _tell(outcome: object) -> None:
    """Print what was done; end with 1 where it was refused, with 2 where nobody can tell."""
    if isinstance(outcome, Refusal | WrongAccount | Failed):
        typer.echo(f"refused: {plain(outcome.reason, _LONGEST)}", err=True)
        raise typer.Exit(REFUSED)
    if isinstance(outcome, Undecided):
        typer.echo(f"undecided: {plain(outcome.reason, _LONGEST)}", err=True)
        raise typer.Exit(UNDECIDED)
    typer.echo(str(outcome))


@cloud.command("identify")
def identify_command(
    account: Annotated[str, typer.Option(help="The account that is wanted.", parser=_account)],
    region: Annotated[str | None, typer.Option(help="Its region; AWS_REGION.")] = None,
) -> None:
    """Print who the cloud takes us for; 1 where that is another account."""
    caller = run_identify(read_target_settings(), account, region)
    _tell(caller if isinstance(caller, WrongAccount) else caller.to_json().rstrip("\n"))


@cloud.command("observe")
def observe_command(environment: EnvironmentName) -> None:
    """Print what an environment really runs, as one JSON record."""
    typer.echo(run_observe(read_target_settings(), environment).to_json(), nl=False)


@cloud.command("settle")
def settle_command(
    environment: EnvironmentName,
    image: Annotated[str, typer.Option(help="Digest of the image.", parser=digest_argument)],
    seconds: Annotated[float, typer.Option(min=0, max=7200, help="How long to wait.")] = 900,
) -> None:
    """Wait until an image is all that runs; 1 where its rollout failed, 2 where nobody can tell."""
    rollout = run_settle(read_target_settings(), Wanted(environment, image, seconds))
    verdict = rollout.verdict
    if isinstance(verdict, Failed):
        _tell(Refusal(f"{environment} does not run {image}: {verdict.reason}"))
    else:
        _tell(f"{environment} runs {image} in {verdict.tasks} tasks ({rollout.seconds:.1f} s)")


@cloud.command("token")
def token_command(
    out: Annotated[Path, typer.Option(help="File of the token; AWS_WEB_IDENTITY_TOKEN_FILE.")],
    audience: Annotated[str, typer.Option(help="Whom the token is for.")] = "sts.amazonaws.com",
) -> None:
    """Fetch the token of a GitHub workflow that a cloud role is taken with."""
    if not run_token(read_target_settings(), audience, out):
        typer.echo("a rehearsal: the emulator takes any credentials, and no token was written")
        return
    typer.echo(f"{out} holds a token for {plain(audience)}")


@images.command("base")
def base_command(
    which: Annotated[Base, typer.Argument(help="runtime, or tools: with git and ssh.")] = "runtime",
) -> None:
    """Make a base image with debootstrap, where no registry is reached; what is there stays."""
    typer.echo(run_base(read_target_settings(), which))


@images.command("build")
def build_command(
    payload: Annotated[Path, typer.Argument(help="The payload as JSON.")], source: Source
) -> None:
    """Build the image of a payload, code and model; one that is there and sound stays."""
    _tell(run_build(read_target_settings(), Payload.read(payload), source))


@images.command("build-service")
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


@images.command("push")
def push_command(key: Key) -> None:
    """Push an image that was built here to ECR; a tag that is there is never moved."""
    _tell(run_push(read_target_settings(), key))


@images.command("scan")
def scan_command(
    key: Key,
    seconds: Annotated[float, typer.Option(min=0, help="How long to wait for the scan.")] = 600,
) -> None:
    """Wait for ECR's scan of an image: 1 with a critical finding, 2 without a finished scan."""
    _tell(run_scan(read_target_settings(), key, seconds))


@images.command("show")
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
