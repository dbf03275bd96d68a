"""What the pull request of a candidate says."""

from artifacts.records.gate import GateReport
from artifacts.records.inputs import TrainingInputs
from artifacts.text import markdown


def proposal_title(report: GateReport, version: int) -> str:
    """Return the title; one line of names that are ours."""
    return f"Release {report.model} {version} to staging"


def proposal_body(inputs: TrainingInputs, report: GateReport, version: int, page: str) -> str:
    """Write the body in Markdown; `page` is the candidate's, which is escaped already."""
    facts = inputs.model_dump(mode="json", exclude={"model"})
    rows = [f"| {name.replace('_', ' ')} | {markdown(value)} |" for name, value in facts.items()]
    lines = (
        f"The gate allows version {version} of {markdown(report.model)}.",
        "Merging this deploys it to staging; production stays as it is.",
        "",
        f"Trained from the inputs {markdown(inputs.digest)}, once; what they are made of:",
        "",
        "| input | digest |",
        "|---|---|",
        *rows,
        "",
        page.rstrip(),
    )
    return "\n".join(lines) + "\n"
