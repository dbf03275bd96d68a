"""Programs that stand as texts, in benchmarks and tests, import what is there.

No type checker reads them, so a module that moves leaves them behind in silence.
"""

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

IMPORT = re.compile(r"^ *from ([a-z_]+(?:\.[a-z_]+)*) import ([A-Za-z_]+)", re.MULTILINE)
PLANTED = {"tests/repo/test_gate_mutations.py"}
"""Their texts are a checkout of their own."""


def packages(root: Path) -> set[str]:
    """The packages of ours, by name."""
    found = (*root.glob("libs/*/src/*"), *root.glob("services/*/src/*"), *root.glob("*/src/*"))
    return {path.name for path in found if (path / "__init__.py").is_file()}


def imported(source: str, ours: set[str]) -> Iterator[tuple[str, str]]:
    """Module and name of every import of ours in a text of a program."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for module, name in IMPORT.findall(node.value):
                if module.partition(".")[0] in ours:
                    yield module, name


def is_there(module: str, name: str) -> bool:
    """Whether a module defines or imports a name, or is a package with such a module."""
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:
        return False
    if spec is None or spec.origin is None:
        return False
    text = Path(spec.origin).read_text(encoding="utf-8")
    beside = Path(spec.origin).parent / name
    inside = spec.submodule_search_locations is not None
    return bool(re.search(rf"\b{name}\b", text)) or (
        inside and (beside.is_dir() or beside.with_suffix(".py").is_file())
    )


def test_programs_in_texts_import_what_is_there(root: Path, python_files: tuple[Path, ...]) -> None:
    ours, seen, missing = packages(root), 0, []
    for path in python_files:
        where = path.relative_to(root).as_posix()
        if where.startswith(("benchmarks/", "tests/")) and where not in PLANTED:
            for module, name in imported(path.read_text(encoding="utf-8"), ours):
                seen += 1
                missing += [] if is_there(module, name) else [f"{where}: {module} {name}"]
    assert seen > 5
    assert missing == []


@pytest.mark.parametrize(
    ("module", "name"),
    [("delivery.use_cases.speak", "path_of"), ("artifacts.digests", "no_such_name")],
)
def test_what_is_not_there_is_found(module: str, name: str) -> None:
    program = f"PROGRAM = '''\nfrom {module} import {name}\n'''"
    assert list(imported(program, {"delivery", "artifacts"})) == [(module, name)]
    assert not is_there(module, name)
