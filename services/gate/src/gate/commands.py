"""Commands of those who judge candidates: pin, measure, decide, report."""

import json
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer

from artifacts.records.release import Environment
from artifacts.refusal import Refusal
from artifacts.ssh_keygen import create_statement_key
from artifacts.statements import write_signed
from gate.exits import DONE, EXIT_CODES, REFUSED, refuse
from gate.explain_policy import policy_explained
from gate.parity import find_photos
from gate.rooms import measuring_line, parity_line, try_rooms
from gate.settings import read_settings
from gate.tables import gate_lines, parity_lines
from gate.wiring import (
    gate_signer,
    make_gate,
    make_parity,
    make_pin_holdout,
    make_report,
    make_summary,
    policy_card,
)

COLOURS: Final = MappingProxyType(
    {"passed": "green", "failed": "red", "insufficient": "yellow", "missing": "yellow"}
)

app = typer.Typer(add_completion=False)


Candidate = Annotated[Path, typer.Argument(help="Folder of a signed model artifact.")]
Dataset = Annotated[Path, typer.Option(help="Folder with manifest.csv and photos/.")]
Whose = Annotated[Environment, typer.Option(help="Whose champion.")]


@app.command()
def create_keys() -> None:
    """Create the gate's signing key where there is none, and no keeper holds one."""
    settings = read_settings()
    if settings.keeper:
        typer.echo(f"the keeper at {settings.keeper} holds the keys: none is created here")
        return
    create_statement_key(
        settings.gate_key, settings.gate_signers, "gate", ("plinth-gate-report", "plinth-evidence")
    )


@app.command()
def pin_holdout(
    dataset: Dataset,
    model: Annotated[str, typer.Option(help="Whose holdout.")] = "architecture",
) -> None:
    """Write down which photos a model is judged on; photos may be added, never taken away."""
    outcome = make_pin_holdout(read_settings(), dataset)(model)
    if isinstance(outcome, Refusal):
        refuse(outcome.reason)
    typer.echo(f"{outcome.path}: {outcome.photos} photos, {outcome.added} of them new")
    typer.echo(f"holdout {outcome.digest}")


@app.command()
def judge(
    candidate: Candidate,
    dataset: Dataset,
    photos: Annotated[Path | None, typer.Option(help="The photos, if not in DATASET.")] = None,
    environment: Whose = "staging",
    reproduction: Annotated[Path | None, typer.Option(help="What `delivery reproduce` said.")] = (
        None
    ),
    out: Annotated[Path | None, typer.Option(help="Where the signed gate report goes.")] = None,
    evidence: Annotated[Path | None, typer.Option(help="Where the evidence goes.")] = None,
    page: Annotated[Path | None, typer.Option(help="Where the Markdown goes; with --out.")] = None,
) -> None:
    """Measure a candidate and its champion anew, and judge by the model's policy."""
    settings = read_settings()
    typer.echo(measuring_line(settings, dataset, photos or dataset / "photos"))
    judgement = make_gate(settings, dataset, photos).decide(candidate, environment, reproduction)
    for line in gate_lines(judgement.report):
        typer.echo(_coloured(line))
    if evidence and judgement.evidence:
        judgement.evidence.write(evidence)
    if out:
        write_signed(judgement.report, out, gate_signer(settings))
    if out and page:
        rests_on = evidence if evidence and judgement.evidence else None
        _write(make_summary(settings).or_violations(candidate, out, rests_on), page)
    raise typer.Exit(EXIT_CODES[judgement.report.decision])


@app.command()
def walls(
    enter: Annotated[bool, typer.Option(help="Try each; or say only which walls stand.")] = True,
) -> None:
    """Try the walls of measuring and of parity's doors, and print as JSON what succeeded inside."""
    tried = try_rooms(read_settings(), enter=enter)
    typer.echo(json.dumps([asdict(room) for room in tried]))


@app.command()
def summary(
    candidate: Candidate,
    gate_report: Annotated[Path | None, typer.Option(help="What the gate said.")] = None,
    evidence: Annotated[Path | None, typer.Option(help="What its report rests on.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the Markdown goes.")] = None,
) -> None:
    """Write a candidate and its verdict as Markdown, for a job's summary or a pull request."""
    _write(make_summary(read_settings())(candidate, gate_report, evidence), out)


@app.command()
def report(
    candidate: Candidate,
    out: Annotated[Path, typer.Option(help="Where the page goes, as HTML.")],
    gate_report: Annotated[Path | None, typer.Option(help="What the gate said.")] = None,
    evidence: Annotated[Path | None, typer.Option(help="What its report rests on.")] = None,
    dataset: Annotated[Path | None, typer.Option(help="Whose photos are shown.")] = None,
) -> None:
    """Write the model card: one HTML file that needs nothing beside it."""
    _write(make_report(read_settings(), dataset)(candidate, gate_report, evidence), out)
    typer.echo(out)


@app.command()
def explain_policy(
    model: Annotated[str, typer.Argument(help="Whose policy.")],
    out: Annotated[Path | None, typer.Option(help="Where the page goes; .html for HTML.")] = None,
) -> None:
    """Write a model's policy as a page for those who sign it."""
    page = policy_explained(read_settings().policies, model)
    _write(policy_card(page) if out and out.suffix == ".html" else page, out)


@app.command()
def parity(
    paths: Annotated[list[Path], typer.Argument(help="Photos, or folders of them.")],
    model: Annotated[Path, typer.Option(help="Folder of a signed model artifact.")],
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many photos.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the report goes, as JSON.")] = None,
) -> None:
    """Send the same photos through training, batch and live service, and compare."""
    settings = read_settings()
    photos = find_photos(paths, limit)
    typer.echo(parity_line(settings, model, photos))
    report = make_parity(settings, model)(photos, model)
    for line in parity_lines(report):
        typer.echo(line)
    if out:
        report.write(out)
    raise typer.Exit(DONE if report.equal else REFUSED)


def _write(page: str, out: Path | None) -> None:
    if out is None:
        typer.echo(page, nl=False)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page, encoding="utf-8")


def _coloured(line: str) -> str:
    """Colour a rule's line by its outcome; typer takes colours out where no terminal reads."""
    words = line.split()
    colour = next((COLOURS[word] for word in words[1:2] if word in COLOURS), None)
    return typer.style(line, fg=colour) if colour else line
