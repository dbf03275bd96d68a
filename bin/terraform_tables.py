"""Writes the tables of variables and outputs in the READMEs of Terraform's roots and modules.

Usage: python bin/terraform_tables.py [--check] [--root CHECKOUT]

They stand between `<!-- tables -->` and `<!-- end of tables -->`, which every folder's README has.
Exit codes: 0 written, or nothing to write; 1 with --check, where a table is stale; 2 where a README
lacks the two marks, or Terraform's files can't be read.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import hcl2
from lark.exceptions import LarkError

_TABLES = re.compile(r"(<!-- tables -->\n).*(<!-- end of tables -->)", re.DOTALL)


class TablesUnreadable(Exception):
    """A README without the two marks, or a file of Terraform that can't be parsed."""


def folders(checkout: Path) -> list[Path]:
    """Return every folder with variables and a README: roots and modules, sorted."""
    files = (checkout / "infra/terraform").rglob("variables.tf")
    return sorted(file.parent for file in files if (file.parent / "README.md").is_file())


def tables(folder: Path) -> str:
    """Return the Markdown tables of a folder's variables and outputs, sorted by name."""
    variables = [
        (f"`{name}`", body["description"], _default(body))
        for name, body in _read(folder, "variable")
    ]
    outputs = [(f"`{name}`", body["description"]) for name, body in _read(folder, "output")]
    parts = [_table(("variable", "what it is", "default"), variables)]
    if outputs:
        parts.append(_table(("output", "what it is"), outputs))
    return "\n\n".join(parts)


def written(readme: Path) -> str:
    """Return what a README should say; raises TablesUnreadable where it has no place for tables."""
    text = readme.read_text(encoding="utf-8")
    if len(_TABLES.findall(text)) != 1:
        marks = "`<!-- tables -->` and `<!-- end of tables -->`"
        raise TablesUnreadable(f"{readme}: write {marks}, each once, where the tables belong")
    new = tables(readme.parent)
    return _TABLES.sub(lambda part: f"{part[1]}\n{new}\n\n{part[2]}", text)


def main(words: list[str]) -> int:
    """Write or check the tables."""
    parser = argparse.ArgumentParser(description="Writes the tables of Terraform's READMEs.")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 for a stale table")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[1])
    options = parser.parse_args(words)
    stale = 0
    try:
        for readme in (folder / "README.md" for folder in folders(options.root)):
            new = written(readme)
            if new == readme.read_text(encoding="utf-8"):
                continue
            stale += 1
            if not options.check:
                readme.write_text(new, encoding="utf-8")
            _say(f"{readme.relative_to(options.root)}: {'stale' if options.check else 'written'}")
    except (TablesUnreadable, OSError) as exc:
        _say(str(exc))
        return 2
    if stale and options.check:
        _say("run make terraform-tables")
    return 1 if stale and options.check else 0


def _read(folder: Path, kind: str) -> list[tuple[str, dict[str, Any]]]:
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("*.tf")):
        try:
            blocks = hcl2.loads(file.read_text(encoding="utf-8")).get(kind, [])
        except LarkError as exc:
            raise TablesUnreadable(f"{file} can't be parsed: {exc}") from exc
        for block in blocks:
            found |= _plain(block)
    return sorted(found.items())


def _default(body: dict[str, Any]) -> str:
    return f"`{json.dumps(body['default'])}`" if "default" in body else "needed"


def _plain(value: Any) -> Any:
    """Return a value of the parser without its own marks: quotation marks around strings."""
    if isinstance(value, dict):
        return {_plain(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1]
    return value


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heading, ("---",) * len(heading), *rows]
    return "\n".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines
    )


def _say(text: str) -> None:
    sys.stderr.write(f"terraform_tables: {text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
