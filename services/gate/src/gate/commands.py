"""Commands of those who judge candidates: pin, measure, decide, report."""

import json
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer

from artifacts.errors import ArtifactError
from artifacts.keeper import KeeperSigner
from artifacts.policies.holdouts import grow
from artifacts.progress import ProgressLine
from artifacts.records.release import Environment, Release
from artifacts.refusal import Refusal
from artifacts.ssh_keygen import SshSigner, SshVerifier, create_statement_key
from artifacts.ssh_signatures import Namespace
from artifacts.statements import StatementSigner, write_signed
from artifacts.store import FolderArtifacts, model_store
from gate.dataset import FolderDataset
from gate.doors import HttpDoor, batch_door, training_door
from gate.evidence_store import EvidenceStore, RememberingExaminer
from gate.exits import DONE, EXIT_CODES, REFUSED, refuse
from gate.explain_policy import policy_explained
from gate.judge_candidate import Gate
from gate.measures.plan import MeasuringLimits
from gate.measuring_code import measuring_code_digest
from gate.measuring_room import MeasuringRoom
from gate.parity import Parity, find_photos
from gate.rooms import make_door_rooms, measuring_line, parity_line, try_rooms
from gate.settings import Settings, read_settings
from gate.summary import Summary
from gate.tables import gate_lines, parity_lines
from judging.policy_files import YamlPolicies
from walls import find_wall

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
    policies = YamlPolicies(read_settings().policies)
    outcome = grow(policies.pin(model), model, FolderDataset(dataset).manifest())
    if isinstance(outcome, Refusal):
        refuse(outcome.reason)
    path = policies.write_pin(outcome.pin)
    typer.echo(f"{path}: {len(outcome.pin.photos)} photos, {outcome.added} of them new")
    typer.echo(f"holdout {outcome.pin.split_digest}")


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
    judgement = _gate(settings, dataset, photos).decide(candidate, environment, reproduction)
    for line in gate_lines(judgement.report):
        typer.echo(_coloured(line))
    if evidence and judgement.evidence:
        judgement.evidence.write(evidence)
    if out:
        write_signed(judgement.report, out, signer(settings, "plinth-gate-report"))
    if out and page:
        rests_on = evidence if evidence and judgement.evidence else None
        _write(_summary(settings).or_violations(candidate, out, rests_on), page)
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
    _write(_summary(read_settings())(candidate, gate_report, evidence), out)


@app.command()
def report(
    candidate: Candidate,
    out: Annotated[Path, typer.Option(help="Where the page goes, as HTML.")],
    gate_report: Annotated[Path | None, typer.Option(help="What the gate said.")] = None,
    evidence: Annotated[Path | None, typer.Option(help="What its report rests on.")] = None,
    dataset: Annotated[Path | None, typer.Option(help="Whose photos are shown.")] = None,
) -> None:
    """Write the model card: one HTML file that needs nothing beside it."""
    # A card shows photos, and the process that judges and signs loads nothing that reads them.
    from gate.report import Report  # noqa: PLC0415

    settings = read_settings()
    card = Report(
        artifacts=FolderArtifacts(settings.public_key),
        policies=YamlPolicies(settings.policies),
        examiner=_examiner(settings),
        gate=_gate_verifier(settings),
        dataset=FolderDataset(dataset) if dataset else None,
    )
    _write(card(candidate, gate_report, evidence), out)
    typer.echo(out)


@app.command()
def explain_policy(
    model: Annotated[str, typer.Argument(help="Whose policy.")],
    out: Annotated[Path | None, typer.Option(help="Where the page goes; .html for HTML.")] = None,
) -> None:
    """Write a model's policy as a page for those who sign it."""
    page = policy_explained(read_settings().policies, model)
    if out and out.suffix == ".html":
        from gate.report import policy_card  # noqa: PLC0415 - as in `report`

        page = policy_card(page)
    _write(page, out)


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
    folder, rooms = model.absolute(), make_door_rooms(settings)
    http = HttpDoor(rooms, folder, secrets.token_urlsafe(32))
    # Training's door is the reference of the other two.
    doors = (training_door(rooms, folder), batch_door(rooms, folder), http)
    report = Parity(FolderArtifacts(settings.public_key), doors)(photos, model)
    for line in parity_lines(report):
        typer.echo(line)
    if out:
        report.write(out)
    raise typer.Exit(DONE if report.equal else REFUSED)


def signer(settings: Settings, namespace: Namespace) -> StatementSigner:
    """Return what signs as the gate: the keeper where one holds the key, else the key's file."""
    if settings.keeper is not None:
        return KeeperSigner(settings.keeper, "gate", namespace)
    return SshSigner(settings.gate_key, namespace)


def _gate(settings: Settings, dataset: Path, photos: Path | None) -> Gate:
    return Gate(
        artifacts=FolderArtifacts(settings.public_key),
        store=model_store(settings.model_store, settings.public_key),
        policies=YamlPolicies(settings.policies),
        releases=partial(Release.of_environment, settings.releases),
        dataset=FolderDataset(dataset, photos),
        examiner=_examiner(settings),
        rebuilder=SshVerifier(settings.reproduction_signers, "training", "plinth-reproduction"),
        clock=lambda: datetime.now(UTC),  # noqa: TID251 - the clock that others are given
    )


def _gate_verifier(settings: Settings) -> SshVerifier:
    return SshVerifier(settings.gate_signers, "gate", "plinth-gate-report")


def _summary(settings: Settings) -> Summary:
    return Summary(
        artifacts=FolderArtifacts(settings.public_key),
        examiner=_examiner(settings),
        gate=_gate_verifier(settings),
    )


def _examiner(settings: Settings) -> RememberingExaminer:
    def limits(model: str) -> MeasuringLimits:
        """Read what a model's policy lets measuring cost; without one the gate says what lacks."""
        try:
            return MeasuringLimits.of(YamlPolicies(settings.policies).read(model))
        except ArtifactError:
            return MeasuringLimits.of(None)

    def progress(model: str) -> Callable[[int, int], None]:
        return ProgressLine(f"measuring {model[:15]}", sys.stderr, time.monotonic).advance

    store = EvidenceStore(
        settings.evidence,
        signer(settings, "plinth-evidence"),
        SshVerifier(settings.gate_signers, "gate", "plinth-evidence"),
    )
    room = MeasuringRoom(
        find_wall(), limits, settings.jobs, hidden=settings.signing, progress=progress
    )
    return RememberingExaminer(room, store, measuring_code_digest)


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
