"""Which payloads this host can run, and what of them it installs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from artifacts.records.release import Payload

Kind = Literal["payloads", "code", "models"]
"""The kinds of parts that are installed."""


@dataclass(frozen=True)
class Refused:
    """Why something is not done."""

    reason: str


@dataclass(frozen=True)
class Parts:
    """What a payload is made of, by digest."""

    code: str
    model: str


def objection(payload: Payload) -> Refused | None:
    """Say why this host can't run a payload: it runs one champion of one model, as processes."""
    if payload.image is not None:
        return Refused("the payload names an image: this host runs processes, no containers")
    if len(payload.models) != 1:
        names = ", ".join(sorted(payload.models))
        return Refused(f"the payload has several models ({names}): this host serves one")
    (name, entries), *_ = payload.models.items()
    roles = sorted(entry.role for entry in entries)
    if roles != ["champion"]:
        return Refused(
            f"{name} is released as {', '.join(roles) or 'nothing'}: this host serves exactly one "
            "champion, and neither shares nor mirrors traffic"
        )
    return None


def parts_of(payload: Payload) -> Parts:
    """Return what a payload without objection is made of."""
    ((model,),) = payload.models.values()
    return Parts(code=payload.code.digest, model=model.digest)


def unneeded(installed: Iterable[str], keep: Iterable[str]) -> tuple[str, ...]:
    """Return the digests that nobody wants kept, sorted."""
    return tuple(sorted(set(installed) - set(keep)))
