"""Files that are replaced whole: a reader sees the old text or the new one, never half of it."""

from pathlib import Path


def write_whole(path: Path, text: str) -> Path:
    """Replace a file's text whole, make its folder where there is none, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".draft")
    draft.write_text(text, encoding="utf-8", newline="")
    draft.replace(path)
    return path
