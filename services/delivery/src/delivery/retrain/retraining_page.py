"""What a retraining tells the steps after it, and people."""

from typing import Protocol

from artifacts.text import markdown
from delivery.forges.forge import PullRequest
from delivery.retrain.retraining import Plan, RetrainingDecision

_SAID: dict[RetrainingDecision, str] = {
    "allowed": "the gate allows the candidate",
    "refused": "the gate refuses the candidate, and nothing is proposed",
    "no_improvement": "the candidate is no improvement, and nothing is proposed",
    "undecided": "nobody could decide: evidence is missing",
    "not_needed": "nothing to do",
}


class Ended(Protocol):
    """How a retraining ended."""

    @property
    def decision(self) -> RetrainingDecision:
        """The decision."""

    @property
    def reason(self) -> str:
        """Why."""

    @property
    def inputs(self) -> str | None:
        """The digest of the inputs."""

    @property
    def page(self) -> str:
        """Markdown about the candidate."""

    @property
    def pull_request(self) -> PullRequest | None:
        """What asks for its release."""


def plan_outputs(plan: Plan) -> dict[str, str]:
    """Return the outputs of a plan."""
    return {
        "needed": str(plan.needed).lower(),
        "carry_on": str(plan.carry_on).lower(),
        "inputs": plan.inputs or "",
        "reason": plan.reason,
    }


def retrained_outputs(done: Ended) -> dict[str, str]:
    """Return the outputs of a retraining."""
    number = str(done.pull_request.number) if done.pull_request else ""
    return {
        "decision": done.decision,
        "inputs": done.inputs or "",
        "pull_request": number,
        "reason": done.reason,
    }


def retrained_page(done: Ended) -> str:
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
