"""Which photos are taken in, and which are not: decided for all of them at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from artifacts.records.photos import PhotoManifest, PhotoRow, Split
from training.domain.grouping import Ties, near_pairs
from training.domain.params import ImportParams
from training.domain.problems import Problem
from training.domain.sources import TableRow
from training.domain.splits import split_of


@dataclass(frozen=True)
class SoundPhoto:
    """A file that is a usable photo: its path, digest, style and 256-bit fingerprint."""

    path: str
    photo: str
    style: str
    fingerprint: bytes
    row: TableRow


@dataclass(frozen=True)
class Intake:
    """The outcome of an import. Every file that was found is in exactly one of the counts.

    Attributes:
        manifest: the manifest with the new photos.
        added: photos that are new in it.
        known: files whose photo was in the manifest before.
        problems: files that were not taken in.
        removed: how many photos of the manifest are in it no more, since no file holds them.
    """

    manifest: PhotoManifest
    added: tuple[SoundPhoto, ...]
    known: tuple[SoundPhoto, ...]
    problems: tuple[Problem, ...]
    removed: int = 0

    def exactly(self) -> "Intake":
        """Return the intake with a manifest of these files alone: what has gone, is gone."""
        here = {photo.photo for photo in (*self.added, *self.known)}
        rows = tuple(row for row in self.manifest.rows if row.photo in here)
        removed = len(self.manifest.rows) - len(rows)
        return replace(self, manifest=PhotoManifest(rows=rows), removed=removed)

    @property
    def bad_share(self) -> float:
        """The share of files that were not taken in, 0 to 1."""
        total = len(self.added) + len(self.known) + len(self.problems)
        return len(self.problems) / total if total else 0.0


def take_in(
    photos: Iterable[SoundPhoto],
    before: PhotoManifest,
    fingerprints: Mapping[str, bytes],
    params: ImportParams,
    seed: int,
) -> Intake:
    """Add sound photos to a manifest.

    `fingerprints` holds those of the photos in `before`, by digest. Photos under two styles and
    copies are left out, and so are those that would tie two splits together; the splits of what is
    in the manifest never change.
    """
    unique, problems = _without_copies(list(photos), before)
    settled = {row.photo: row for row in before.rows}
    groups, tied = _groups(unique, settled, fingerprints, params)
    problems += tied
    spoilt = {problem.path for problem in tied}
    added = [p for p in unique if p.path not in spoilt and p.photo not in settled]
    known = [p for p in unique if p.path not in spoilt and p.photo in settled]
    splits = {row.group: row.split for row in before.rows}
    new = [_row(photo, groups[photo.path], splits, params, seed) for photo in added]
    rows = sorted([*before.rows, *new], key=lambda row: row.photo)
    return Intake(PhotoManifest(rows=tuple(rows)), tuple(added), tuple(known), tuple(problems))


def _without_copies(
    photos: list[SoundPhoto], before: PhotoManifest
) -> tuple[list[SoundPhoto], list[Problem]]:
    """Keep the first file of each photo; leave out all where two styles claim it."""
    styles: dict[str, set[str]] = defaultdict(set)
    for row in before.rows:
        styles[row.photo].add(row.style)
    for photo in photos:
        styles[photo.photo].add(photo.style)
    first: dict[str, SoundPhoto] = {}
    problems = []
    for photo in photos:
        if len(styles[photo.photo]) > 1:
            problems.append(_two_styles(photo, styles[photo.photo]))
        elif photo.photo in first:
            problems.append(_copy(photo, first[photo.photo]))
        else:
            first[photo.photo] = photo
    return list(first.values()), problems


def _two_styles(photo: SoundPhoto, styles: set[str]) -> Problem:
    reason = f"the same photo is given as {' and as '.join(sorted(styles))}"
    advice = "Keep it under the style that it shows, and delete the others"
    return Problem(photo.path, photo.photo, "two_styles", reason, advice)


def _copy(photo: SoundPhoto, first: SoundPhoto) -> Problem:
    reason = f"the same bytes as {first.path}"
    return Problem(photo.path, photo.photo, "duplicate", reason, "Delete one of the two files")


def _groups(
    photos: list[SoundPhoto],
    settled: Mapping[str, PhotoRow],
    fingerprints: Mapping[str, bytes],
    params: ImportParams,
) -> tuple[dict[str, str], list[Problem]]:
    """Return the group of each photo by its path, and the photos that would tie two splits."""
    ties = _tie_all(photos, settled, fingerprints, params.near_duplicate_bits)
    split_of_group = {f"group {row.group}": row.split for row in settled.values()}
    by_path = {f"photo {photo.path}": photo for photo in photos}
    groups: dict[str, str] = {}
    problems: list[Problem] = []
    for component in ties.components():
        members = [by_path[node] for node in component if node in by_path]
        old = [node for node in component if node in split_of_group]
        splits = {split_of_group[node] for node in old}
        if len(splits) > 1:
            problems += [_ties_splits(photo, old, splits) for photo in members]
            continue
        named = [node for node in component if node.startswith("group ")]
        name = min(old or named, default=f"group {min((m.photo for m in members), default='')}")
        groups |= {photo.path: name.removeprefix("group ") for photo in members}
    return groups, problems


def _tie_all(
    photos: list[SoundPhoto],
    settled: Mapping[str, PhotoRow],
    fingerprints: Mapping[str, bytes],
    bits: int,
) -> Ties[str]:
    """Tie photos to the groups that their table, their bytes or their likeness put them in."""
    ties: Ties[str] = Ties()
    for photo in photos:
        node = f"photo {photo.path}"
        ties.find(node)
        if photo.row.group is not None:
            ties.tie(node, f"group {photo.row.group}")
        if photo.photo in settled:
            ties.tie(node, f"group {settled[photo.photo].group}")
    old = [row for row in settled.values() if row.photo in fingerprints]
    nodes = [f"photo {photo.path}" for photo in photos] + [f"group {row.group}" for row in old]
    prints = [p.fingerprint for p in photos] + [fingerprints[row.photo] for row in old]
    for one, other in near_pairs(prints, bits):
        # Likeness between two photos that were taken in before is settled.
        if one < len(photos):
            ties.tie(nodes[one], nodes[other])
    return ties


def _ties_splits(photo: SoundPhoto, groups: list[str], splits: set[Split]) -> Problem:
    names = ", ".join(sorted(node.removeprefix("group ") for node in groups))
    reason = f"it ties together the groups {names}, which lie in {' and '.join(sorted(splits))}"
    advice = "Leave it out, or start a new dataset in which the groups are one from the start"
    return Problem(photo.path, photo.photo, "ties_splits", reason, advice)


def _row(
    photo: SoundPhoto, group: str, splits: Mapping[str, Split], params: ImportParams, seed: int
) -> PhotoRow:
    return PhotoRow(
        photo=photo.photo,
        split=splits.get(group) or split_of(group, seed, params),
        group=group,
        style=photo.style,
        year=photo.row.year,
        source=photo.row.source,
        licence=photo.row.licence,
        slices=dict(photo.row.slices),
    )
