"""Mutants of tables of rules: each rule removed, and each made to pass whatever it finds."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from mutations.mutant import Edit
from mutations.reading import Source

REMOVED = "rule removed"
PASSES = "rule always passes"


@dataclass(frozen=True)
class Row:
    """A rule of the table: its id, and the module that judges by it."""

    rule: str
    module: str
    call: ast.Call


def rows(source: Source, stem: str) -> tuple[Row, ...]:
    """Read the table of the module `stem`: `RULES = (Rule(id, ..., judge, ...), ...)`.

    Raises:
        LookupError: the file has no such table, or a rule of it names no judge.
    """
    table = next(
        (
            node.value
            for node in source.tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign) and _names(node) == "RULES"
        ),
        None,
    )
    if not isinstance(table, ast.Tuple):
        raise LookupError("the table of rules is no tuple named RULES")  # noqa: TRY004 - not ours
    return tuple(_row(source, call, stem) for call in table.elts)


def edits(source: Source, stem: str) -> Iterator[tuple[Edit, str]]:
    """Give the two mutants of every rule, and its id."""
    for row in rows(source, stem):
        start, end = source.range(row.call)
        comma = source.text.index(b",", end) + 1
        yield Edit(REMOVED, start, comma, b""), row.rule
        judge = source.of(_judge(row.call))
        # A judge of one result gives it alone.
        passing = (
            b"lambda *given: tuple(one.model_copy(update={'outcome': 'passed'}) for one in "
            b"(lambda found: (found,) if hasattr(found, 'outcome') else found)"
            b"((" + judge + b")(*given)))"
        )
        yield Edit(PASSES, *source.range(_judge(row.call)), passing), row.rule


def _names(node: ast.Assign | ast.AnnAssign) -> str:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return target.id if isinstance(target, ast.Name) else ""


def _row(source: Source, call: ast.expr, stem: str) -> Row:
    if not (isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant)):
        raise LookupError("an entry of the table of rules is no Rule(id, ...)")
    return Row(str(call.args[0].value), _module(source, _judge(call), stem), call)


def _judge(call: ast.Call) -> ast.expr:
    """Return the judge: what is neither text nor a call."""
    given = [*call.args, *(one.value for one in call.keywords if one.arg == "judge")]
    found = next((one for one in given if isinstance(one, ast.Attribute | ast.Name)), None)
    if found is None:
        raise LookupError(f"no judge in {ast.unparse(call.args[0])}")
    return found


def _module(source: Source, judge: ast.expr, stem: str) -> str:
    """Name the module of a judge: `leakage.judge_leakage`, or a function that calls such a one."""
    if isinstance(judge, ast.Attribute):
        return ast.unparse(judge.value)
    name = ast.unparse(judge)
    bodies = [n for n in source.tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    called = (
        node.func.value.id
        for body in bodies
        for node in ast.walk(body)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.attr.startswith("judge")
    )
    return next(called, stem)
