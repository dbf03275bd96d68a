"""No file over 600 lines, no function over 40 without a reason, no module with an empty name."""

import ast
from pathlib import Path

import pytest

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 40
EMPTY_NAMES = {"utils", "helpers", "common", "manager", "base", "misc", "util", "helper"}


def long_functions(source: str) -> list[str]:
    """Functions over the limit whose def carries no `# long: reason`."""
    lines = source.splitlines()
    functions = (
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return [
        node.name
        for node in functions
        if (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION_LINES
        and "# long: " not in "".join(lines[node.lineno - 1 : node.body[0].lineno])
    ]


def test_no_file_is_over_600_lines(python_files: tuple[Path, ...], root: Path) -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in python_files}

    long = [str(path.relative_to(root)) for path, n in lengths.items() if n > MAX_FILE_LINES]

    assert long == []


def test_no_function_is_over_40_lines_without_a_reason(
    python_files: tuple[Path, ...], root: Path
) -> None:
    found = {str(p.relative_to(root)): long_functions(p.read_text()) for p in python_files}

    assert {path: names for path, names in found.items() if names} == {}


def test_modules_and_folders_have_names_that_say_something(
    python_files: tuple[Path, ...], root: Path
) -> None:
    relative = [path.relative_to(root).with_suffix("") for path in python_files]

    assert [str(path) for path in relative if EMPTY_NAMES & set(path.parts)] == []


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("def f():", ["f"]),
        ("async def f():", ["f"]),
        ("def f():  # long: a table reads better whole", []),
    ],
)
def test_a_long_function_is_found_unless_it_says_why(definition: str, expected: list[str]) -> None:
    source = definition + "\n" + "    x = 1\n" * MAX_FUNCTION_LINES

    assert long_functions(source) == expected


def test_a_function_of_40_lines_is_allowed() -> None:
    assert long_functions("def f():\n" + "    x = 1\n" * (MAX_FUNCTION_LINES - 1)) == []
