"""The photo manifest that a model was trained on, found in git by digest."""

from collections.abc import Iterable
from typing import Final

from artifacts.records.gate import GateReport
from artifacts.records.manifest import Data, DataSplit
from artifacts.records.photos import PhotoManifest, Split
from delivery.errors import CommitUnknown
from delivery.git.repository import GitRepository

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
        there = _split_of(manifest, split.name)
        if split != there:
            counts = f"{there.photos} photos there, {split.photos} by the model's own account"
            return f"the split {split.name} is another than the model's: {counts}"
    holdout = manifest.split_digest("holdout")
    if judged.holdout != holdout:
        return f"the gate judged on the holdout {judged.holdout}, this manifest's is {holdout}"
    return ""


def _split_of(manifest: PhotoManifest, name: Split) -> DataSplit:
    rows = manifest.of_split(name)
    return DataSplit(
        name=name,
        digest=manifest.split_digest(name),
        photos=len(rows),
        groups=len({row.group for row in rows}),
    )
