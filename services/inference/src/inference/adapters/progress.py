"""How far a batch is, for someone who watches."""

from typing import TextIO


class CounterLine:
    """One line that counts, on a terminal; nothing at all on anything else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = stream.isatty()

    def advance(self, done: int, total: int) -> None:
        """Show that `done` of `total` files are done."""
        if self._shown:
            end = "\n" if done == total else ""
            self._stream.write(f"\r{done} of {total} photos{end}")
            self._stream.flush()
