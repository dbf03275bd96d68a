"""Mutants of a piece of Python: each operator weakens one kind of decision."""

import ast
import re
from collections.abc import Callable, Iterator
from typing import Final

from mutations.mutant import Edit
from mutations.reading import Found, Source

Operator = Callable[[Source, Found], Iterator[Edit]]

NUMBER: Final = "number"
CONSTRAINT: Final = "constraint"
BOUNDARY: Final = {b"<": b"<=", b"<=": b"<", b">": b">=", b">=": b">"}
NEGATED: Final = {
    b"<": b">=", b"<=": b">", b">": b"<=", b">=": b"<", b"==": b"!=", b"!=": b"==",
    b"in": b"not in", b"not in": b"in", b"is": b"is not", b"is not": b"is",
}  # fmt: skip
COMPARISON: Final = re.compile(rb"<=|>=|==|!=|<|>|\bnot\s+in\b|\bin\b|\bis\s+not\b|\bis\b")
OUTCOMES: Final = {
    "failed": b'"passed"', "missing": b'"passed"', "insufficient": b'"passed"',
    "refused": b'"allowed"', "undecided": b'"allowed"', "no_improvement": b'"allowed"',
}  # fmt: skip
OPPOSITE: Final = {"min": b"max", "max": b"min", "any": b"all", "all": b"any"}
ARITHMETIC: Final = {
    ast.Sub: (b"-", b"+"),
    ast.Mult: (b"*", b"/"),
    ast.Div: (b"/", b"*"),
}
LOOSER: Final = {"ge": -1, "gt": -1, "le": 1, "lt": 1, "min_length": -1, "max_length": 1}
Guarded = ast.If | ast.IfExp
Collected = ast.Tuple | ast.List | ast.Set


def edits(source: Source, only: str = "") -> Iterator[tuple[Edit, str]]:
    """Give every change of a file, and the function it is in; `only` names one class to change."""
    seen: set[bytes] = {source.text}
    for found in source.decisions():
        if not found.within.startswith(only):
            continue
        for operator in OPERATORS:
            for edit in operator(source, found):
                mutated = edit.apply(source.text)
                if mutated not in seen:
                    seen.add(mutated)
                    yield edit, found.within


def guards(source: Source, found: Found) -> Iterator[Edit]:
    """A condition is never true, or always; what it computes on the way stays."""
    tests: list[ast.expr] = []
    if isinstance(found.node, Guarded):
        tests = [found.node.test]
    elif isinstance(found.node, ast.comprehension):
        tests = found.node.ifs
    for test in tests:
        text = source.of(test)
        yield Edit("guard never true", *source.range(test), b"(" + text + b") and False")
        yield Edit("guard always true", *source.range(test), b"(" + text + b") or True")


def comparisons(source: Source, found: Found) -> Iterator[Edit]:
    """A comparison moves at its boundary, or is negated where it is no whole condition."""
    node = found.node
    if not isinstance(node, ast.Compare):
        return
    whole = isinstance(found.parent, Guarded) and found.parent.test is node
    for left, right in zip((node.left, *node.comparators), node.comparators, strict=False):
        start, sign = _between(source, left, right, COMPARISON)
        plain = b" ".join(sign.split())
        if plain in BOUNDARY:
            yield Edit("boundary", start, start + len(sign), BOUNDARY[plain])
        if not whole:  # guards() has the whole condition never and always true
            yield Edit("comparison negated", start, start + len(sign), NEGATED[plain])


def connectives(source: Source, found: Found) -> Iterator[Edit]:
    """`and` becomes `or` and the other way round, and each part of a condition is left out."""
    node = found.node
    if not isinstance(node, ast.BoolOp):
        return
    word, other = (b"and", b"or") if isinstance(node.op, ast.And) else (b"or", b"and")
    start, end = source.range(node)
    text = bytearray(source.text[start:end])
    for left, right in reversed(list(zip(node.values, node.values[1:], strict=False))):
        at, sign = _between(source, left, right, re.compile(rb"\b" + word + rb"\b"))
        text[at - start : at - start + len(sign)] = other
    yield Edit("and/or swapped", start, end, bytes(text))
    idle = b"True" if isinstance(node.op, ast.And) else b"False"
    for value in node.values:
        if not isinstance(value, ast.Constant):
            yield Edit("part of a condition", *source.range(value), idle)


def negations(source: Source, found: Found) -> Iterator[Edit]:
    """A `not`, or the minus before a name, is dropped."""
    node = found.node
    if not isinstance(node, ast.UnaryOp) or isinstance(node.operand, ast.Constant):
        return
    start, _ = source.range(node)
    if isinstance(node.op, ast.Not):
        yield Edit("not dropped", start, start + len(b"not "), b"")
    elif isinstance(node.op, ast.USub):
        yield Edit("minus dropped", start, start + 1, b"")


def outcomes(source: Source, found: Found) -> Iterator[Edit]:
    """An outcome that refuses becomes one that passes."""
    node = found.node
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in OUTCOMES:
        yield Edit("outcome", *source.range(node), OUTCOMES[node.value])


def numbers(source: Source, found: Found) -> Iterator[Edit]:
    """A number is a little smaller, or a little larger; a bound of a field only looser."""
    node, parent = found.node, found.parent
    if not isinstance(node, ast.Constant) or type(node.value) not in {int, float}:
        return
    value: float = node.value  # type: ignore[assignment]
    step = 1 if isinstance(value, int) else max(abs(value) / 10, 0.01)
    steps = [step, -step]
    if isinstance(parent, ast.Subscript):
        steps = [step]  # the index before the first is the last
    elif isinstance(parent, ast.keyword) and parent.arg in LOOSER:
        steps = [step * LOOSER[parent.arg]]
    for change in steps:
        yield Edit(NUMBER, *source.range(node), f"{value + change:g}".encode())


def extremes(source: Source, found: Found) -> Iterator[Edit]:
    """The least is taken for the greatest, one for all, and the other way round."""
    node = found.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OPPOSITE:
        yield Edit("min/max, any/all", *source.range(node.func), OPPOSITE[node.func.id])


def arithmetic(source: Source, found: Found) -> Iterator[Edit]:
    """A difference becomes a sum, a product a quotient."""
    node = found.node
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        sign, other = ARITHMETIC[type(node.op)]
        start, sign = _between(source, node.left, node.right, re.compile(re.escape(sign)))
        yield Edit("arithmetic", start, start + len(sign), other)


def statements(source: Source, found: Found) -> Iterator[Edit]:
    """A refusal isn't raised, a problem isn't collected."""
    node = found.node
    if isinstance(node, ast.Raise | ast.AugAssign) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom)
    ):
        yield Edit("statement dropped", *source.range(node), b"pass")


def entries(source: Source, found: Found) -> Iterator[Edit]:
    """One of several names, or one of several lists that are joined, is left out."""
    node = found.node
    if not isinstance(node, Collected):
        return
    if all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in node.elts):
        left_out = node.elts
    else:
        left_out = [one for one in node.elts if isinstance(one, ast.Starred)]
    for one in left_out if len(node.elts) > 1 else ():
        yield _without(source, one, node)


def constraints(source: Source, found: Found) -> Iterator[Edit]:
    """A bound of a field is dropped."""
    node = found.node
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return
    for one in node.keywords if node.func.id == "Field" else ():
        start, end = source.range(one.value)
        start -= len(f"{one.arg}=")
        comma = re.match(rb"\s*,\s*", source.text[end:])
        yield Edit(CONSTRAINT, start, end + (comma.end() if comma else 0), b"")


OPERATORS: Final[tuple[Operator, ...]] = (
    guards, comparisons, connectives, negations, outcomes, numbers, extremes, arithmetic,
    statements, entries, constraints,
)  # fmt: skip


def _between(
    source: Source, left: ast.expr, right: ast.expr, sign: re.Pattern[bytes]
) -> tuple[int, bytes]:
    """Find the sign between two expressions: where it starts, and as it is written."""
    start, end = source.range(left)[1], source.range(right)[0]
    found = sign.search(source.text, start, end)
    if found is None:
        raise LookupError(f"no {sign.pattern!r} in {source.text[start:end]!r}")
    return found.start(), found.group()


def _without(source: Source, one: ast.expr, whole: Collected) -> Edit:
    """Leave out an entry, and the comma after it, or before it if it is the last."""
    i, kind = whole.elts.index(one), "entry left out"
    if one is whole.elts[-1]:
        # The comma stays, for a tuple of one needs it.
        return Edit(kind, source.range(whole.elts[i - 1])[1] + 1, source.range(one)[1], b"")
    start, after = source.range(one)[0], whole.elts[i + 1]
    if len(whole.elts) == 2 and isinstance(whole, ast.Tuple):
        return Edit(kind, start, source.range(after)[1], source.of(after) + b",")
    return Edit(kind, start, source.range(after)[0], b"")
