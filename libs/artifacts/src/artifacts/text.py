"""Text of others, made safe to show. A file's name may hold an escape sequence, a label a table."""

import re

MAX_LENGTH = 300
LONGEST = 4000
"""What no text in a policy is longer than: nothing that people decided is cut."""
_INLINE = re.compile(r"([\\`*\[\]<>|~])")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~&-])")


def plain(text: object, longest: int = MAX_LENGTH) -> str:
    """Return one printable line: control and invisible characters become `?`, the rest is cut."""
    line = " ".join(str(text).split())
    shown = "".join(character if character.isprintable() else "?" for character in line)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def markdown(text: object) -> str:
    """Return one line that Markdown shows as it stands: no markup, no HTML, no link."""
    escaped = _MARKDOWN.sub(r"\\\1", plain(text)).replace("\\<", "&lt;").replace("\\&", "&amp;")
    # GitHub links bare addresses and mentions without any markup around them.
    return escaped.replace("://", ":&#47;&#47;").replace("@", "&#64;").replace("www.", "www&#46;")


def prose(text: object) -> str:
    """Return one line, whole, that Markdown shows as it stands inside a sentence or a table cell.

    For text that people wrote into git: punctuation that means nothing within a line stays as it
    is, so that the page's own text can be read and its changes reviewed.
    """
    escaped = (
        _INLINE.sub(r"\\\1", plain(text, LONGEST)).replace("&", "&amp;").replace("\\<", "&lt;")
    )
    return escaped.replace("://", ":&#47;&#47;").replace("@", "&#64;").replace("www.", "www&#46;")
