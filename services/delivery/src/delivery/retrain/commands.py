"""Commands that train again, judge and register a model, and propose it for staging."""

import shutil
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer

from artifacts.errors import SignatureRefused, UnreadableRecord
from artifacts.records.gate import GateReport
from artifacts.records.inputs import TrainingInputs
from artifacts.refusal import Refusal
from artifacts.ssh_keygen import SshVerifier
from artifacts.statements import read_signed
from artifacts.store import PresentKeySigner, PresentKeyVerifier, model_store
from artifacts.text import plain, prose
from delivery.clock import now
from delivery.deploy.dying import DieAfter
from delivery.errors import HandoverRefused, TrainingFailed
from delivery.exits import BREAKDOWN, DONE, REFUSED, refuse, step_files
from delivery.forges.wiring import find_forge
from delivery.git.repository import GitRepository
from delivery.git.wiring import make_branches
from delivery.retrain.gate_commands import GateCommands
from delivery.retrain.handover_folder import HandoverFolder
from delivery.retrain.places import Place, Places
from delivery.retrain.retrain import Planning, ProposeCandidate, Retrain, keep_model, take_candidate
from delivery.retrain.retraining import (
    gate_event,
    plan_outputs,
    retrained_outputs,
    retrained_page,
)
from delivery.retrain.training_claims import PATHS, inputs_of
from delivery.retrain.training_commands import UNDER_WAY, TrainingCommands, train_once
from delivery.rooms.standing_walls import training_line, wall_line
from delivery.rooms.training_rooms import make_training_rooms
from delivery.settings import Settings, environment_without_token, read_settings
from delivery.signing import make_signer
from delivery.trail.wiring import make_audit_log, tell_head, who
from judging.policy_files import YamlPolicies

UNDECIDED: Final = "undecided"
_LINE: Final = 2000

app = typer.Typer(add_completion=False)
Commit = Annotated[str, typer.Option(help="The commit; the checkout must be at it.")]
Out = Annotated[Path | None, typer.Option(help="Where a copy of the candidate goes.")]
Inputs = Annotated[str, typer.Option(help="The digest of what it was trained from.")]


@app.command()
def plan_retraining(commit: Commit = "HEAD") -> None:
    """Say whether a commit's inputs are to be trained on: those judged before are not."""
    settings = read_settings()
    planning = Planning(
        GitRepository(settings.root), make_audit_log(settings), Places(_places(settings))
    )
    outputs = plan_outputs(planning(commit))
    step_files(settings).output(outputs)
    for name, value in outputs.items():
        typer.echo(f"{name}={plain(value, _LINE)}")


@app.command()
def train(
    planned: Annotated[
        str | None, typer.Option("--inputs", help="The digest of what was planned; no other.")
    ] = None,
) -> None:
    """Train once from this checkout's inputs, and hand the candidate over. Needs no key or log.

    0 also where another training of the same inputs is under way: `candidate` is empty then.
    """
    settings = read_settings()
    typer.echo(training_line(settings))
    done = _train(settings, _training(settings), planned)
    if isinstance(done, Refusal) and done.reason != UNDER_WAY:
        refuse(f"nothing is trained: {done.reason}")
    outputs = {"candidate": "" if isinstance(done, Refusal) else done}
    step_files(settings).output(outputs)
    typer.echo(f"candidate={outputs['candidate']}")
    if isinstance(done, Refusal):
        typer.echo(f"nothing is handed over: {done.reason}")


@app.command()
def retrain(
    commit: Commit = "HEAD",
    out: Out = None,
    handed_over: Annotated[
        str | None,
        typer.Option(help="The digest that `train` announced. Left out: it is trained here."),
    ] = None,
) -> None:
    """Take what was trained from these inputs, once, judge, record, register and propose.

    A refused model is no fault of the pipeline: 0 unless nothing could be decided, then 2; and 1
    where what was handed over isn't what was announced, or what was planned.
    """
    settings = read_settings()
    typer.echo(walls := wall_line(settings))
    try:
        done = _retraining(settings, handed_over)(commit)
    except HandoverRefused as exc:
        refuse(str(exc))
    step, outputs = step_files(settings), retrained_outputs(done)
    step.output(outputs)
    step.summarise(f"{retrained_page(done)}\n{prose(walls)}\n")
    for name, value in outputs.items():
        typer.echo(f"{name}={plain(value, _LINE)}")
    for line in done.by_hand:
        typer.echo(plain(line, _LINE))
    tell_head(settings, publish=True)
    if out and done.inputs and (place := Places(_places(settings)).place(done.inputs)).kept:
        shutil.copytree(place.candidate, out, dirs_exist_ok=True)
    raise typer.Exit(BREAKDOWN if done.decision == UNDECIDED else DONE)


@app.command()
def register(
    candidate: Annotated[Path, typer.Argument(help="The candidate's folder.")],
    gate_report: Annotated[Path, typer.Option(help="The gate's signed report on it.")],
) -> None:
    """Keep a candidate that the gate allowed in the model store, and give it a version."""
    settings = read_settings()
    kept = _keep(settings, candidate, gate_report)
    if isinstance(kept, Refusal):
        refuse(f"{kept.reason}, so it is not registered")
    with TemporaryDirectory(prefix="plinth-registry-") as exchange:
        done = _training(settings).register(gate_report, kept, Path(exchange))
    if isinstance(done, str):
        refuse(done)
    typer.echo(f"version {done.version} is {done.artifact}")


@app.command()
def reproduce(
    model: Annotated[str, typer.Argument(help="A digest in the model store, or a folder.")],
    dataset: Annotated[Path, typer.Option(help="The dataset that it was trained on.")],
    out: Annotated[Path, typer.Option(help="Where the signed record goes.")],
    params: Annotated[Path | None, typer.Option(help="Default: the commit's params.yaml.")] = None,
) -> None:
    """Have a model built again in a room, and sign whether the bytes are equal: 1 if they differ.

    The room gets the model's manifest, and no photo of the holdout.
    """
    settings = read_settings()
    typer.echo(wall_line(settings))
    with TemporaryDirectory(prefix="plinth-reproduction-") as name:
        seen, exchange = Path(name, "seen"), Path(name, "room")
        exchange.mkdir()
        store = model_store(settings.model_store, settings.public_key)
        candidate = store.folder(model) if model.startswith("sha256:") else Path(model)
        try:
            make_training_rooms(settings).lay_out_seen(dataset, seen)
        except (OSError, UnreadableRecord) as exc:
            raise TrainingFailed("rebuild", str(exc)) from exc
        found = _training(settings).rebuild(candidate, seen, exchange, out, params)
    typer.echo(f"{found.outcome}: {found.original} from commit {found.commit}")
    for difference in found.differences:
        typer.echo(f"- {plain(difference, _LINE)}")
    raise typer.Exit(DONE if found.outcome == "equal" else REFUSED)


@app.command()
def record_gate(
    report: Annotated[Path, typer.Argument(help="A signed gate report.")],
    inputs: Inputs,
    commit: Commit = "HEAD",
) -> None:
    """Add a verdict to the audit log, under the inputs that its candidate was trained from."""
    settings = read_settings()
    try:  # only what the gate just signed: not where its key is past
        found = read_signed(GateReport, report, _gate(settings), new_at=now())
    except SignatureRefused as exc:
        refuse(str(exc))
    full = GitRepository(settings.root).commit(commit)
    entry = make_audit_log(settings).append(gate_event(found, inputs, full, who(settings)))
    typer.echo(f"entry {entry.sequence}: {entry.outcome} for {entry.inputs}")
    tell_head(settings, publish=False)


def _retraining(settings: Settings, announced: str | None) -> Retrain:
    """Build what retrains. Without an announced digest the candidate is trained here."""
    trainer, repository = _training(settings), GitRepository(settings.root)
    judge = GateCommands(
        launcher=settings.root.absolute() / "bin" / "plinth",
        photos=settings.photos or settings.root / "data/photos",
        policies=YamlPolicies(settings.policies),
        verifier=_gate(settings),
        variables=environment_without_token(),
        clock=now,
    )
    store = model_store(settings.model_store, settings.public_key)
    signer = PresentKeySigner(settings.needed("signing_key"))
    handover = HandoverFolder(settings.needed("handover"))

    def hand_on(lock: int) -> None:
        trainer.hand_on(lock)
        judge.hand_on(lock)

    def fetch(inputs: TrainingInputs, place: Place) -> None:
        # An empty digest is one that was announced: the job `train` handed nothing over.
        here = _train(settings, trainer, inputs.digest) if announced is None else announced
        adopt = partial(trainer.adopt, place=place, signer=signer)
        take_candidate(here, inputs, handover, repository, adopt)

    return Retrain(
        planning=Planning(repository, make_audit_log(settings), Places(_places(settings), hand_on)),
        trainer=trainer,
        fetch=fetch,
        judge=judge,
        keep=partial(_keep, settings),
        propose=ProposeCandidate(repository, store, make_branches(settings), find_forge(settings)),
        actor=who(settings),
        after=DieAfter(settings.die_after),
    )


def _train(settings: Settings, trainer: TrainingCommands, planned: str | None) -> str | Refusal:
    """Train once in a room, and hand over: this reads no key, no log and no store."""
    inputs = inputs_of(GitRepository(settings.root).files("HEAD", PATHS))
    places = Places(settings.needed("training").absolute(), trainer.hand_on)
    handover = HandoverFolder(settings.needed("handover").absolute())
    return train_once(inputs.digest, planned, places, trainer.train, handover)


def _training(settings: Settings) -> TrainingCommands:
    signs = settings.keeper or settings.reproduction_key
    return TrainingCommands(
        make_training_rooms(settings),
        PresentKeyVerifier(settings.public_key),
        make_signer(settings, "reproduction", "plinth-reproduction") if signs else None,
    )


def _keep(settings: Settings, candidate: Path, report: Path) -> Path | Refusal:
    store = model_store(settings.model_store, settings.public_key)
    return keep_model(candidate, report, _gate(settings), store, now())


def _gate(settings: Settings) -> SshVerifier:
    return SshVerifier(settings.gate_signers, "gate", "plinth-gate-report")


def _places(settings: Settings) -> Path:
    """Return the folder of retrainings, beside the log: what one outlives, the other does.

    The folder of a keeper's log takes nothing from others: there it is beside the evidence.
    """
    beside = settings.evidence if settings.keeper else settings.needed("audit")
    return beside.absolute() / "retraining"
