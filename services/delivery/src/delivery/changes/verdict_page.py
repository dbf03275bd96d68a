"""A verdict as lines for a terminal, and as Markdown for a summary or a pull request."""

from collections.abc import Iterator

from artifacts.records.approval import ApprovedModel, PayloadSubject, Subject
from artifacts.text import markdown, plain, prose
from delivery.changes.findings import ChangeVerdict, Finding
from delivery.changes.rules import authors
from delivery.changes.statements import subject_digest

LONGEST = 1000
_TAKE_OVER = (
    "A bot, the forge's own Revert or Update button, or somebody whose key main doesn't list made "
    "a commit of it. Whose own change it is signs it (`git commit --amend -S`, `git push "
    "--force-with-lease`); what somebody else made, a person takes over, who is its author then "
    "and approves nothing of it:"
)


def verdict_lines(verdict: ChangeVerdict) -> tuple[str, ...]:
    """Write a verdict as lines: the decision, then what each rule found."""
    return tuple(_lines(verdict))


def _lines(verdict: ChangeVerdict) -> Iterator[str]:
    yield f"{verdict.decision}: {verdict.base[:12]}..{verdict.head[:12]}"
    yield f"  changes   {', '.join(verdict.kinds) or 'nothing that is judged'}"
    if verdict.authors:
        yield f"  authors   {', '.join(verdict.authors)}"
    if verdict.code_authors:
        yield f"  code by   {plain(', '.join(verdict.code_authors), LONGEST)}"
    for finding in verdict.findings:
        yield f"  {finding.outcome:<9} {finding.rule}: {plain(finding.reason, LONGEST)}"
    for subject in verdict.subjects:
        yield from (f"  to sign   {line}" for line in subject_lines(subject))


def subject_lines(subject: Subject) -> tuple[str, ...]:
    """Say what an approver signs, digest by digest."""
    if not isinstance(subject, PayloadSubject):
        return (f"change {subject.change}",)
    models = (
        f"{name} {part} {digest}"
        for name, model in subject.models.items()
        for part, digest in _parts(model)
    )
    return (f"payload {subject.payload} in {subject.environment}", *models)


def _parts(model: ApprovedModel) -> tuple[tuple[str, str], ...]:
    return (
        ("model", model.model),
        ("gate report", model.gate_report),
        ("policy", model.policy),
        ("risk tiers", model.risk_tiers),
        ("photo manifest", model.photo_manifest),
    )


def verdict_page(verdict: ChangeVerdict) -> str:
    """Write a verdict as Markdown. All that a branch could have written is escaped."""
    kinds = ", ".join(verdict.kinds) or "nothing that is judged"
    authors = ", ".join(verdict.authors) or "none"
    span = f"{verdict.base[:12]}..{verdict.head[:12]}"
    lines = [
        f"# The judge: {verdict.decision}",
        "",
        f"`{span}` changes {markdown(kinds)}. Authors: {markdown(authors)}.",
        *_code_authors(verdict),
        *_notes(verdict),
        "",
        "| rule | outcome | why |",
        "|---|---|---|",
        *map(_row, verdict.findings),
    ]
    lines += _take_over(verdict)
    for subject in verdict.subjects:
        lines += ["", f"To sign (`{subject_digest(subject)}`):", ""]
        lines += [f"- `{line}`" for line in subject_lines(subject)]
    return "\n".join(lines) + "\n"


def _code_authors(verdict: ChangeVerdict) -> Iterator[str]:
    if verdict.code_authors:
        names = markdown(plain(", ".join(verdict.code_authors), LONGEST))
        yield from ("", f"The new code that it pins was written by {names}.")


def _take_over(verdict: ChangeVerdict) -> Iterator[str]:
    """Give the two commands by which a person makes a change theirs that nobody known signed."""
    unsigned = (one for one in verdict.problems if one.rule == authors.RULE)
    if not any(one.reason.startswith(authors.OF_A_COMMIT) for one in unsigned):
        return
    yield from (
        "",
        _TAKE_OVER,
        "",
        "```sh",
        f"bin/plinth delivery take-over {verdict.head}",
        f"git push origin taken-over/{verdict.head[:12]}",
        "```",
    )


def _notes(verdict: ChangeVerdict) -> Iterator[str]:
    if verdict.rollback:
        left = f"`{verdict.withdraws}`" if verdict.withdraws else "nothing"
        yield from ("", f"A rollback: it withdraws {left}.")
    if verdict.break_glass:
        yield from ("", "**The glass is broken**: it stays red until a third person reviews it.")


def _row(finding: Finding) -> str:
    reason = prose(plain(finding.reason, LONGEST))
    return f"| {markdown(finding.rule)} | {finding.outcome} | {reason} |"
