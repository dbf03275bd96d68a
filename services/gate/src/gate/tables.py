"""Reports as text for a terminal."""

from artifacts.records.gate import GateReport, RuleResult
from artifacts.text import plain
from gate.parity_report import ParityReport

HEAD = ("RULE", "OUTCOME", "VALUE", "INTERVAL", "LIMIT")


def gate_lines(report: GateReport) -> list[str]:
    """Write a gate report: one line a rule, a reason under each that didn't pass, the decision."""
    rows = [HEAD, *(_cells(rule) for rule in report.rules)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    lines = [_line(HEAD, widths)]
    for rule, cells in zip(report.rules, rows[1:], strict=True):
        lines.append(_line(cells, widths))
        if rule.outcome != "passed" or rule.value is None:
            lines.append(f"    {plain(rule.reason, 600)}")
    return [*lines, "", *_summary(report)]


def parity_lines(report: ParityReport, shown: int = 20) -> list[str]:
    """Write a parity report: a line a door, then the first differences, then the verdict."""
    lines = [f"{'DOOR':<12}{'ANSWERED':>10}{'REFUSED':>10}{'DIFFERENCES':>13}"]
    for count in report.doors:
        differences = sum(found.door == count.door for found in report.differences)
        lines.append(f"{count.door:<12}{count.answered:>10}{count.refused:>10}{differences:>13}")
    lines += [
        f"    {plain(found.path)}: {found.aspect} is {plain(found.answer)} at {found.door}, "
        f"{plain(found.expected)} at {found.reference}"
        for found in report.differences[:shown]
    ]
    if (more := len(report.differences) - shown) > 0:
        lines.append(f"    and {more} more")
    verdict = "equal" if report.equal else "DIFFERING"
    return [*lines, "", f"{verdict}: {report.photos} photos through {len(report.doors)} doors"]


def number(value: float | None) -> str:
    """Write a value of a report, four digits behind the point where it is a fraction."""
    if value is None:
        return "-"
    return f"{value:.0f}" if value.is_integer() and abs(value) > 1 else f"{value:.4f}"


def bounds(rule: RuleResult) -> str:
    """Write the interval around a rule's value."""
    if rule.low is None or rule.high is None:
        return "-"
    return f"{number(rule.low)} .. {number(rule.high)}"


def _cells(rule: RuleResult) -> tuple[str, str, str, str, str]:
    return plain(rule.rule), rule.outcome, number(rule.value), bounds(rule), plain(rule.limit)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _summary(report: GateReport) -> list[str]:
    champion = report.champion or ("none: first release" if report.first_release else "unknown")
    return [
        f"model      {report.model}",
        f"candidate  {report.candidate or 'unknown'}",
        f"champion   {champion}",
        f"policy     {report.policy or 'unknown'}",
        f"holdout    {report.holdout or 'unknown'}",
        f"DECISION   {report.decision}" + _because(report),
    ]


def _because(report: GateReport) -> str:
    if report.violations:
        names = ", ".join(f"{plain(rule.rule)} {rule.outcome}" for rule in report.violations)
        return f" ({names})"
    if report.decision == "no_improvement":
        return " (as good as the champion, not surely better)"
    return ""
