"""Walk from a prediction to the photos its model learnt from, and verify every hop."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from artifacts.cant_tell import CantTell
from artifacts.errors import ArtifactError, SigningFailed, UnreadableRecord
from artifacts.folder import ModelArtifact
from artifacts.records.audit import AuditEntry
from artifacts.records.gate import GateReport
from artifacts.records.prediction import PredictionRecord
from artifacts.records.release import (
    Environment,
    Payload,
    Release,
    ReleasedModel,
)
from artifacts.refusal import Refusal
from artifacts.ssh_keygen import check_signature
from artifacts.ssh_signatures import GATE_REPORT, service_of
from artifacts.statements import SUFFIX
from artifacts.store import FolderModelStore
from delivery.changes.committed_files import (
    Files,
    committed_release,
    document,
    read_ground,
)
from delivery.changes.path_kinds import release_path, report_path
from delivery.changes.rules.releases import GATE
from delivery.errors import (
    AuditUnavailable,
    DeliveryError,
    PredictionsUnavailable,
    RepositoryUnreadable,
)
from delivery.git.repository import GitRepository
from delivery.releases.read_wanted import code_at
from delivery.releases.wanted import short
from delivery.trace.hops import NEEDS, Hop, HopName, Outcome, Trace, deploy_of
from delivery.trace.sources import (
    PHOTO_MANIFEST,
    SPLITS,
    approvals_on_main,
    commit_of_main,
    find_photo_manifest,
    find_predictions,
    photos_differ,
    subject_of,
)
from delivery.trail.audit_chain import AuditLog

_COULD_NOT_LOOK = (
    AuditUnavailable,
    PredictionsUnavailable,
    RepositoryUnreadable,
    SigningFailed,
)
"""Breakdowns that say nothing of what would have been found; everything else is a finding."""
T = TypeVar("T")


@dataclass(frozen=True)
class Facts:
    """What the hops so far have found."""

    record: PredictionRecord | None = None
    entry: AuditEntry | None = None
    release: Release | None = None
    payload: Payload | None = None
    released: ReleasedModel | None = None
    artifact: ModelArtifact | None = None
    reports: tuple[tuple[str, GateReport], ...] = ()


@dataclass(frozen=True)
class Made:
    """A hop that was made: what is known after it, and a line about it."""

    facts: Facts
    what: str


Step = Made | Refusal


@dataclass(frozen=True)
class TracePrediction:
    """The hops with all that they look into."""

    predictions: Sequence[Path]
    """Folders of prediction logs."""
    audit: AuditLog
    repository: GitRepository
    store: FolderModelStore

    def __call__(self, prediction: str) -> Trace:
        """Return the trace of a prediction; nothing that goes wrong on the way is raised.

        A hop that can't be looked at takes after the one that it waits for.
        """
        steps: dict[HopName, Callable[[Facts], Step]] = {
            "prediction": partial(self._prediction, prediction),
            "deploy": self._deploy,
            "release": self._release,
            "code": self._code,
            "model": self._model,
            "gate report": self._gate_report,
            "approvals": self._approvals,
            "commit": self._commit,
            "photo manifest": self._photo_manifest,
        }
        facts, hops, outcomes = Facts(), list[Hop](), dict[HopName, Outcome]()
        for name, needs in NEEDS.items():
            if missing := [need for need in needs if outcomes[need] != "ok"]:
                outcomes[name] = outcomes[missing[0]]
                what = f"not reached: the hop {missing[0]} failed"
            else:
                outcomes[name], what, facts = _looked(steps[name], facts)
            hops.append(Hop(hop=name, outcome=outcomes[name], what=what))
        return Trace(prediction=prediction, hops=tuple(hops))

    def _prediction(self, prediction: str, facts: Facts) -> Step:
        found = find_predictions(self.predictions, prediction)
        if not found:
            return Refusal("no service wrote down an answer of this name")
        if len(found) > 1:
            return Refusal(f"{len(found)} different answers are written down under this name")
        (record,) = found
        sure = "declined" if record.probability is None else f"{record.probability:.2f}"
        what = (
            f"{record.label} ({sure}) by {record.model.name} "
            f"{short(record.model.digest)} in {record.environment or 'no environment'} at "
            f"{record.at.isoformat(timespec='seconds')}; photo {record.photo}"
        )
        return Made(replace(facts, record=record), what)

    def _deploy(self, facts: Facts) -> Step:
        record = _known(facts.record)
        entries = self.audit.entries()
        entry = deploy_of(entries, record)
        if isinstance(entry, str):
            return Refusal(entry)
        if entry.commit is None:
            return Refusal(f"entry {entry.sequence} of the audit log names no commit")
        what = (
            f"entry {entry.sequence} of {len(entries)}, intact: {entry.event} of "
            f"{short(entry.payload)} to {entry.environment} at {entry.at.isoformat('T', 'seconds')}"
        )
        return Made(replace(facts, entry=entry), what)

    def _release(self, facts: Facts) -> Step:
        record, entry = _known(facts.record), _known(facts.entry)
        environment: Environment = _known(record.environment)
        commit, main = _known(entry.commit), commit_of_main(self.repository)
        if not self.repository.is_ancestor(self.repository.commit(commit), main):
            here = f"main is {main[:12]} here; fetch it, if it has moved on"
            return Refusal(f"{commit} was deployed and is not on main ({here})")
        path = release_path(environment)
        release = committed_release(self.repository, commit, environment)
        if isinstance(release, CantTell):
            return Refusal(f"at {commit}: {release}")
        payload = release.payload(None if release.code else code_at(self.repository, commit))
        if payload is None:
            return Refusal(f"{path} of {commit} releases nothing")
        if payload.digest != record.payload:
            return Refusal(f"{path} of {commit} gives {payload.digest}, not {record.payload}")
        what = f"{path} of main's {commit[:12]} gives this payload, {record.payload}"
        return Made(replace(facts, release=release, payload=payload), what)

    def _code(self, facts: Facts) -> Step:
        payload = _known(facts.payload)
        wanted, commit = payload.code.digest, self.repository.commit(payload.code.commit)
        if not self.repository.is_ancestor(commit, commit_of_main(self.repository)):
            return Refusal(f"the code's commit {commit} is not on main")
        there = code_at(self.repository, commit).digest
        if there != wanted:
            return Refusal(f"the files of {commit} come to {there}, the payload names {wanted}")
        return Made(facts, f"the files of {commit[:12]} come to {short(wanted)}")

    def _model(self, facts: Facts) -> Step:
        record, payload = _known(facts.record), _known(facts.payload)
        name, digest = record.model.name, record.model.digest
        released = next((m for m in payload.models.get(name, ()) if m.digest == digest), None)
        if released is None:
            return Refusal(f"{name} {digest} answered, and is not in the payload")
        artifact = self.store.get(digest)
        manifest = artifact.manifest
        if manifest.name != name:
            return Refusal(f"{digest} is a model {manifest.name}, not {name}")
        if manifest.feature_schema != record.feature_schema:
            schema = (
                f"{record.feature_schema} made the vector, {manifest.feature_schema} is its own"
            )
            return Refusal(f"the model's feature schema is another: {schema}")
        what = f"{name} version {released.version}, {digest}: files and signature hold"
        return Made(replace(facts, released=released, artifact=artifact), what)

    def _gate_report(self, facts: Facts) -> Step:
        record, payload = _known(facts.record), _known(facts.payload)
        commit = _known(_known(facts.entry).commit)
        files = self.repository.files(commit, ["releases/reports", "policies/keys"])
        reports = []
        for name, models in payload.models.items():
            for model in models:
                report = self._report(name, model, files)
                if isinstance(report, Refusal):
                    return report
                reports.append((name, report))
        own = _known(facts.released)
        report = next(report for _, report in reports if report.digest == own.gate_report)
        what = (
            f"{short(own.gate_report)} allowed {record.model.name} on "
            f"{report.decided_at.date()}, signed by the gate: {len(report.rules)} rules passed"
        )
        return Made(replace(facts, reports=tuple(reports)), what)

    def _report(self, name: str, model: ReleasedModel, files: Files) -> GateReport | Refusal:
        path = report_path(model.gate_report)
        report = document(GateReport, files, path)
        if isinstance(report, CantTell):
            return Refusal(str(report))
        if report.digest != model.gate_report:
            return Refusal(f"{path} was edited: it is {report.digest}")
        signature = check_signature(files[path], files.get(path + SUFFIX))
        if signature.problem:
            return Refusal(f"{path}: {signature.problem}")
        keys = read_ground(files).gate
        signer = service_of(keys, signature, report.decided_at)
        if signature.namespace != GATE_REPORT or signer != GATE:
            return Refusal(f"{path} is not signed by the gate's key in policies/keys/gate.signers")
        if report.decision != "allowed" or report.candidate != model.digest or report.model != name:
            about = f"{report.decision}, about {report.model} {report.candidate}"
            return Refusal(f"{path} doesn't allow {name} {model.digest}: it is {about}")
        return report

    def _approvals(self, facts: Facts) -> Step:
        payload, entry = _known(facts.payload), _known(facts.entry)
        if entry.environment != "production":
            return Made(facts, "staging needs none: a merge deploys")
        subject = subject_of(payload, {report.digest: report for _, report in facts.reports})
        approved = approvals_on_main(self.repository, subject, _known(entry.commit))
        if approved.reason:
            return Refusal(approved.reason)
        back = "; a rollback brought it back" if entry.event == "rollback" else ""
        return Made(facts, f"{approved.what}{back}")

    def _commit(self, facts: Facts) -> Step:
        code = _known(facts.artifact).manifest.code
        if code.dirty:
            return Refusal(f"the model was trained from {code.commit} with files changed since")
        commit = self.repository.commit(code.commit)
        return Made(facts, f"the model was trained from {commit}, with nothing changed")

    def _photo_manifest(self, facts: Facts) -> Step:
        manifest, entry = _known(facts.artifact).manifest, _known(facts.entry)
        own = _known(facts.released).gate_report
        judged = next(report for _, report in facts.reports if report.digest == own)
        commits = (manifest.code.commit, _known(entry.commit))
        found = find_photo_manifest(self.repository, manifest.data.photo_manifest, commits)
        if isinstance(found, str):
            return Refusal(found)
        photos, commit = found
        reason = photos_differ(photos, manifest.data, judged)
        if reason:
            return Refusal(reason)
        counts = ", ".join(f"{len(photos.of_split(split))} {split}" for split in SPLITS)
        what = f"{PHOTO_MANIFEST} of {commit[:12]} is {photos.digest}: {counts}"
        return Made(facts, f"{what}; judged on this holdout")


def _looked(look: Callable[[Facts], Step], facts: Facts) -> tuple[Outcome, str, Facts]:
    try:
        step = look(facts)
    except _COULD_NOT_LOOK as exc:
        return "unknown", str(exc), facts
    except (DeliveryError, ArtifactError) as exc:
        return "failed", str(exc), facts
    if isinstance(step, Refusal):
        return "failed", step.reason, facts
    return "ok", step.what, step.facts


def _known(value: T | None) -> T:
    """Return what an earlier hop found; it was made, or this one wouldn't be tried."""
    if value is None:
        raise UnreadableRecord("the trace", ("a hop went on from what no other found",))
    return value
