"""Text of others, made safe to show: a log's line may hold an escape sequence."""

MAX_LENGTH = 300


def plain(text: object, longest: int = MAX_LENGTH) -> str:
    """Return one printable line: control and invisible characters become `?`, the rest is cut."""
    line = " ".join(str(text).split())
    shown = "".join(character if character.isprintable() else "?" for character in line)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
