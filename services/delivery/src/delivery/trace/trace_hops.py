"""A trace: from a prediction back to the photos its model learnt from, hop by hop."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from artifacts.records.record import Part, Record
from artifacts.text import plain

HopName = Literal[
    "prediction",  # what the service wrote down of its answer
    "deploy",  # the audit log's entry that put its payload where it answered
    "release",  # git's file that says so, on main
    "code",  # the files that the payload's code is made of
    "model",  # the artifact that answered, by digest and signature
    "gate report",  # what allowed the model, signed by the gate
    "approvals",  # the people who let it into production
    "commit",  # what the model was trained from
    "photo manifest",  # the photos it was trained and judged on
]
NEEDS: Final[Mapping[HopName, tuple[HopName, ...]]] = MappingProxyType(
    {
        "prediction": (),
        "deploy": ("prediction",),
        "release": ("deploy",),
        "code": ("release",),
        "model": ("release",),
        "gate report": ("model",),
        "approvals": ("gate report",),
        "commit": ("model",),
        "photo manifest": ("model", "gate report"),
    }
)
"""The hops in order, each with those whose findings it goes on from."""
Outcome = Literal["ok", "failed", "unknown"]
_REASON: Final = 1000


class Hop(Part):
    """One hop: `failed` is wrong or missing, `unknown` could not be looked at."""

    hop: HopName
    outcome: Outcome
    what: str


class Trace(Record):
    """All hops of one prediction. None is left out: what can't be checked has failed."""

    prediction: str
    hops: tuple[Hop, ...]

    @property
    def outcome(self) -> Outcome:
        """`ok` if every hop is, `failed` if any is, otherwise `unknown`."""
        found = {hop.outcome for hop in self.hops}
        if found == {"ok"}:
            return "ok"
        return "failed" if "failed" in found else "unknown"


def trace_lines(trace: Trace) -> list[str]:
    """Return a line a hop, and one that sums up."""
    width = max(len(name) for name in NEEDS)
    lines = [
        f"{'ok    ' if hop.outcome == 'ok' else 'FAILED'}  {hop.hop:{width}}  "
        f"{plain(hop.what, _REASON)}"
        for hop in trace.hops
    ]
    broken = [hop.hop for hop in trace.hops if hop.outcome != "ok"]
    if not broken:
        return [*lines, f"{plain(trace.prediction)} is traced: {len(lines)} hops, all verified"]
    return [*lines, f"{plain(trace.prediction)} is not traced: the first to fail is {broken[0]}"]
