"""A verdict as lines for a terminal, and as Markdown for a summary or a pull request."""

from collections.abc import Iterator

from artifacts.records.approval import PayloadSubject, Subject
from artifacts.text import markdown, plain, prose
from delivery.changes.findings import ChangeVerdict
from delivery.changes.rules import authors
from delivery.changes.statements import subject_digest

LONGEST = 1000
_TAKE_OVER = (
    "A bot, the forge's own Revert or Update button, or somebody whose key main doesn't list made "
    "a commit of it. Whose own change it is signs it (`git commit --amend -S`, `git push "
    "--force-with-lease`); what somebody else made, a person takes over, who is its author then "
    "and approves nothing of it:"
)


def verdict_lines(verdict: ChangeVerdict) -> Iterator[str]:
    """Give the lines of a verdict: the decision, then what each rule found."""
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


def subject_lines(subject: Subject) -> Iterator[str]:
    """Give what an approver signs, digest by digest."""
    if not isinstance(subject, PayloadSubject):
        yield f"change {subject.change}"
        return
    yield f"payload {subject.payload} in {subject.environment}"
    for name, model in subject.models.items():
        yield f"{name} model {model.model}"
        yield f"{name} gate report {model.gate_report}"
        yield f"{name} policy {model.policy}"
        yield f"{name} risk tiers {model.risk_tiers}"
        yield f"{name} photo manifest {model.photo_manifest}"


def verdict_page(verdict: ChangeVerdict) -> str:
    """Return a verdict as Markdown. All that a branch could have written is escaped."""
    return "\n".join(_page(verdict)) + "\n"


def _page(verdict: ChangeVerdict) -> Iterator[str]:  # long: a page reads from top to bottom
    kinds = ", ".join(verdict.kinds) or "nothing that is judged"
    names = ", ".join(verdict.authors) or "none"
    span = f"{verdict.base[:12]}..{verdict.head[:12]}"
    yield from (f"# The judge: {verdict.decision}", "")
    yield f"`{span}` changes {markdown(kinds)}. Authors: {markdown(names)}."
    if verdict.code_authors:
        writers = markdown(plain(", ".join(verdict.code_authors), LONGEST))
        yield from ("", f"The new code that it pins was written by {writers}.")
    if verdict.rollback:
        left = f"`{verdict.withdraws}`" if verdict.withdraws else "nothing"
        yield from ("", f"A rollback: it withdraws {left}.")
    if verdict.break_glass:
        yield from ("", "**The glass is broken**: it stays red until a third person reviews it.")
    yield from ("", "| rule | outcome | why |", "|---|---|---|")
    for finding in verdict.findings:
        reason = prose(plain(finding.reason, LONGEST))
        yield f"| {markdown(finding.rule)} | {finding.outcome} | {reason} |"
    unsigned = (one for one in verdict.problems if one.rule == authors.RULE)
    if any(one.reason.startswith(authors.OF_A_COMMIT) for one in unsigned):
        yield from ("", _TAKE_OVER, "", "```sh")
        yield f"bin/plinth delivery take-over {verdict.head}"
        yield f"git push origin taken-over/{verdict.head[:12]}"
        yield "```"
    for subject in verdict.subjects:
        yield from ("", f"To sign (`{subject_digest(subject)}`):", "")
        yield from (f"- `{line}`" for line in subject_lines(subject))
