"""The data report: what a folder of photos holds, to be looked at."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Final

from pages import (
    Badge,
    Banner,
    Bars,
    Block,
    Bullets,
    Cell,
    Chart,
    Column,
    Counted,
    Fact,
    Facts,
    Fold,
    Grid,
    Histogram,
    KeyNumber,
    KeyNumbers,
    Page,
    Paragraph,
    PhotoTile,
    PhotoTiles,
    Picture,
    Section,
    Table,
    Unshown,
)
from training.photos.import_report import (
    LEFT_OUT,
    WORTH_A_LOOK,
    findings_of,
    places,
    refusal_line,
    refused_when_served,
    tie_lines,
    what_to_know,
)
from training.photos.intake import Intake
from training.photos.problems import Problem, grouped, shown
from training.photos.sources import UNSTATED
from training.photos.survey import (
    GROUPS,
    OF_A_GROUP,
    SHEETS,
    Looked,
    Survey,
    counts_of,
)

_MOST_ROWS: Final = 200


def findings_sections(intake: Intake) -> Iterator[Section]:
    """Yield a section for each sort of findings: left out, worth a look, ignored."""
    if not intake.problems and not intake.refused:
        text = "Nothing: every file is a usable photo."
        yield Section(LEFT_OUT, (Paragraph(text, "good"),))
    listed = {LEFT_OUT: intake.problems, WORTH_A_LOOK: intake.warnings}
    for told in findings_of(intake):
        kinds = tuple(
            (f"{g.count:,}", g.reason if g.code == "ignored" else what_to_know(g), places(g))
            for g in told.groups[:_MOST_ROWS]
        )
        names = (Column("Count", "right"), Column("What it is, and what to do"), Column("Where"))
        blocks: list[Block] = [Table(f"{told.heading}, by kind", names, kinds)]
        if found := listed.get(told.heading):
            many = len(found) > _MOST_ROWS
            count = f"The first {_MOST_ROWS} of {len(found):,}" if many else "All"
            columns = tuple(map(Column, ("Where", "Kind", "Reason", "What to do")))
            table = Table("Files and reasons", columns, tuple(map(_finding, found[:_MOST_ROWS])))
            blocks.append(Fold(f"{count} findings, one by one", (table,)))
        served = refused_when_served(intake) if told.heading == LEFT_OUT else ""
        lede = f"{served[0].upper()}{served[1:]}." if served else ""
        yield Section(told.heading, tuple(blocks), lede)


def _finding(problem: Problem) -> tuple[Cell | str, ...]:
    kind = (problem.cause or problem.code).replace("_", " ")
    place = shown(problem.place or problem.path)
    return (Cell(place, code=True), Cell(badge=Badge(kind, "bad")), problem.reason, problem.advice)


_YEARS: Final = (
    *(-3000.0, 0.0, 1000.0, 1400.0, 1600.0, 1700.0, 1800.0, 1850.0, 1875.0, 1900.0, 1925.0),
    *(1950.0, 1975.0, 2000.0, 2050.0),
)
_SIDES: Final = (
    *(0.0, 64.0, 128.0, 192.0, 256.0, 384.0, 512.0, 768.0, 1024.0, 2048.0, 4096.0, 12000.0),
)
_COMMONEST: Final = 8

Pictures = Mapping[str, Picture | Unshown]


def data_report_page(survey: Survey, name: str, pictures: Pictures) -> Page:
    """Put the report on a folder together; `pictures` holds those of `survey.photos_shown()`."""
    findings = tuple(findings_sections(survey.intake))
    whole = (
        *(_numbers(survey), _styles(survey), *findings, _years(survey), _sizes(survey)),
        *(_origins(survey), _duplicates(survey, pictures), _sheets(survey, pictures)),
    )
    # Where no file was opened, zeros would say that the folder is empty.
    sections = whole if survey.looked else findings
    return Page(
        title=name,
        sections=sections,
        kicker="Data report",
        lede="What this folder holds, before any of it is imported.",
        banner=_banner(survey),
        footer=f"Seed {survey.params.seed}. Nothing was changed, copied or imported.",
    )


def _banner(survey: Survey) -> Banner:
    """Say what an import would do, what `prepare` would miss, and where an era will come from."""
    intake = survey.intake
    taken, left = len(intake.added), len(intake.problems)
    headline = f"An import would take in {taken:,} photos and leave {left:,} files out."
    if survey.refused:
        reasons = tuple(refusal_line(group) for group in grouped(intake.refusals))
        return Banner("bad", "Not importable", "An import would refuse this folder.", reasons)
    asked, groups = survey.params.prepare, _groups(survey)
    least = asked.min_groups_per_label
    few = [style for style, found in groups.items() if len(found) < least]
    lacks, years = [], []
    if few:
        lacks.append(f"under {least} buildings, so not trained on: {', '.join(sorted(few))}")
    if (enough := len(groups) - len(few)) < asked.min_labels:
        lacks.append(f"styles with enough buildings: {enough} of {asked.min_labels}")
    known, needed = (
        sum(r.year is not None for r in survey.manifest.rows),
        asked.min_photos_with_year,
    )
    if known < needed:
        years.append(
            f"photos with a year: {known}; the era is learned from {needed} or more to train on, "
            "and comes from the styles' periods with fewer"
        )
    if lacks:
        return Banner("unsure", "Importable, not trainable", headline, (*lacks, *years))
    most = survey.params.import_photos.max_bad_share
    share = f"{intake.bad_share:.1%} of the files are bad, at most {most:.1%} may be"
    return Banner("good", "Importable", headline, (share, *years))


def _groups(survey: Survey) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in survey.manifest.rows:
        found[row.style].add(row.group)
    return found


def _numbers(survey: Survey) -> Section:
    rows = survey.manifest.rows
    known = sum(row.year is not None for row in rows)
    buildings = len({row.group for row in rows})
    megabytes = sum(one.size_bytes for one in survey.looked) / 1e6
    numbers = (
        KeyNumber("Files", f"{len(survey.looked):,}", f"{megabytes:,.0f} MB"),
        KeyNumber("Photos to take in", f"{len(rows):,}", remark="each once, of a known style"),
        KeyNumber("Buildings", f"{buildings:,}", remark="by the table, and by likeness"),
        KeyNumber("Styles", str(len({row.style for row in rows}))),
        KeyNumber("With a year", f"{known / len(rows):.0%}" if rows else "-", f"{known:,} photos"),
    )
    lede = "".join(f"{note}." for note in survey.intake.notes)
    return Section("In numbers", (KeyNumbers(numbers),), lede)


def _styles(survey: Survey) -> Section:
    groups = _groups(survey)
    photos = dict(counts_of([row.style for row in survey.manifest.rows]))
    bars = tuple(
        Counted(style.replace("_", " "), count, f"in {len(groups[style])}")
        for style, count in photos.items()
    )
    blocks: list[Block] = []
    if bars:
        most, least = bars[0], bars[-1]
        alt = f"From {most.count} photos of {most.label} to {least.count} of {least.label}"
        note = "Photos, and in how many buildings."
        blocks.append(Chart("Photos by style", alt, Bars(bars), note))
    bad = {problem.path for problem in survey.problems}
    rows = tuple(
        (
            shown(folder),
            f"{len(files):,}",
            f"{sum(one.found.path not in bad for one in files):,}",
            f"{sum(one.found.path in bad for one in files):,}",
        )
        for folder, files in survey.folders().items()
    )
    columns = (Column("Folder"), *(Column(c, "right") for c in ("Files", "Taken in", "Left out")))
    folders = Table("Files by folder", columns, rows)
    blocks.append(Fold("Folder by folder", (folders,)))
    return Section("By style", tuple(blocks))


def _years(survey: Survey) -> Section:
    title = "Years"
    rows = survey.manifest.rows
    years = [row.year for row in rows if row.year is not None]
    if not years:
        text = "No photo has a year. A table beside the photos states them, in a column `year`."
        return Section(title, (Paragraph(text, "unsure"),))
    known: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.year is not None:
            known[row.style].append(row.year)
    alt = f"{len(years):,} of {len(rows):,} photos have a year, from {min(years)} to {max(years)}"
    chart = Chart("Photos by year", alt, Histogram.of(years, _YEARS, "year (bins differ)"))
    photos = dict(counts_of([row.style for row in rows]))
    table = Table(
        "Years by style",
        (
            Column("Style"),
            *(Column(c, "right") for c in ("With a year", "First", "Median", "Last")),
        ),
        tuple(
            (
                *(style.replace("_", " "), f"{len(found) / photos[style]:.0%}"),
                *(str(min(found)), f"{median(found):.0f}", str(max(found))),
            )
            for style, found in sorted(known.items())
        ),
    )
    return Section(title, (chart, Fold("Style by style", (table,))), f"{alt}.")


def _sizes(survey: Survey) -> Section:
    title = "Sizes and formats"
    headers = [one.header for one in survey.looked if one.header is not None]
    if not headers:
        return Section(title, (Paragraph("No file is a photo that can be read.", "bad"),))
    sides = [float(min(header.width, header.height)) for header in headers]
    middle = median(sides)
    alt = f"Shorter sides from {min(sides):.0f} to {max(sides):.0f} pixels, median {middle:.0f}"
    drawing = Histogram.of(sides, _SIDES, "shorter side in pixels (bins grow)")
    sizes = counts_of([f"{header.width} x {header.height}" for header in headers])
    formats = counts_of([header.format for header in headers])
    facts = (
        Fact("Formats", ", ".join(f"{name} {count:,}" for name, count in formats)),
        Fact("Different sizes", f"{len(sizes):,}"),
    )
    table = Table(
        "Commonest sizes",
        (Column("Pixels"), Column("Files", "right")),
        tuple((name, f"{count:,}") for name, count in sizes[:_COMMONEST]),
    )
    chart = Chart("Shorter sides", alt, drawing, f"{alt}.")
    return Section(title, (Facts(facts), Grid((chart, table))))


def _origins(survey: Survey) -> Section:
    rows = survey.manifest.rows
    pairs = counts_of([f"{row.source}\n{row.licence}" for row in rows])
    table = Table(
        "Photos by source and licence",
        (Column("Source"), Column("Licence"), Column("Photos", "right")),
        tuple((*pair.split("\n"), f"{count:,}") for pair, count in pairs[:_MOST_ROWS]),
    )
    unstated = sum(UNSTATED in {row.source, row.licence} for row in rows)
    text = f"{unstated:,} photos have no stated source or licence. A table beside them states both."
    note = (Paragraph(text, "unsure"),) if unstated else ()
    return Section("Sources and licences", (*note, table))


def _duplicates(survey: Survey, pictures: Pictures) -> Section:
    copies, alike = survey.copies, survey.alike
    surplus = sum(len(paths) - 1 for paths in copies)
    bits = survey.params.import_photos.near_duplicate_bits
    numbers = KeyNumbers(
        (
            KeyNumber("Surplus copies", f"{surplus:,}", f"of {len(copies):,} photos"),
            KeyNumber("Photos that look alike", f"{sum(map(len, alike)):,}", remark=f"{bits} bits"),
            KeyNumber("Groups of them", f"{len(alike):,}", remark="each counts as one building"),
        )
    )
    ties = tuple(tie_lines(survey.intake.ties))
    blocks: list[Block] = [numbers, *([Bullets(ties)] if ties else [])]
    if copies:
        lists = tuple(" = ".join(map(shown, paths)) for paths in copies[:_MOST_ROWS])
        blocks.append(Fold("Files with the same bytes", (Bullets(lists),)))
    groups = tuple(
        PhotoTiles(f"{len(paths)} photos", tuple(_tile(p, pictures) for p in paths[:OF_A_GROUP]))
        for paths in alike[:GROUPS]
    )
    if groups:
        blocks.append(Grid(groups))
    lede = (
        "The same photo twice is taken in once; photos of one building, by the table or by "
        "likeness, are kept in one split together."
    )
    return Section("What is tied together", tuple(blocks), lede)


def _sheets(survey: Survey, pictures: Pictures) -> Section:
    sheets = tuple(
        PhotoTiles(shown(name.replace("_", " ")), tuple(_file(one, pictures) for one in files))
        for name, files in survey.sheets().items()
    )
    more = len(survey.folders()) - SHEETS
    rest = (Paragraph(f"And {more} folders more."),) if more > 0 else ()
    lede = "A few files of every folder, drawn by lot, the same ones each time."
    return Section("Sample sheets", (*sheets, *rest), lede)


def _file(one: Looked, pictures: Pictures) -> PhotoTile:
    tile = _tile(one.found.path, pictures)
    if isinstance(one.verdict, Problem):
        badge = Badge(one.verdict.code.replace("_", " "), "bad")
        return PhotoTile(tile.picture, tile.alt, lines=tile.lines, badge=badge)
    year = one.verdict.row.year
    return PhotoTile(tile.picture, tile.alt, "" if year is None else str(year), tile.lines)


def _tile(path: str, pictures: Pictures) -> PhotoTile:
    picture = pictures.get(path, Unshown("it was not looked at"))
    return PhotoTile(picture, f"photo {shown(path)}", lines=(shown(path.rpartition("/")[2]),))
