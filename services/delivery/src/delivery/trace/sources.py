"""What a trace reads: prediction logs, statements of people on main, photo manifests in git."""

import mmap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from artifacts.errors import UnreadableRecord
from artifacts.records.approval import Approval, ApprovedModel, PayloadSubject
from artifacts.records.gate import GateReport
from artifacts.records.manifest import Data, DataSplit
from artifacts.records.photos import PhotoManifest, Split
from artifacts.records.prediction import PredictionRecord
from artifacts.records.record import parse_json
from artifacts.records.release import Payload
from artifacts.ssh_keygen import check_signature
from artifacts.statements import SUFFIX
from delivery.changes.committed_files import (
    CommittedFiles,
    committed_release,
    document,
    read_ground,
)
from delivery.changes.facts import Statement, payload_of
from delivery.changes.path_kinds import STATEMENTS, release_path, report_path
from delivery.errors import CommitUnknown, PredictionsUnavailable
from delivery.git.repository import GitRepository
from delivery.trace.hops import Approved, Promotion, approved_for
from delivery.trail.audit_heads import MAINS


def find_predictions(folders: Sequence[Path], prediction: str) -> tuple[PredictionRecord, ...]:
    """Return the records that name a prediction, each once, of folders with <day>.jsonl.

    Raises UnreadableRecord where a line that names it is no record, PredictionsUnavailable where no
    folder is there, or one can't be read.
    """
    there = [folder for folder in folders if folder.is_dir()]
    if not there:
        looked = ", ".join(map(str, folders)) or "nowhere"
        raise PredictionsUnavailable(looked, "there is no such folder")
    found: dict[PredictionRecord, None] = {}
    for path in (path for folder in there for path in sorted(folder.glob("*.jsonl"))):
        for line in _lines_with(path, prediction.encode()):
            source = f"{path}, the line of {prediction}"
            text = line.decode(errors="replace")
            record = PredictionRecord.parse(parse_json(text, source), source)
            if record.id == prediction:
                found[record] = None
    return tuple(found)


def _lines_with(path: Path, name: bytes) -> Iterator[bytes]:
    """Give the lines that hold some bytes; a day's file may be large, so it is not read whole."""
    try:
        with path.open("rb") as file:
            if not path.stat().st_size:
                return
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                at = data.find(name)
                while at >= 0:
                    end = data.find(b"\n", at)
                    end = len(data) if end < 0 else end
                    yield data[data.rfind(b"\n", 0, at) + 1 : end]
                    at = data.find(name, end)
    except OSError as exc:
        raise PredictionsUnavailable(str(path), str(exc)) from exc


def approvals_on_main(repository: GitRepository, subject: PayloadSubject, commit: str) -> Approved:
    """Return who approved a payload that production got from a commit of main.

    Statements are those that main has at the commit; who was who is read as it was when the payload
    was promoted. It may have been promoted more than once: one promotion that holds is enough, and
    the latest tells what is missing. RepositoryUnreadable, CommitUnknown.
    """
    files = CommittedFiles(repository, commit, [STATEMENTS])
    statements = tuple(
        Statement(
            path,
            document(Approval, files, path),
            check_signature(files[path], files.get(path + SUFFIX)),
        )
        for path in sorted(files)
        if path.endswith(".json") and path in files
    )
    found: list[Approved] = []
    before = None
    for name, at in repository.history(commit, release_path("production")):
        there = payload_of(committed_release(repository, name, "production"))
        parents = repository.parents(name)
        if there == subject.payload and before != subject.payload and parents:
            base = CommittedFiles(repository, parents[0], ["policies"])
            promotion = Promotion(name, at, read_ground(base))
            found.insert(0, approved_for(subject, statements, promotion))
        before = there
    if not found:
        return Approved((), reason="no commit of main promoted this payload")
    return next((one for one in found if not one.reason), found[0])


def subject_of(payload: Payload, reports: Mapping[str, GateReport]) -> PayloadSubject:
    """Return what approvers of a payload signed, from its gate reports by digest.

    UnreadableRecord where a report doesn't say what it rests on.
    """
    models = {}
    for name, entries in payload.models.items():
        digest = entries[0].gate_report
        report = reports[digest]
        if report.policy is None or report.risk_tiers is None or report.photo_manifest is None:
            raise UnreadableRecord(report_path(digest), ("it doesn't say what it rests on",))
        models[name] = ApprovedModel(
            model=entries[0].digest,
            gate_report=digest,
            policy=report.policy,
            risk_tiers=report.risk_tiers,
            photo_manifest=report.photo_manifest,
        )
    return PayloadSubject(environment="production", payload=payload.digest, models=models)


PHOTO_MANIFEST: Final = "data/manifest.csv"
SPLITS: Final[tuple[Split, ...]] = ("train", "validation", "holdout")


def find_photo_manifest(
    repository: GitRepository, digest: str, commits: Iterable[str]
) -> tuple[PhotoManifest, str] | str:
    """Return the photo manifest of a digest and the first of some commits that has it.

    Or what these commits have instead. UnreadableRecord, RepositoryUnreadable.
    """
    seen = []
    for commit in dict.fromkeys(commits):
        source = f"{PHOTO_MANIFEST} of {commit[:12]}"
        try:
            data = repository.file(commit, PHOTO_MANIFEST)
        except CommitUnknown as exc:
            seen.append(str(exc))
            continue
        if data is None:
            seen.append(f"{source} is missing")
            continue
        manifest = PhotoManifest.parse_csv(data, source)
        if manifest.digest == digest:
            return manifest, commit
        seen.append(f"{source} is {manifest.digest}")
    return f"the model's photo manifest {digest} is not found: {'; '.join(seen)}"


def photos_differ(manifest: PhotoManifest, data: Data, judged: GateReport) -> str:
    """Say how a manifest is not what a model names or was judged on; nothing if it is."""
    for split in data.splits:
        rows = manifest.of_split(split.name)
        there = DataSplit(
            name=split.name,
            digest=manifest.split_digest(split.name),
            photos=len(rows),
            groups=len({row.group for row in rows}),
        )
        if split != there:
            counts = f"{there.photos} photos there, {split.photos} by the model's own account"
            return f"the split {split.name} is another than the model's: {counts}"
    holdout = manifest.split_digest("holdout")
    if judged.holdout != holdout:
        return f"the gate judged on the holdout {judged.holdout}, this manifest's is {holdout}"
    return ""


def commit_of_main(repository: GitRepository) -> str:
    """Return the commit of main that a clone has: origin's, or else its own; CommitUnknown."""
    for name in MAINS[:2]:
        try:
            return repository.commit(name)
        except CommitUnknown:
            continue
    raise CommitUnknown("main")
