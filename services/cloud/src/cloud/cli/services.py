"""Commands that look after services."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from artifacts.records.release import Environment
from artifacts.text import plain
from cloud.bootstrap.services import run_identify, run_observe, run_settle, run_token
from cloud.domain.identity import WrongAccount
from cloud.domain.settling import Failed
from cloud.settings import read_settings
from cloud.use_cases.settle import Wanted

REFUSED = 1
_LONGEST = 4000
_ACCOUNT_DIGITS = 12

app = typer.Typer()


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


@app.command("identify")
def identify_command(
    account: Annotated[str, typer.Option(help="The account that is wanted.", parser=_account)],
    region: Annotated[str | None, typer.Option(help="Its region; AWS_REGION.")] = None,
) -> None:
    """Print who the cloud takes us for; 1 where that is another account."""
    caller = run_identify(read_settings(), account, region)
    if isinstance(caller, WrongAccount):
        _refuse(caller.reason)
    typer.echo(caller.to_json(), nl=False)


@app.command("observe")
def observe_command(environment: EnvironmentName) -> None:
    """Print what an environment really runs, as one JSON record."""
    typer.echo(run_observe(read_settings(), environment).to_json(), nl=False)


@app.command("settle")
def settle_command(
    environment: EnvironmentName,
    image: Annotated[str, typer.Option(help="Digest of the image.", parser=_digest)],
    seconds: Annotated[float, typer.Option(min=0, max=7200, help="How long to wait.")] = 900,
) -> None:
    """Wait until an image is all that runs; 1 where its rollout failed, 2 where nobody can tell."""
    rollout = run_settle(read_settings(), Wanted(environment, image, seconds))
    if isinstance(rollout.verdict, Failed):
        _refuse(f"{environment} does not run {image}: {rollout.verdict.reason}")
    typer.echo(
        f"{environment} runs {image} in {rollout.verdict.tasks} tasks ({rollout.seconds:.1f} s)"
    )


@app.command("token")
def token_command(
    out: Annotated[Path, typer.Option(help="File of the token; AWS_WEB_IDENTITY_TOKEN_FILE.")],
    audience: Annotated[str, typer.Option(help="Whom the token is for.")] = "sts.amazonaws.com",
) -> None:
    """Fetch the token of a GitHub workflow that a cloud role is taken with."""
    if not run_token(read_settings(), audience, out):
        typer.echo("a rehearsal: the emulator takes any credentials, and no token was written")
        return
    typer.echo(f"{out} holds a token for {plain(audience)}")


def _refuse(reason: str) -> NoReturn:
    typer.echo(f"refused: {plain(reason, _LONGEST)}", err=True)
    raise typer.Exit(REFUSED)
