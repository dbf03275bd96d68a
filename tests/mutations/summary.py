"""The tables at the end: rule by rule, then the other files of the domain, then the policies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mutations.mutant import Mutant
from mutations.policy_files import REFUSED
from mutations.rule_table import PASSES, REMOVED, Row
from mutations.runs import Verdict


@dataclass(frozen=True)
class Results:
    """Every mutant with its verdict, and the ids of those that no test could notice."""

    verdicts: tuple[tuple[Mutant, Verdict], ...]
    equivalent: frozenset[str]

    @property
    def survivors(self) -> list[Mutant]:
        """The mutants that no test noticed and nothing excuses."""
        return [m for m, v in self.verdicts if not v.by and m.id not in self.equivalent]

    def counts(self, group: str) -> tuple[int, int, int]:
        """Count a group's mutants, those that were killed, and those that are equivalent."""
        found = [(m, v) for m, v in self.verdicts if m.group == group and not _is_rule(m)]
        killed = sum(bool(v.by) for _, v in found)
        return len(found), killed, sum(m.id in self.equivalent for m, v in found if not v.by)

    def refused(self, group: str) -> int:
        """Count a group's policies that could not even be read."""
        return sum(v.by == REFUSED for m, v in self.verdicts if m.group == group)

    def killer(self, rule: str, kind: str) -> str:
        """Name the test that noticed what was done to a rule of the table."""
        by = [v.by or "SURVIVED" for m, v in self.verdicts if (m.group, m.kind) == (rule, kind)]
        return _test_name(by[0]) if by else "not run"


def tables(results: Results, rules: Sequence[Row]) -> str:
    """Write the tables, in Markdown."""
    modules = {row.module for row in rules}
    groups = dict.fromkeys(m.group for m, _ in results.verdicts if not _is_rule(m))
    code = [name for name in groups if ":" not in name and name not in modules]
    policies = [name for name in groups if ":" in name]
    head = ("mutants", "killed", "equivalent")
    ruled = [
        (
            row.rule,
            row.module,
            *map(str, results.counts(row.module)),
            results.killer(row.rule, REMOVED),
            results.killer(row.rule, PASSES),
        )
        for row in rules
    ]
    by_rule = ("rule", "module", *head, "removed: noticed by", "always passes: noticed by")
    return "\n\n".join(
        (
            _table(by_rule, ruled),
            _table(("code", *head), _counted(results, code)),
            _table(
                ("policy", *head, "of them refused when read"),
                [(*row, str(results.refused(row[0]))) for row in _counted(results, policies)],
            ),
        )
    )


def total(results: Results, seconds: float) -> str:
    """Write the last line."""
    killed = sum(bool(v.by) for _, v in results.verdicts)
    slow = sum(v.slow for _, v in results.verdicts)
    equal = len([m for m, v in results.verdicts if not v.by and m.id in results.equivalent])
    late = f" ({slow} by the time limit)" if slow else ""
    return (
        f"gate-mutations: {len(results.verdicts)} mutants, {killed} killed{late}, {equal} "
        f"equivalent, {len(results.survivors)} survived, in {seconds:.0f} s"
    )


def _is_rule(mutant: Mutant) -> bool:
    return mutant.kind in {REMOVED, PASSES}


def _test_name(nodeid: str) -> str:
    return nodeid.rpartition("::")[2].partition("[")[0] or nodeid


def _counted(results: Results, groups: Iterable[str]) -> list[tuple[str, ...]]:
    return [(name, *map(str, results.counts(name))) for name in groups]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(n) for cell, n in zip(row, widths, strict=True)) + " |"
        for row in lines
    )
