"""Retraining: once for each set of inputs. What was judged before is not trained again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from artifacts.digests import hex_part
from artifacts.records.audit import AuditEntry, AuditEvent
from artifacts.records.gate import GateReport
from artifacts.records.inputs import TrainingInputs
from artifacts.text import markdown
from delivery.forges.forge import PullRequest

RetrainingDecision = Literal["allowed", "refused", "no_improvement", "undecided", "not_needed"]
REASON: Final = 1000


@dataclass(frozen=True)
class Plan:
    """Whether these inputs are to be trained on.

    `carry_on`: they were, and what follows is still to be done: a candidate judged, or judged again
    that nobody could decide on, or a proposal made or brought up to date.
    """

    needed: bool
    carry_on: bool
    reason: str
    inputs: str | None = None

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do at all."""
        return not (self.needed or self.carry_on)


def plan_retraining(
    inputs: str, entries: Sequence[AuditEntry], *, under_way: bool, kept: bool, settled: bool
) -> Plan:
    """Plan for inputs by what the log says of them.

    `kept`: the candidate of an earlier run is still there. `settled`: nothing more is to follow
    from its verdict. Undecided is no verdict: it says that the evidence was lacking.
    """
    if under_way:
        return Plan(False, False, "a run for the same inputs is under way", inputs)
    judged = verdict_on(inputs, entries)
    if judged is None:
        waits = "; the candidate of an earlier run waits for its verdict" if kept else ""
        return Plan(not kept, kept, f"these inputs were never judged{waits}", inputs)
    told = f"these inputs were judged before: {judged.outcome}, on {judged.at:%Y-%m-%d %H:%M} UTC"
    if judged.outcome == "undecided":
        what = "the candidate is judged again" if kept else "the candidate is gone: trained again"
        return Plan(not kept, kept, f"{told}; {what}", inputs)
    if judged.outcome == "allowed" and kept and not settled:
        return Plan(False, True, f"{told}; its proposal is made, or brought up to date", inputs)
    return Plan(False, False, told, inputs)


def verdict_on(inputs: str, entries: Sequence[AuditEntry]) -> AuditEntry | None:
    """Return the last verdict on what was trained from these inputs, or None."""
    found = (e for e in reversed(entries) if e.event == "gate" and e.inputs == inputs)
    return next(found, None)


def gate_event(report: GateReport, inputs: str, commit: str, actor: str) -> AuditEvent:
    """Return what the log says of a verdict."""
    return AuditEvent(
        event="gate",
        outcome=report.decision,
        actor=actor,
        reason=violations_of(report),
        environment="staging",
        commit=commit,
        model=report.model,
        candidate=report.candidate,
        subject=report.digest,
        inputs=inputs,
    )


def violations_of(report: GateReport) -> str:
    """Name the rules that did not pass, each with its reason; empty where all did."""
    told = "; ".join(f"{rule.rule}: {rule.reason}" for rule in report.violations)
    return told if len(told) <= REASON else told[: REASON - 1] + "…"


def proposal_branch(inputs: TrainingInputs) -> str:
    """Return the one branch that proposes what was trained from these inputs."""
    return f"proposals/{inputs.model}-{hex_part(inputs.digest)[:12]}"


_SAID: dict[RetrainingDecision, str] = {
    "allowed": "the gate allows the candidate",
    "refused": "the gate refuses the candidate, and nothing is proposed",
    "no_improvement": "the candidate is no improvement, and nothing is proposed",
    "undecided": "nobody could decide: evidence is missing",
    "not_needed": "nothing to do",
}


@dataclass(frozen=True)
class Retrained:
    """How a retraining ended; `page` is Markdown about the candidate, if there is one."""

    decision: RetrainingDecision
    reason: str
    inputs: str | None
    page: str = ""
    pull_request: PullRequest | None = None
    by_hand: tuple[str, ...] = ()


def plan_outputs(plan: Plan) -> dict[str, str]:
    """Return the outputs of a plan."""
    return {
        "needed": str(plan.needed).lower(),
        "carry_on": str(plan.carry_on).lower(),
        "inputs": plan.inputs or "",
        "reason": plan.reason,
    }


def retrained_outputs(done: Retrained) -> dict[str, str]:
    """Return the outputs of a retraining."""
    number = str(done.pull_request.number) if done.pull_request else ""
    return {
        "decision": done.decision,
        "inputs": done.inputs or "",
        "pull_request": number,
        "reason": done.reason,
    }


def retrained_page(done: Retrained) -> str:
    """Write the summary in Markdown: the decision first, then why, then the candidate's page."""
    lines = [
        f"# Retraining: {done.decision.replace('_', ' ')}",
        "",
        f"{_SAID[done.decision].capitalize()}.",
    ]
    if done.reason:
        lines += ["", markdown(done.reason)]
    if done.inputs:
        lines += ["", f"Inputs `{done.inputs}`."]
    return "\n".join([*lines, "", done.page]).rstrip() + "\n"


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
