"""What a service said of itself over one fresh connection, and where that isn't what git wants."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from artifacts.digests import Digest
from artifacts.records.record import Part
from artifacts.text import plain
from delivery.deploy.compare import Difference, deploy_command
from delivery.releases.wanted import Wanted

ROUTE = "/v1/release"
LIMIT_BYTES = 1 << 20
_OK = 200


class Answer(Part):
    """What one fresh connection got from /v1/release; `problem` says why it got nothing.

    `pid` is the process that answered, where the target can tell.
    """

    status: int | None = None
    pid: int | None = None
    payload: Digest | None = None
    environment: str | None = None
    model: Digest | None = None
    code: Digest | None = None
    problem: str | None = None


class _Digested(BaseModel):
    digest: Digest | None = None


class _Release(BaseModel):
    """What is read of a service's release; newer services may say more."""

    model_config = ConfigDict(extra="ignore")

    environment: str | None = None
    payload: Digest | None = None
    model: _Digested = _Digested()
    service: _Digested = _Digested()


def answer_of(status: int, body: bytes, pid: int | None = None) -> Answer:
    """Return what a response to a question for ROUTE says."""
    if status != _OK:
        return Answer(status=status, pid=pid, problem=f"{ROUTE} answered {status}")
    try:
        release = _Release.model_validate_json(body)
    except ValidationError:
        return Answer(status=status, pid=pid, problem=f"{ROUTE} answered with no release")
    return Answer(
        status=status,
        pid=pid,
        payload=release.payload,
        environment=release.environment,
        model=release.model.digest,
        code=release.service.digest,
    )


def answer_differences(wanted: Wanted, answers: Sequence[Answer]) -> Iterator[Difference]:
    """Yield what a service says otherwise, and connections that got no answer."""
    payload, heals = wanted.payload, deploy_command(wanted)
    heard = [answer for answer in answers if answer.problem is None]
    if payload is None:
        if heard:
            yield Difference("service", "the port", "silent", "answering", heals)
        return
    for reason in sorted({plain(answer.problem) for answer in answers if answer.problem}):
        yield Difference("service", "a fresh connection", "answered", reason, heals)
    if not answers:
        yield Difference("service", "the port", "answering", "silent", heals)
    models = sorted(m.digest for entries in payload.models.values() for m in entries)
    told = {
        (
            ("environment", wanted.environment, plain(answer.environment)),
            ("payload", payload.digest, answer.payload),
            ("code", payload.code.digest, answer.code),
            ("models", ", ".join(models) or "none", answer.model or "none"),
        )
        for answer in heard
    }
    for said in sorted(told, key=repr):
        for what, wants, there in said:
            if wants != there:
                yield Difference("service", f"the {what} it names", wants, f"{there}", heals)
