"""Which parts of a Python file decide something, and where in its bytes they stand.

Documentation, annotations and messages decide nothing: changing them could only be noticed by
tests that repeat them.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

Range = tuple[int, int]
TEXTS = {"reason", "limit", "what"}
"""Names to which text for people is added, piece by piece."""
IDLE = {"SHOWN", "__all__"}
"""Names that decide nothing: how many examples a message names, what a module exports."""


@dataclass(frozen=True)
class Found:
    """A node that decides something, what holds it, and the function or class around both."""

    node: ast.AST
    parent: ast.AST
    within: str


@dataclass(frozen=True)
class Source:
    """A Python file."""

    text: bytes

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.text.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        return starts

    def range(self, node: ast.expr | ast.stmt) -> Range:
        """Return where a node starts and ends, in bytes; the parentheses around it don't count."""
        last, column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[last - 1] + column

    def of(self, node: ast.expr | ast.stmt) -> bytes:
        """Return a node's own text."""
        start, end = self.range(node)
        return self.text[start:end]

    def decisions(self) -> Iterator[Found]:
        """Give every node that decides something, in the order of the file."""
        yield from _decisions(self.tree, "module")


def _decisions(parent: ast.AST, within: str) -> Iterator[Found]:
    for node in _children(parent):
        if _only_words(node, parent) or _of_a_page(node):
            continue
        inner = _named(node, within)
        yield Found(node, parent, inner)
        yield from _decisions(node, inner)


def _named(node: ast.AST, within: str) -> str:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return node.name if within == "module" else f"{within}.{node.name}"
    return within


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Give a node's children without annotations, decorators and what an exception says."""
    if isinstance(node, ast.AnnAssign):
        constraints = (one for one in ast.walk(node.annotation) if _is_field(one))
        yield from (*constraints, *([node.value] if node.value else ()))
    elif isinstance(node, ast.Assign) and _is_alias(node.value):
        yield from (one for one in ast.walk(node.value) if _is_field(one))
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield from node.body
    elif not isinstance(node, ast.Raise):
        yield from ast.iter_child_nodes(node)


def _is_field(node: ast.AST) -> bool:
    """Whether a node is pydantic's Field(...), which bounds a value."""
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and (node.func.id == "Field")
    )


def _is_alias(value: ast.expr) -> bool:
    return (
        isinstance(value, ast.Subscript)
        and isinstance(value.value, ast.Name)
        and (value.value.id in {"Annotated", "Literal"})
    )


def _of_a_page(node: ast.AST) -> bool:
    """Whether a node puts a setting into words, or says where in a report a rule stands."""
    if isinstance(node, ast.FunctionDef):
        return node.name == "words"
    return isinstance(node, ast.keyword) and node.arg == "order"


def _only_words(node: ast.AST, parent: ast.AST) -> bool:
    """Whether a node is documentation or makes a message."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    named = node.targets if isinstance(node, ast.Assign) else ()
    indices = ast.walk(node.slice) if isinstance(node, ast.Subscript) else ()
    if IDLE & _names((*named, *indices)):
        return True
    if isinstance(node, ast.AugAssign):
        return bool(TEXTS & _names([node.target]))
    if isinstance(node, ast.IfExp) and not isinstance(parent, ast.Return):
        return _is_message(node.body) or _is_message(node.orelse)
    if isinstance(node, ast.BoolOp):
        return any(map(_is_message, node.values))
    return isinstance(node, ast.JoinedStr)


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _is_message(node: ast.expr) -> bool:
    """Whether an expression is text for people: one with blanks, empty, or with values in it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value == "" or " " in node.value
    return isinstance(node, ast.JoinedStr)
