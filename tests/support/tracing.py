"""Traces of small worlds, and what is wanted of them."""

from pathlib import Path

from support.traced_world import IDS, World

from artifacts.records.release import Release, ReleasedCode
from delivery.releases.wanted import release_text
from delivery.trace.commands import make_trace
from delivery.trace.hops import NEEDS, Hop, Trace, trace_lines


def traced(world: World, environment: str = "staging", prediction: str = "") -> Trace:
    """Trace an environment's prediction, or another."""
    return make_trace(world.settings(), ())(prediction or IDS[environment])


def hops(trace: Trace) -> dict[str, Hop]:
    """The hops by name."""
    return {hop.hop: hop for hop in trace.hops}


def require_failed(trace: Trace, name: str, reason: str) -> None:
    """The first hop to fail is this one, for this reason; those that need it fail with it."""
    found = hops(trace)
    assert list(found) == list(NEEDS)
    assert found[name].outcome == "failed", trace_lines(trace)
    assert reason in found[name].what
    first = next(hop for hop in trace.hops if hop.outcome != "ok")
    assert first.hop == name
    for hop, needs in NEEDS.items():
        if any(found[need].outcome != "ok" for need in needs):
            assert found[hop].what.startswith("not reached: the hop ")
            assert found[hop].outcome == "failed"
    assert trace.outcome == "failed"


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text that must be there in a file."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def pin(world: World, commit: str) -> None:
    """Have production pin the code's digest, and a commit that may not give it.

    A payload's digest names no commit: it stays the same.
    """
    code = ReleasedCode(digest=world.payload().code.digest, commit=commit)
    models = {"architecture": (world.released,)}
    release = Release(environment="production", code=code, models=models)
    world.write("releases/production.yaml", release_text(release))
