"""Pages that hold every kind of block."""

from support.photo_files import jpeg

import pages as p


def charts(text: str) -> tuple[p.Chart, ...]:
    """One of each kind, `text` wherever text can stand."""
    limit = p.Reference(0.5, text, limit=True)
    row = p.IntervalRow(text, 0.6, 0.5, 0.7, text)
    bare = p.IntervalRow("no interval", 0.4, None, None, faint=True)
    curve = p.Curve(text, (0.9, None, 0.5), (0.9, None, 0.4), (0.9, None, 0.6))
    named = p.Histogram((0, 1, 2), (3, 0), text, (text, "1", "2"))
    drawings = (
        p.Intervals((row, bare), (limit, p.Reference(0.7, text))),
        p.Intervals((row,), share=False, unit=text),
        p.Bars((p.Counted(text, 1200, text), p.Counted("none", 0))),
        p.Histogram((0.0, 1.0, 3.0), (2, 5), text),
        named,
        p.Curves((text, "1", "2"), text, (curve,), (limit,)),
        p.Reliability((p.ReliabilityPoint(0.3, 0.25, 10), p.ReliabilityPoint(0.9, 1.0, 3))),
        p.Heatmap((text, "other"), ((5, 1), (0, 7))),
    )
    return tuple(p.Chart(text, text, drawing, text) for drawing in drawings)


def full_page(text: str) -> p.Page:
    """A page with every kind of block, `text` wherever text can stand."""
    badge = p.Badge(text, "good")
    tile = p.PhotoTile(p.thumbnail(jpeg(1)), text, text, (text,), badge)
    table = p.Table(
        text,
        (p.Column(text), p.Column(text, "right"), p.Column(text), p.Column(text)),
        ((text, p.Cell(text, badge), p.Cell(text, code=True), ""),),
    )
    blocks: tuple[p.Block, ...] = (
        p.Paragraph(text),
        p.Paragraph(text, "bad"),
        p.Heading(text, text),
        p.Bullets((text,), text, "unsure"),
        p.Facts((p.Fact(text, text), p.Fact(text, text, code=True))),
        p.KeyNumbers((p.KeyNumber(text, text, text, text, "bad"),)),
        p.Grid(charts(text), "narrow"),
        p.Fold(text, (table,)),
        p.PhotoTiles(text, (tile, p.PhotoTile(p.Unshown(text), text))),
        *p.page_of_markdown(f"# t\n\n{text}\n").sections[0].blocks,
    )
    banner = p.Banner("bad", text, text, (text,), (badge,))
    return p.Page(text, (p.Section(text, blocks, text),), text, text, banner, text)
