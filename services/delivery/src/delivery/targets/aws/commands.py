"""`delivery aws ...`: who we are there, what runs, whether a rollout has settled, a token."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from artifacts.records.release import Environment
from artifacts.text import plain
from delivery.settings import read_target_settings
from delivery.targets.aws.identity import WrongAccount
from delivery.targets.aws.settle import Wanted
from delivery.targets.aws.settling import Failed
from delivery.targets.aws.wiring import run_identify, run_observe, run_settle, run_token

REFUSED = 1
_LONGEST = 4000
_ACCOUNT_DIGITS = 12

app = typer.Typer()
group = typer.Typer(no_args_is_help=True, help="What the AWS target runs.")
app.add_typer(group, name="aws")


def _digest(text: str) -> str:
    digits = text.removeprefix("sha256:")
    if len(digits) != 64 or not set(digits) <= set("0123456789abcdef"):  # noqa: PLR2004
        raise typer.BadParameter(f"{plain(text)} is no digest: sha256: and 64 digits are")
    return f"sha256:{digits}"


def _account(text: str) -> str:
    if len(text) != _ACCOUNT_DIGITS or not set(text) <= set("0123456789"):
        raise typer.BadParameter(f"{plain(text)} is no account: {_ACCOUNT_DIGITS} digits are")
    return text


EnvironmentName = Annotated[Environment, typer.Argument(help="staging or production.")]


@group.command("identify")
def identify_command(
    account: Annotated[str, typer.Option(help="The account that is wanted.", parser=_account)],
    region: Annotated[str | None, typer.Option(help="Its region; AWS_REGION.")] = None,
) -> None:
    """Print who the cloud takes us for; 1 where that is another account."""
    caller = run_identify(read_target_settings(), account, region)
    if isinstance(caller, WrongAccount):
        _refuse(caller.reason)
    typer.echo(caller.to_json(), nl=False)


@group.command("observe")
def observe_command(environment: EnvironmentName) -> None:
    """Print what an environment really runs, as one JSON record."""
    typer.echo(run_observe(read_target_settings(), environment).to_json(), nl=False)


@group.command("settle")
def settle_command(
    environment: EnvironmentName,
    image: Annotated[str, typer.Option(help="Digest of the image.", parser=_digest)],
    seconds: Annotated[float, typer.Option(min=0, max=7200, help="How long to wait.")] = 900,
) -> None:
    """Wait until an image is all that runs; 1 where its rollout failed, 2 where nobody can tell."""
    rollout = run_settle(read_target_settings(), Wanted(environment, image, seconds))
    if isinstance(rollout.verdict, Failed):
        _refuse(f"{environment} does not run {image}: {rollout.verdict.reason}")
    typer.echo(
        f"{environment} runs {image} in {rollout.verdict.tasks} tasks ({rollout.seconds:.1f} s)"
    )


@group.command("token")
def token_command(
    out: Annotated[Path, typer.Option(help="File of the token; AWS_WEB_IDENTITY_TOKEN_FILE.")],
    audience: Annotated[str, typer.Option(help="Whom the token is for.")] = "sts.amazonaws.com",
) -> None:
    """Fetch the token of a GitHub workflow that a cloud role is taken with."""
    if not run_token(read_target_settings(), audience, out):
        typer.echo("a rehearsal: the emulator takes any credentials, and no token was written")
        return
    typer.echo(f"{out} holds a token for {plain(audience)}")


def _refuse(reason: str) -> NoReturn:
    typer.echo(f"refused: {plain(reason, _LONGEST)}", err=True)
    raise typer.Exit(REFUSED)
