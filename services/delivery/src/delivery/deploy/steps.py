"""The steps of a deploy, in order. Each may be repeated: whoever finds one half-done does it again.

The test that kills a deploy walks this table, so that no step is left without a case.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Step:
    """A step's name, and what is true once it is done."""

    name: str
    done: str


STEPS: Final = (
    Step("lock", "no other deploy of this environment runs on this machine"),
    Step("tip", "the commit was main's tip, so nobody has asked for anything else"),
    Step("read", "what the commit wants to run is known, by digest"),
    Step(
        "judge",
        "the change that led here was judged by what stood before it; before production, so were "
        "the walls of this machine",
    ),
    Step("look", "what was applied and what the aliases point at is known"),
    Step(
        "install",
        "code and models lie on the host, verified; what runs there is known; the host has in "
        "writing what is wanted, so that a swap to any other payload does nothing",
    ),
    Step("still_tip", "main hasn't moved while code was installed"),
    Step("begin", "the audit log says that the environment is about to run the payload"),
    Step("apply", "Terraform made the host run the payload, or the cloud begin to"),
    Step("settle", "what was applied has taken over: a cloud's rollout ends after Terraform"),
    Step("verify", "state, processes and answers are what git wants; old payloads are gone"),
    Step("aliases", "the registry's aliases point where git has them"),
    Step("record", "the audit log says what was deployed and found"),
)
