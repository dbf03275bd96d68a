"""What can go wrong in this package.

PagesError
`-- BadTable   a row has another number of cells than the table has columns
"""


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
