"""The command line. Exit codes: 0 allowed or done, 1 refused, 2 undecided, 3 no improvement."""

import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer

from artifacts.records.gate import Decision, GateReport
from delivery.bootstrap import make_gate, make_parity, make_propose, make_report, photo_files
from delivery.domain.proposal import Refusal
from delivery.domain.tables import gate_lines, parity_lines
from delivery.domain.text import plain
from delivery.settings import read_settings

DONE, REFUSED, BREAKDOWN = 0, 1, 2
EXIT_CODES: Final[Mapping[Decision, int]] = MappingProxyType(
    {"allowed": DONE, "refused": REFUSED, "undecided": BREAKDOWN, "no_improvement": 3}
)
COLOURS: Final = MappingProxyType(
    {"passed": "green", "failed": "red", "insufficient": "yellow", "missing": "yellow"}
)

app = typer.Typer(
    help="Judges candidates and proposes releases.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class EnvironmentName(StrEnum):
    """The environments that there are."""

    STAGING = "staging"
    PRODUCTION = "production"


Candidate = Annotated[Path, typer.Argument(help="Folder of a signed model artifact.")]
Environment = Annotated[EnvironmentName, typer.Option(help="Whose champion or release.")]


@app.command()
def gate(
    candidate: Candidate,
    dataset: Annotated[Path, typer.Option(help="Folder with manifest.csv and photos/.")],
    environment: Environment = EnvironmentName.STAGING,
    out: Annotated[Path | None, typer.Option(help="Where the gate report goes, as JSON.")] = None,
) -> None:
    """Score a candidate and its champion anew, and judge by the model's policy."""
    report = make_gate(read_settings(), dataset).decide(candidate, environment.value)
    for line in gate_lines(report):
        typer.echo(_coloured(line))
    if out:
        report.write(out)
    raise typer.Exit(EXIT_CODES[report.decision])


@app.command()
def propose(
    report: Annotated[Path, typer.Argument(help="Gate report that allows a candidate.")],
    version: Annotated[int, typer.Option(min=1, help="The model's version in the registry.")],
    environment: Environment = EnvironmentName.STAGING,
) -> None:
    """Write an allowed candidate into an environment's release."""
    outcome = make_propose(read_settings())(GateReport.read(report), version, environment.value)
    if isinstance(outcome, Refusal):
        typer.echo(f"refused: {plain(outcome.reason, 2000)}", err=True)
        raise typer.Exit(REFUSED)
    typer.echo(f"{outcome.path}: {outcome.model} {version} is {outcome.digest}")
    typer.echo(f"payload {outcome.payload}")


@app.command(name="report")
def write_report(
    candidate: Candidate,
    gate_report: Annotated[Path | None, typer.Option(help="What the gate said.")] = None,
    dataset: Annotated[Path | None, typer.Option(help="Score its holdout for the page.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the Markdown goes.")] = None,
) -> None:
    """Write the page that a reviewer reads."""
    page = make_report(read_settings(), dataset)(candidate, gate_report)
    if out is None:
        typer.echo(page, nl=False)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page, encoding="utf-8")


@app.command()
def parity(
    paths: Annotated[list[Path], typer.Argument(help="Photos, or folders of them.")],
    model: Annotated[Path, typer.Option(help="Folder of a signed model artifact.")],
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many photos.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the report goes, as JSON.")] = None,
) -> None:
    """Send the same photos through training, batch and live service, and compare."""
    report = make_parity(read_settings(), model)(photo_files(paths, limit), model)
    for line in parity_lines(report):
        typer.echo(line)
    if out:
        report.write(out)
    raise typer.Exit(DONE if report.equal else REFUSED)


def main() -> None:
    """Run a command; whatever breaks it is told in one paragraph, and ends with 2."""
    try:
        app()
    except Exception as exc:  # noqa: BLE001 - a traceback would end with 1, which means refused
        typer.echo(f"delivery: {type(exc).__name__}: {plain(exc, 2000)}", err=True)
        sys.exit(BREAKDOWN)


def _coloured(line: str) -> str:
    """Colour a rule's line by its outcome; typer takes colours out where no terminal reads."""
    words = line.split()
    colour = next((COLOURS[word] for word in words[1:2] if word in COLOURS), None)
    return typer.style(line, fg=colour) if colour else line
