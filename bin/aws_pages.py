"""Writes the generated parts of docs/aws, from the Terraform and the prices.

Usage: python bin/aws_pages.py [--check] [--root CHECKOUT]

A part stands between `<!-- generated: NAME -->` and `<!-- end: NAME -->`. Exit codes: 0 written, or
nothing to write; 1 with --check, where a part is stale; 2 where something could not be read.
"""

import argparse
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import aws_tables as tables
from aws_costs import Costs, CostsUnknown, read_costs
from aws_terraform import Folder, read_modules, read_roots

_PART = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)
_MARKER = re.compile(r"<!-- (?:generated|end): ")


class PageBroken(Exception):
    """A page has a marker that no part belongs to, or one that isn't closed."""


@dataclass(frozen=True)
class Facts:
    """All that pages are made of."""

    modules: dict[str, Folder]
    roots: dict[str, Folder]
    costs: Costs
    recovery: Path
    differences: Path


PARTS: Mapping[str, Callable[[Facts], str]] = {
    "diagram-foundation": lambda facts: tables.diagram(facts.roots["foundation"], facts.modules),
    "diagram-aws": lambda facts: tables.diagram(facts.roots["aws"], facts.modules),
    "inside-inference-service": lambda facts: tables.inside(facts.modules["inference_service"]),
    "modules": lambda facts: tables.module_table(facts.modules, facts.roots),
    "sums": lambda facts: tables.sums(facts.costs, "month"),
    "sheets": lambda facts: tables.sheets(facts.costs, "month"),
    "what-if": lambda facts: tables.sums(facts.costs, "what-if"),
    "ways-out": lambda facts: tables.sums(facts.costs, "way-out"),
    "ways-out-sheets": lambda facts: tables.sheets(facts.costs, "way-out"),
    "quantities": lambda facts: tables.quantities(facts.costs),
    "prices": lambda facts: tables.prices(facts.costs),
    "recovery-values": lambda facts: tables.recovery_values(
        facts.recovery, facts.roots, facts.modules
    ),
    "proven": lambda facts: tables.proven(facts.modules, facts.roots),
    "differences": lambda facts: tables.differences(facts.differences),
}


def rendered(page: str, facts: Facts) -> str:
    """The page with every part made anew; raises PageBroken for a marker that makes no sense."""
    unknown = [name for _, name, _ in _PART.findall(page) if name not in PARTS]
    if unknown:
        raise PageBroken(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    if 2 * len(_PART.findall(page)) != len(_MARKER.findall(page)):
        raise PageBroken("a part isn't closed by an end of its own name")
    return _PART.sub(lambda part: f"{part[1]}\n{PARTS[part[2]](facts).strip()}\n\n{part[3]}", page)


def read_facts(checkout: Path) -> Facts:
    """Reads Terraform, prices and what emulators differ in."""
    terraform, docs = checkout / "infra" / "terraform", checkout / "docs" / "aws"
    modules, roots = read_modules(terraform), read_roots(terraform)
    return Facts(
        modules,
        roots,
        read_costs(docs / "prices.yaml", roots, modules),
        docs / "recovery.yaml",
        checkout / "tests" / "support" / "aws" / "emulator_differences.yaml",
    )


def main(words: list[str]) -> int:
    """Writes or checks the pages."""
    parser = argparse.ArgumentParser(description="Writes the generated parts of docs/aws.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; 1 where a part is stale"
    )
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[1])
    options = parser.parse_args(words)
    try:
        facts = read_facts(options.root)
        pages = {
            page: (
                page.read_text(encoding="utf-8"),
                rendered(page.read_text(encoding="utf-8"), facts),
            )
            for page in sorted((options.root / "docs" / "aws").glob("*.md"))
        }
    except (CostsUnknown, PageBroken, OSError, KeyError) as exc:
        _say(f"{type(exc).__name__}: {exc}")
        return 2
    stale = {page: new for page, (old, new) in pages.items() if old != new}
    for page, text in stale.items():
        if not options.check:
            page.write_text(text, encoding="utf-8")
        _say(f"{page.relative_to(options.root)}: {'stale' if options.check else 'written'}")
    if stale and options.check:
        _say("run python bin/aws_pages.py")
    return 1 if stale and options.check else 0


def _say(text: str) -> None:
    sys.stderr.write(f"aws_pages: {text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
