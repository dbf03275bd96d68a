"""What pages name is there: links, headings, files, tests, commands, targets and variables."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer

from box.cli import app as box
from cloud.cli import app as cloud
from delivery.cli import COMMANDS
from host.cli import app as host
from training.cli import app as training

ROOT = Path(__file__).parents[2]
THREATS = ROOT / "docs" / "security" / "threat-model.md"
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
TEST = re.compile(r"`(tests/[\w/.*]+\.py)(?:::([\w*]+))?`")
COMMAND = re.compile(
    r"bin/plinth (training|delivery|host|cloud|box) ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)"
)
DELIVERY = re.compile(r"`delivery ([a-z][a-z-]*)")
TARGET = re.compile(r"(?:^    |`)make ([a-z][a-z-]*)", re.MULTILINE)
VARIABLE = re.compile(r"\bPLINTH_[A-Z][A-Z_]*[A-Z]\b")
APPS = {"training": training, "host": host, "cloud": cloud, "box": box}


@pytest.fixture(scope="session")
def pages(project_files: tuple[Path, ...]) -> tuple[Path, ...]:
    """Every page of the repository."""
    return tuple(path for path in project_files if path.suffix == ".md")


@cache
def words_of(service: str) -> frozenset[str]:
    """The commands of a service."""
    if service == "delivery":
        return frozenset(name for names in COMMANDS.values() for name in names)
    command = typer.main.get_group(APPS[service])
    return frozenset(command.list_commands(typer.Context(command)))


@cache
def headings(page: Path) -> frozenset[str]:
    """The anchors that GitHub makes of a page's headings."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles)


@cache
def functions(path: Path) -> frozenset[str]:
    """The tests that a file has."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef))


def dead_links(page: Path) -> Iterator[str]:
    """Links of a page that lead to no file, or to no heading of it."""
    for link in LINK.findall(page.read_text()):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = page.parent / place if place else page
        if not target.exists() or (anchor and anchor not in headings(target)):
            yield link


def missing_tests(page: Path) -> Iterator[str]:
    """Tests that a page names and that are not there. `*` stands for anything."""
    for pattern, name in TEST.findall(page.read_text()):
        files = list(ROOT.glob(pattern))
        wanted = re.compile(re.escape(name).replace(r"\*", ".*"))
        if not files or (
            name and not any(wanted.fullmatch(f) for p in files for f in functions(p))
        ):
            yield f"{pattern}::{name}"


def missing_commands(page: Path) -> Iterator[str]:
    """Commands of services that a page names and that are not there."""
    text = page.read_text()
    for service, words in COMMAND.findall(text):
        if words.split(" ")[0] not in words_of(service):
            yield f"bin/plinth {service} {words}"
    yield from (
        f"delivery {word}" for word in DELIVERY.findall(text) if word not in words_of("delivery")
    )


def faults(pages: tuple[Path, ...], find: object) -> dict[str, list[str]]:
    """What is wrong, page by page."""
    found = {str(p.relative_to(ROOT)): sorted(set(find(p))) for p in pages}  # type: ignore[operator]
    return {page: wrong for page, wrong in found.items() if wrong}


def test_every_link_leads_to_a_file_and_a_heading(pages: tuple[Path, ...]) -> None:
    assert faults(pages, dead_links) == {}


def test_every_test_that_a_page_names_is_there(pages: tuple[Path, ...]) -> None:
    assert faults(pages, missing_tests) == {}


def test_every_command_that_a_page_names_is_there(pages: tuple[Path, ...]) -> None:
    assert faults(pages, missing_commands) == {}


def test_every_make_target_that_a_page_names_is_there(pages: tuple[Path, ...]) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert faults(pages, lambda page: set(TARGET.findall(page.read_text())) - targets) == {}


def test_every_variable_that_a_page_names_is_read_somewhere(
    pages: tuple[Path, ...], project_files: tuple[Path, ...]
) -> None:
    sources = [p for p in project_files if p.suffix != ".md" and "tests" not in p.parts]
    texts = "\n".join(p.read_text(errors="replace") for p in sources if p.stat().st_size < 200_000)
    fields = {f"PLINTH_{name.upper()}" for name in re.findall(r"^    (\w+): ", texts, re.MULTILINE)}
    known = set(VARIABLE.findall(texts)) | fields

    assert faults(pages, lambda page: set(VARIABLE.findall(page.read_text())) - known) == {}


def test_the_map_names_every_package_and_every_workflow() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    packages = {f"{p.parent.relative_to(ROOT)}/" for p in ROOT.glob("*s/*/pyproject.toml")}
    (workflows,) = re.findall(r"^    \.github/ +([\w, ]+):", text, re.MULTILINE)

    assert {name for name in packages if f"    {name} " not in text} == set()
    assert set(workflows.split(", ")) == {p.stem for p in ROOT.glob(".github/workflows/*.yml")}


def test_deliverys_page_has_every_command() -> None:
    text = (ROOT / "services" / "delivery" / "README.md").read_text()

    assert {word for word in words_of("delivery") if not re.search(rf"`{word}[` ]", text)} == set()


def test_every_word_of_the_glossary_stands_there_once() -> None:
    words = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)

    assert [word for word in set(words) if words.count(word) > 1] == []


@pytest.mark.parametrize(
    ("text", "find", "wrong"),
    [
        ("[a](missing.md)", dead_links, ["missing.md"]),
        ("[a](#no-such-heading)", dead_links, ["#no-such-heading"]),
        ("# Known: it\n[a](#known-it) [b](https://example.invalid/x)", dead_links, []),
        ("`tests/repo/test_gone.py`", missing_tests, ["tests/repo/test_gone.py::"]),
        (
            "`tests/repo/test_docs.py::test_gone`",
            missing_tests,
            ["tests/repo/test_docs.py::test_gone"],
        ),
        ("`tests/repo/test_d*.py::test_every_link_*`", missing_tests, []),
        ("`bin/plinth delivery conjure x`", missing_commands, ["bin/plinth delivery conjure x"]),
        ("`delivery conjure`", missing_commands, ["delivery conjure"]),
        ("bin/plinth box log 3, `delivery gate`", missing_commands, []),
    ],
)
def test_what_is_not_there_is_found(
    tmp_path: Path, text: str, find: object, wrong: list[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)

    assert list(find(page)) == wrong  # type: ignore[operator]
