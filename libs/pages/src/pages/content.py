"""What a page is made of: plain values. Everything in them is text, and is escaped when rendered.

`kind` names the template that shows a block.

PagesError
`-- BadTable   a row has another number of cells than the table has columns
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from markupsafe import Markup

from pages.charts import Chart
from pages.thumbnails import Picture, Unshown

Tone = Literal["plain", "good", "bad", "unsure"]
Align = Literal["left", "right"]


class PagesError(Exception):
    """Base of every error of this package."""


class BadTable(PagesError):
    """A row of a table doesn't fit its columns."""

    def __init__(self, caption: str, cells: int, columns: int) -> None:
        self.caption = caption
        self.cells = cells
        self.columns = columns
        super().__init__(
            f"a row of the table {caption!r} has {cells} cells for {columns} columns; "
            "give one cell a column"
        )


@dataclass(frozen=True)
class Paragraph:
    """Running text; with another tone than plain it stands out as a note."""

    kind: ClassVar[str] = "paragraph"
    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Heading:
    """A heading below a section's."""

    kind: ClassVar[str] = "heading"
    text: str
    remark: str = ""


@dataclass(frozen=True)
class Bullets:
    """A list."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]
    title: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True)
class Fact:
    """A name and what it is; `code` for digests and the like."""

    name: str
    value: str
    code: bool = False


@dataclass(frozen=True)
class Facts:
    """Names and what they are."""

    kind: ClassVar[str] = "facts"
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class KeyNumber:
    """A number to be seen first, as text: `value` with its interval and what to hold it against."""

    label: str
    value: str
    interval: str = ""
    remark: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True)
class KeyNumbers:
    """Numbers side by side."""

    kind: ClassVar[str] = "key_numbers"
    numbers: tuple[KeyNumber, ...]


@dataclass(frozen=True)
class Badge:
    """One word in a tone; the word says what the colour says."""

    word: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Cell:
    """A cell with more to it than text."""

    text: str = ""
    badge: Badge | None = None
    code: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table; numbers go to the right."""

    name: str
    align: Align = "left"


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row is its header. BadTable where a row doesn't fit."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell | str, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise BadTable(self.caption, len(row), len(self.columns))

    @property
    def cells(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows with every cell a Cell."""
        return tuple(
            tuple(Cell(cell) if isinstance(cell, str) else cell for cell in row)
            for row in self.rows
        )


@dataclass(frozen=True)
class PhotoTile:
    """A photo and what is to be said of it; `alt` says in words what is seen."""

    picture: Picture | Unshown
    alt: str
    title: str = ""
    lines: tuple[str, ...] = ()
    badge: Badge | None = None


@dataclass(frozen=True)
class PhotoTiles:
    """Photos side by side under one caption."""

    kind: ClassVar[str] = "photo_tiles"
    caption: str
    tiles: tuple[PhotoTile, ...]


@dataclass(frozen=True)
class Prose:
    """HTML that this package made from Markdown; nobody else makes any."""

    kind: ClassVar[str] = "prose"
    html: Markup


@dataclass(frozen=True)
class Grid:
    """Blocks side by side as far as there is room, each at least so wide."""

    kind: ClassVar[str] = "grid"
    blocks: tuple["Block", ...]
    width: Literal["narrow", "medium", "wide"] = "medium"


@dataclass(frozen=True)
class Fold:
    """Blocks that are opened on demand; a printed page has them open."""

    kind: ClassVar[str] = "fold"
    summary: str
    blocks: tuple["Block", ...]


Block = (
    Paragraph
    | Heading
    | Bullets
    | Facts
    | KeyNumbers
    | Table
    | Chart
    | PhotoTiles
    | Prose
    | Grid
    | Fold
)


@dataclass(frozen=True)
class Section:
    """A part of a page with a heading; `lede` says in a sentence what it shows."""

    title: str
    blocks: tuple[Block, ...]
    lede: str = ""


@dataclass(frozen=True)
class Banner:
    """What a page comes to, said first."""

    tone: Tone
    word: str
    headline: str
    lines: tuple[str, ...] = ()
    badges: tuple[Badge, ...] = ()


@dataclass(frozen=True)
class Page:
    """A whole page. `kicker` stands above the title and says what kind of page this is."""

    title: str
    sections: tuple[Section, ...]
    kicker: str = ""
    lede: str = ""
    banner: Banner | None = None
    footer: str = ""
