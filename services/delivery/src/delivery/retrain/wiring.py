"""Builds what trains again, keeps and proposes a candidate, from the settings."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from artifacts.errors import UnreadableRecord
from artifacts.present_keys import (
    PresentKeySigner,
    PresentKeyVerifier,
    model_store,
)
from artifacts.records.audit import AuditEntry
from artifacts.records.gate import GateReport
from artifacts.records.reproduction import Reproduction
from artifacts.ssh_keygen import SshVerifier
from artifacts.statements import read_signed
from delivery.clock import now
from delivery.deploy.dying import DieAfter
from delivery.errors import TrainingFailed
from delivery.forges.wiring import find_forge
from delivery.git.repository import GitRepository
from delivery.git.wiring import make_branches
from delivery.retrain.gate_commands import GateCommands
from delivery.retrain.handover_folder import HandoverFolder
from delivery.retrain.retrain import (
    KeepModel,
    PlanRetraining,
    ProposeCandidate,
    Retrain,
    TakeCandidate,
)
from delivery.retrain.retraining import gate_event
from delivery.retrain.retraining_folder import FolderRetrainings, FolderTrainings
from delivery.retrain.train_candidate import TrainCandidate
from delivery.retrain.training_claims import PATHS, inputs_of
from delivery.retrain.training_commands import TrainingCommands
from delivery.rooms.training_rooms import make_training_rooms
from delivery.settings import Settings, environment_without_token
from delivery.signing import make_signer
from delivery.trail.wiring import make_audit_log, who
from judging.policy_files import YamlPolicies

_DIGEST_START: Final = "sha256:"


def make_plan(settings: Settings) -> PlanRetraining:
    """Put planning together."""
    return _plan(settings, FolderRetrainings(_places(settings)))


def make_retrain(settings: Settings, announced: str | None = None) -> Retrain:
    """Put retraining together.

    `announced` is the digest of the candidate that another job handed over; None: it is trained
    here.
    """
    trainer = make_training(settings)
    judge = _judge(settings)

    def hand_on(lock: int) -> None:
        trainer.hand_on(lock)
        judge.hand_on(lock)

    places = FolderRetrainings(_places(settings), hand_on)
    signer = PresentKeySigner(settings.needed("signing_key"))
    repository = GitRepository(settings.root)
    return Retrain(
        planning=_plan(settings, places),
        retrainings=places,
        trainer=trainer,
        candidates=TakeCandidate(
            handover=HandoverFolder(settings.needed("handover")),
            announced=announced,
            train=make_train(settings, trainer),
            adopt=partial(trainer.adopt, signer=signer),
            repository=repository,
        ),
        judge=judge,
        keep=make_keep_model(settings),
        audit=make_audit_log(settings),
        propose=ProposeCandidate(
            repository=repository,
            store=model_store(settings.model_store, settings.public_key),
            branches=make_branches(settings),
            forge=find_forge(settings),
        ),
        actor=who(settings),
        after=DieAfter(settings.die_after),
    )


def make_train(settings: Settings, trainer: TrainingCommands | None = None) -> TrainCandidate:
    """Put training together: it reads no key, no log and no store."""
    trainer = trainer or make_training(settings)
    repository = GitRepository(settings.root)
    return TrainCandidate(
        inputs=lambda: inputs_of(repository.files("HEAD", PATHS)),
        trainings=FolderTrainings(settings.needed("training").absolute(), trainer.hand_on),
        train=trainer.train,
        handover=HandoverFolder(settings.needed("handover").absolute()),
    )


def make_training(settings: Settings) -> TrainingCommands:
    """Put training's commands together."""
    signs = settings.keeper or settings.reproduction_key
    return TrainingCommands(
        make_training_rooms(settings),
        PresentKeyVerifier(settings.public_key),
        make_signer(settings, "reproduction", "plinth-reproduction") if signs else None,
    )


def rebuild(
    settings: Settings, model: str, dataset: Path, out: Path, params: Path | None
) -> Reproduction:
    """Have a model built again in a room, and sign the outcome; TrainingFailed.

    `model` is its digest in the store, or its folder.
    """
    with TemporaryDirectory(prefix="plinth-reproduction-") as name:
        seen, exchange = Path(name, "seen"), Path(name, "room")
        exchange.mkdir()
        store = model_store(settings.model_store, settings.public_key)
        candidate = store.folder(model) if model.startswith(_DIGEST_START) else Path(model)
        try:
            make_training_rooms(settings).lay_out_seen(dataset, seen)
        except (OSError, UnreadableRecord) as exc:
            raise TrainingFailed("rebuild", str(exc)) from exc
        return make_training(settings).rebuild(candidate, seen, exchange, out, params)


def make_keep_model(settings: Settings) -> KeepModel:
    """Put together what writes the model store."""
    store = model_store(settings.model_store, settings.public_key)
    return KeepModel(_gate_verifier(settings), store.put, store.folder, now)


def record_gate(settings: Settings, report: GateReport, inputs: str, revision: str) -> AuditEntry:
    """Add a verdict to the audit log; CommitUnknown, AuditBroken."""
    commit = GitRepository(settings.root).commit(revision)
    return make_audit_log(settings).append(gate_event(report, inputs, commit, who(settings)))


def new_gate_report(settings: Settings, report: Path) -> GateReport:
    """Return a report that the gate just signed; SignatureRefused also where its key is past."""
    return read_signed(GateReport, report, _gate_verifier(settings), new_at=now())


def kept_candidate(settings: Settings, inputs: str | None) -> Path | None:
    """Return the folder of the candidate of some inputs, or None where it isn't kept any more."""
    if inputs is None:
        return None
    place = FolderRetrainings(_places(settings)).place(inputs)
    return place.candidate if place.kept else None


def _plan(settings: Settings, places: FolderRetrainings) -> PlanRetraining:
    return PlanRetraining(GitRepository(settings.root), make_audit_log(settings), places)


def _places(settings: Settings) -> Path:
    """Beside the log that says what was judged: what one outlives, the other does.

    The folder of a keeper's log takes nothing from others: there it is beside the evidence.
    """
    beside = settings.evidence if settings.keeper else settings.needed("audit")
    return beside.absolute() / "retraining"


def _judge(settings: Settings) -> GateCommands:
    return GateCommands(
        launcher=settings.root.absolute() / "bin" / "plinth",
        photos=settings.photos or settings.root / "data/photos",
        policies=YamlPolicies(settings.policies),
        verifier=_gate_verifier(settings),
        variables=environment_without_token(),
        clock=now,
    )


def _gate_verifier(settings: Settings) -> SshVerifier:
    return SshVerifier(settings.gate_signers, "gate", "plinth-gate-report")
