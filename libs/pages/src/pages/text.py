"""Text of others, made safe to look at. HTML is escaped by the templates; this is what is left."""

import re

_INSTEAD = "\N{REPLACEMENT CHARACTER}"
_UNBROKEN = "\N{NO-BREAK SPACE}"
_BREAKS = re.compile(rf"[^\S{_UNBROKEN}]+")


def shown(text: str, longest: int | None = None) -> str:
    """Return one line in which nothing is invisible, at most `longest` characters of it.

    White space of any kind becomes a space, but a no-break space stays one. Control characters, and
    those that hide or turn text round (a file may be called photo<U+202E>gpj.exe), become U+FFFD.
    """
    line = _BREAKS.sub(" ", text).strip(" ")
    seen = "".join(c if c.isprintable() or c == _UNBROKEN else _INSTEAD for c in line)
    return seen if longest is None or len(seen) <= longest else seen[: longest - 1] + "…"
