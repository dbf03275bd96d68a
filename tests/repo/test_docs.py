"""What pages name is there: links, files, tests, commands, options, make targets, variables."""

import ast
import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from delivery.cli import app as delivery
from gate.cli import app as gate
from inference.cli import app as inference
from rehearsal.box.cli import app as box
from training.cli import app as training

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
TEST = re.compile(r"`(tests/[\w/.*]+\.py)(?:::([\w*]+))?`")
APPS = {
    "box": box,
    "delivery": delivery,
    "gate": gate,
    "inference": inference,
    "training": training,
}
PACKAGES = tuple(sorted(path.parents[0].name for path in ROOT.glob("*s/*/src/*/__init__.py")))
COMMAND = re.compile(
    rf"(?:bin/plinth |`)({'|'.join(APPS)}) ([a-z][a-z-]*(?: [a-z][a-z-]*)?)(?=([^`\n]*))"
)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
CODE = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
MODULE = re.compile(rf"`((?:{'|'.join(PACKAGES)})(?:\.\w+){{2,}})`")
PLACE = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*/?")
SOURCE = re.compile(r"\.(?:py|md|tf|hcl|toml|yml|sh|svg)")
ELSEWHERE = {
    "policies/keys": "a team adds its keys",
    "policies/approvals": "approvals of a team",
    "sitecustomize.py": "what an attacker would add",
}
"""Paths that pages may name and that this repository doesn't have, with the reason."""
TARGET = re.compile(r"(?:^    |`)make ([a-z][a-z-]*)", re.MULTILINE)
VARIABLE = re.compile(r"\bPLINTH_[A-Z][A-Z_]*[A-Z]\b")


@pytest.fixture(scope="session")
def pages(project_files: tuple[Path, ...]) -> tuple[Path, ...]:
    """Every page of the repository."""
    return tuple(path for path in project_files if path.suffix == ".md")


@cache
def command_of(service: str, words: tuple[str, ...]) -> Any:
    """Return a service's command, or its command's, by name; None where there is none."""
    app = APPS[service]
    command: Any = typer.main.get_command(app) if isinstance(app, typer.Typer) else app
    for word in words:
        if not hasattr(command, "list_commands"):
            return command
        found = command.get_command(typer.Context(command), word)
        if found is None:
            return None
        command = found
    return command


@cache
def places() -> frozenset[str]:
    """Return every file and folder of the repository by each end of its path."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    files = [Path(name).parts for name in listing.split("\0") if (ROOT / name).is_file()]
    return frozenset(
        "/".join(parts[start:end])
        for parts in files
        for end in range(1, len(parts) + 1)
        for start in range(end)
    )


@cache
def headings(page: Path) -> frozenset[str]:
    """The anchors that GitHub makes of a page's headings."""
    text = FENCED.sub("", page.read_text())
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles)


@cache
def functions(path: Path) -> frozenset[str]:
    """The tests that a file has."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef))


@cache
def all_tests() -> frozenset[str]:
    """Return the names of all tests."""
    return frozenset(name for path in ROOT.glob("tests/**/test_*.py") for name in functions(path))


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
    yield from (
        name for name in re.findall(r"`(test_\w+)`", page.read_text()) if name not in all_tests()
    )


def missing_commands(page: Path) -> Iterator[str]:
    """Commands of services, and options of them, that a page names and that are not there."""
    for service, words, rest in COMMAND.findall(page.read_text().replace("\\\n", " ")):
        names = tuple(words.split(" "))
        command = command_of(service, names[:1])
        group = hasattr(command, "list_commands")
        command = command_of(service, names) if group and len(names) > 1 else command
        if command is None:
            yield f"{service} {words}"
            continue
        if hasattr(command, "list_commands"):
            continue
        known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
        own = re.split(r"&&|\||#|bin/plinth", rest)[0]
        yield from (
            f"{service} {words} {name}" for name in OPTION.findall(own) if name not in known
        )


def missing_places(page: Path) -> Iterator[str]:
    """Files, folders and modules that a page names and that are not there.

    A path may be given by its end: `deploy/deploy.py`. Products of commands are not looked for.
    """
    top = {place.name for place in ROOT.iterdir() if place.name in places()} - {"data"}
    text = page.read_text()
    for module in (*re.findall(r"-m ((?:\w+\.)+\w+)", text), *MODULE.findall(text)):
        place = module.replace(".", "/")
        if not {place, f"{place}.py", f"{place.rpartition('/')[0]}.py"} & places():
            yield module
    for word in CODE.findall(FENCED.sub("", text)):
        place = word.partition("::")[0].rstrip("/")
        if not PLACE.fullmatch(place) or place in ELSEWHERE:
            continue
        ours = place.partition("/")[0] in top and "/" in place
        if not ours and not SOURCE.fullmatch(Path(place).suffix):
            continue
        if not (place in places() or ("*" in place and any(fnmatch(p, place) for p in places()))):
            yield place


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


def test_every_path_that_a_page_names_is_there(pages: tuple[Path, ...]) -> None:
    assert faults(pages, missing_places) == {}


def test_every_make_target_that_a_page_names_is_there(pages: tuple[Path, ...]) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert faults(pages, lambda page: set(TARGET.findall(page.read_text())) - targets) == {}


def test_every_variable_that_a_page_names_is_read_somewhere(
    pages: tuple[Path, ...], project_files: tuple[Path, ...]
) -> None:
    sources = [
        p for p in project_files if p.suffix != ".md" and "tests" not in p.relative_to(ROOT).parts
    ]
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


@pytest.mark.parametrize("service", APPS)
def test_the_page_of_a_service_has_every_command(service: str) -> None:
    page = "rehearsal" if service == "box" else f"services/{service}"
    text = (ROOT / page / "README.md").read_text()
    group = command_of(service, ())
    commands = {name: group.get_command(None, name) for name in group.list_commands(None)}
    shown = [name for name, command in commands.items() if not command.hidden]

    assert [name for name in shown if not re.search(rf"[`/ ]{name}[`\s,]", text)] == []


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
        ("`bin/plinth delivery conjure x`", missing_commands, ["delivery conjure x"]),
        ("`delivery local prune --all`", missing_commands, ["delivery local prune --all"]),
        (
            "`bin/plinth delivery audit --full`, `delivery local observe staging`",
            missing_commands,
            [],
        ),
        (
            "`docs/gone/`, `deploy/gone.py`, `build/x.csv`",
            missing_places,
            ["docs/gone", "deploy/gone.py"],
        ),
        (
            "`delivery.gone.rules`, python -m delivery.nowhere",
            missing_places,
            ["delivery.nowhere", "delivery.gone.rules"],
        ),
        (
            "`test_gone`, `test_every_link_leads_to_a_file_and_a_heading`",
            missing_tests,
            ["test_gone"],
        ),
        ("`deploy/deploy.py`, `tests/unit/*/test_cli.py`, `bin/`", missing_places, []),
        ("`delivery conjure`", missing_commands, ["delivery conjure"]),
        ("bin/plinth box log 3, `gate judge`", missing_commands, []),
    ],
)
def test_what_is_not_there_is_found(
    tmp_path: Path, text: str, find: object, wrong: list[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)

    assert list(find(page)) == wrong  # type: ignore[operator]
