"""Which photos are taken in, and which are not: decided for all of them at once."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from artifacts.records.photos import PhotoManifest, PhotoRow, Split
from training.params import ImportParams
from training.photos.problems import Problem
from training.photos.sources import SoundPhoto
from training.photos.ties import Tied, TieReport, tie_photos


def split_of(group: str, seed: int, params: ImportParams) -> Split:
    """Return the split of a new group, from its name alone.

    Names are hashed, so a group lands where it lands whichever photos come with it or after it;
    what is in the manifest already stays where it is, also when the shares change.
    """
    drawn = int.from_bytes(hashlib.sha256(f"{seed}:{group}".encode()).digest()[:8]) / 2**64
    if drawn < params.holdout_share:
        return "holdout"
    return "validation" if drawn < params.holdout_share + params.validation_share else "train"


NOT_BAD: Final = frozenset({"duplicate"})
"""Codes of files that are left out and say nothing against the folder: their photo is taken in."""


@dataclass(frozen=True)
class Findings:
    """What was found before it was decided which photos are taken in; fields as in Intake."""

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    ignored: tuple[Problem, ...] = ()
    refusals: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Intake:
    """The outcome of an import. Every file that may be a photo is in exactly one of the counts.

    Attributes:
        manifest: the manifest with the new photos.
        added: photos that are new in it.
        known: files whose photo was in the manifest before.
        problems: files that were not taken in, sorted by path.
        ties: what was tied to what.
        warnings: what is worth knowing though nothing was left out for it.
        ignored: what can't be meant as a photo.
        refusals: why nothing is taken in at all; none where the import can go on.
        notes: what is good to know of the import as a whole, a sentence each.
        removed: how many photos of the manifest are in it no more, since no file holds them.
    """

    manifest: PhotoManifest
    added: tuple[SoundPhoto, ...]
    known: tuple[SoundPhoto, ...]
    problems: tuple[Problem, ...]
    ties: TieReport
    warnings: tuple[Problem, ...] = ()
    ignored: tuple[Problem, ...] = ()
    refusals: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    removed: int = 0

    def exactly(self) -> "Intake":
        """Return the intake with a manifest of these files alone: what has gone, is gone."""
        here = {photo.photo for photo in (*self.added, *self.known)}
        rows = tuple(row for row in self.manifest.rows if row.photo in here)
        removed = len(self.manifest.rows) - len(rows)
        return replace(self, manifest=PhotoManifest(rows=rows), removed=removed)

    def joined(self, findings: "Findings", params: ImportParams) -> "Intake":
        """Return the intake with what was found before it; refused where too much was bad."""
        problems = [*self.problems, *findings.problems]
        whole = replace(
            self,
            problems=tuple(sorted(problems, key=lambda found: found.path)),
            warnings=(*findings.warnings, *self.warnings),
            ignored=findings.ignored,
            refusals=findings.refusals,
            notes=findings.notes,
        )
        if whole.bad_share <= params.max_bad_share:
            return whole
        shares = f"{whole.bad_share:.1%} of the files are bad, at most {params.max_bad_share:.1%}"
        reason = f"{shares} may be"
        advice = "Mend the kinds above, or take those files out of the folder"
        bad = Problem("", "", "too_many_bad_files", reason, advice)
        return replace(whole, refusals=(*whole.refusals, bad))

    @property
    def refused(self) -> bool:
        """Whether nothing is to be taken in."""
        return bool(self.refusals)

    @property
    def bad_share(self) -> float:
        """The share of files that were not taken in for what they are, 0 to 1."""
        total = len(self.added) + len(self.known) + len(self.problems)
        bad = sum(problem.code not in NOT_BAD for problem in self.problems)
        return bad / total if total else 0.0


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
    tied = tie_photos(unique, settled, fingerprints, params.near_duplicate_bits)
    groups, apart = _groups(unique, settled, tied)
    problems += apart
    spoilt = {problem.path for problem in apart}
    added = [p for p in unique if p.path not in spoilt and p.photo not in settled]
    known = [p for p in unique if p.path not in spoilt and p.photo in settled]
    splits = {row.group: row.split for row in before.rows}
    new = [_row(photo, groups[photo.path], splits, params, seed) for photo in added]
    rows = sorted([*before.rows, *new], key=lambda row: row.photo)
    warnings = [warning for photo in (*added, *known) for warning in photo.warnings]
    return Intake(
        manifest=PhotoManifest(rows=tuple(rows)),
        added=tuple(added),
        known=tuple(known),
        problems=tuple(problems),
        ties=tied.report,
        warnings=(*tied.report.findings, *warnings),
    )


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
    reason = "the same bytes lie in another file, whose photo is taken in"
    place = f"{photo.path} = {first.path}"
    return Problem(photo.path, photo.photo, "duplicate", reason, "Nothing is to be done", place)


def _groups(
    photos: list[SoundPhoto], settled: Mapping[str, PhotoRow], tied: Tied
) -> tuple[dict[str, str], list[Problem]]:
    """Return the group of each photo by its path, and the photos that would tie two splits."""
    split_of_group = {row.group: row.split for row in settled.values()}
    by_path = {photo.path: photo for photo in photos}
    groups: dict[str, str] = {}
    problems: list[Problem] = []
    for component in tied.components:
        members = [by_path[name] for kind, name in component if kind == "photo"]
        named = [name for kind, name in component if kind == "group"]
        old = [name for name in named if name in split_of_group]
        splits = {split_of_group[name] for name in old}
        if len(splits) > 1:
            problems += [_ties_splits(photo, old, splits) for photo in members]
            continue
        name = min(old or named, default=min((photo.photo for photo in members), default=""))
        groups |= {photo.path: name for photo in members}
    return groups, problems


def _ties_splits(photo: SoundPhoto, groups: list[str], splits: set[Split]) -> Problem:
    names = ", ".join(sorted(groups))
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
