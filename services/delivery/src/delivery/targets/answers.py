"""What a service said of itself, and where that isn't what git wants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from delivery.deploy.difference import Difference, deploy_command
from delivery.releases.wanted import Wanted


@dataclass(frozen=True)
class Answer:
    """What one fresh connection was told by /v1/release, by digest; None where it didn't say."""

    payload: str | None
    code: str | None
    models: tuple[str, ...]
    environment: str | None = None


def answer_differences(
    wanted: Wanted, answers: Sequence[Answer], silent: Sequence[str]
) -> Iterator[Difference]:
    """Yield what a service says otherwise; `silent` are the reasons of connections without one."""
    payload, heals = wanted.payload, deploy_command(wanted)
    if payload is None:
        if answers:
            yield Difference("service", "the port", "silent", "answering", heals)
        return
    for reason in sorted(set(silent)):
        yield Difference("service", "a fresh connection", "answered", reason, heals)
    if not (answers or silent):
        yield Difference("service", "the port", "answering", "silent", heals)
    models = tuple(sorted(m.digest for entries in payload.models.values() for m in entries))
    for answer in sorted(set(answers), key=repr):
        said = (
            ("environment", wanted.environment, answer.environment),
            ("payload", payload.digest, answer.payload),
            ("code", payload.code.digest, answer.code),
            ("models", _list(models), _list(tuple(sorted(answer.models)))),
        )
        for what, wants, there in said:
            if wants != there:
                yield Difference("service", f"the {what} it names", wants, f"{there}", heals)


def _list(digests: tuple[str, ...]) -> str:
    return ", ".join(digests) or "none"
