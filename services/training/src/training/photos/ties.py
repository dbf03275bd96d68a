"""Which photos show one building, by what that is known, and whether it can be."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from artifacts.records.photos import PhotoRow
from training.photos.grouping import Ties, near_groups
from training.photos.problems import Problem, shown
from training.photos.sources import SoundPhoto

LARGE_SHARE: Final = 0.1
"""Of all photos: a building with more is worth a look. The holdout is a quarter of buildings."""
_LARGE_COUNT: Final = 10
"""A building of so few photos is never too large, however small the dataset."""
_SHOWN: Final = 3

Node = tuple[str, str]
"""("photo", its path) or ("group", its name)."""


@dataclass(frozen=True)
class Tally:
    """How many photos were tied, into how many buildings."""

    photos: int = 0
    buildings: int = 0


@dataclass(frozen=True)
class TieReport:
    """What was tied and why.

    Attributes:
        by_table: photos that share a building with another by the table.
        by_likeness: photos that look like another, new ones and those in the dataset together.
        alike: paths of different photos that look alike, the largest group first.
        buildings: how many buildings the photos are of.
        largest: paths of the photos of the largest building.
        findings: buildings that can hardly be one.
    """

    by_table: Tally
    by_likeness: Tally
    alike: tuple[tuple[str, ...], ...]
    buildings: int
    largest: tuple[str, ...]
    findings: tuple[Problem, ...]


@dataclass(frozen=True)
class Tied:
    """The buildings of photos, as components of photos and groups, and the report on them."""

    components: tuple[tuple[Node, ...], ...]
    report: TieReport


def tie_photos(
    photos: Sequence[SoundPhoto],
    settled: Mapping[str, PhotoRow],
    fingerprints: Mapping[str, bytes],
    bits: int,
) -> Tied:
    """Tie photos to the groups that their table, their bytes or their likeness put them in.

    `settled` are the photos of the dataset by digest, `fingerprints` theirs.
    """
    ties: Ties[Node] = Ties()
    names = group_names(photos, settled.values())
    for photo in photos:
        node = ("photo", photo.path)
        ties.find(node)
        for name in names.get(photo.path, ()):
            ties.tie(node, ("group", name))
        if photo.photo in settled:
            ties.tie(node, ("group", settled[photo.photo].group))
    # A photo that is taken in again is no likeness of itself.
    again = {photo.photo for photo in photos}
    old = [row for row in settled.values() if row.photo in fingerprints.keys() - again]
    alike: dict[int, list[Node]] = defaultdict(list)
    nodes = [("photo", p.path) for p in photos] + [("group", row.group) for row in old]
    prints = [p.fingerprint for p in photos] + [fingerprints[row.photo] for row in old]
    # Likeness between two photos that were taken in before is settled.
    for node, number in zip(nodes, near_groups(prints, bits, len(photos)).tolist(), strict=True):
        alike[number].append(node)
    for members in alike.values():
        for other in members[1:]:
            ties.tie(members[0], other)
    components = tuple(tuple(component) for component in ties.components())
    return Tied(components, _report(photos, names, list(alike.values()), components))


def group_names(
    photos: Sequence[SoundPhoto], settled: Iterable[PhotoRow]
) -> dict[str, tuple[str, ...]]:
    """Return the names that buildings of the table have in the dataset, by the photo's path.

    A `group` is of its style: where two styles number theirs alike, the style comes before the
    name, but for the group that is in the dataset already. A `shared_group` is of no style.
    """
    styles_before: dict[str, set[str]] = defaultdict(set)
    for row in settled:
        styles_before[row.group].add(row.style)
    styles: dict[str, set[str]] = defaultdict(set)
    for photo in photos:
        if photo.row.group:
            styles[photo.row.group].add(photo.style)
    found: dict[str, tuple[str, ...]] = {}
    for photo in photos:
        names = []
        if group := photo.row.group:
            own = f"{photo.style}/{group}"
            before = styles_before.get(group)
            if own in styles_before:
                names.append(own)
            elif before is None:
                names.append(group if len(styles[group]) == 1 else own)
            else:
                names.append(group if photo.style in before else own)
        if photo.row.shared_group:
            names.append(f"shared/{photo.row.shared_group}")
        found[photo.path] = tuple(names)
    return found


def _report(
    photos: Sequence[SoundPhoto],
    names: Mapping[str, tuple[str, ...]],
    alike: Sequence[Sequence[Node]],
    components: Sequence[Sequence[Node]],
) -> TieReport:
    sizes = Counter(name for found in names.values() for name in found)
    several = {name for name, count in sizes.items() if count > 1}
    in_several = sum(not several.isdisjoint(found) for found in names.values())
    likenesses = [members for members in alike if len(members) > 1]
    groups = [_paths(members) for members in likenesses]
    buildings = [paths for component in components if (paths := _paths(component))]
    return TieReport(
        by_table=Tally(in_several, len(several)),
        by_likeness=Tally(sum(map(len, groups)), len(groups)),
        alike=tuple(sorted((g for g in groups if len(g) > 1), key=lambda g: (-len(g), g))),
        buildings=len(buildings),
        largest=max(buildings, key=len, default=()),
        findings=_findings(photos, buildings, {p for group in groups for p in group}),
    )


def _paths(nodes: Iterable[Node]) -> tuple[str, ...]:
    return tuple(sorted(name for kind, name in nodes if kind == "photo"))


def _findings(
    photos: Sequence[SoundPhoto], buildings: Sequence[tuple[str, ...]], alike: set[str]
) -> tuple[Problem, ...]:
    """Name buildings of two styles, and those that are a large share of all photos."""
    styles = {photo.path: photo.style for photo in photos}
    found = []
    for paths in buildings:
        by = "by likeness" if any(path in alike for path in paths) else "by the table"
        examples = ", ".join(map(shown, paths[:_SHOWN]))
        place = f"{examples}{' ...' if len(paths) > _SHOWN else ''}"
        named = Counter(styles[path] for path in paths)
        if len(named) > 1:
            counts = " and ".join(f"{count} of {style}" for style, count in named.most_common())
            reason = f"{len(paths)} photos count as one building ({by}), {counts}"
            advice = "Look at them: a building has one style, or the tie is wrong"
            found.append(Problem(paths[0], "", "building_of_two_styles", reason, advice, place))
        share = len(paths) / len(photos)
        if len(paths) > _LARGE_COUNT and share > LARGE_SHARE:
            reason = f"{len(paths)} photos, {share:.0%} of all, count as one building ({by})"
            advice = "Look at them: all of them lie in one split"
            found.append(Problem(paths[0], "", "building_too_large", reason, advice, place))
    return tuple(found)
