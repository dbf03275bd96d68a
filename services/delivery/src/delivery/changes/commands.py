"""Commands of those who judge changes, approve, reject and review them, and of CI's checks."""

from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer
from pydantic import TypeAdapter, ValidationError

from artifacts.records.approval import Word
from artifacts.records.release import Environment
from artifacts.refusal import Refusal
from artifacts.text import plain, prose
from delivery.changes.checks import JobResult, checks_between, faults
from delivery.changes.findings import ChangeVerdict, Decision
from delivery.changes.sign_statement import Speaker
from delivery.changes.verdict_page import verdict_lines, verdict_page
from delivery.changes.wiring import (
    make_judge_change,
    make_judge_deploy,
    make_speak,
    why_not_here,
)
from delivery.exits import BREAKDOWN, DONE, REFUSED, refuse, step_files
from delivery.forges.wiring import find_statuses
from delivery.git.repository import GitRepository
from delivery.rooms.standing_walls import machine_line
from delivery.settings import Settings, read_settings
from delivery.trail.wiring import tell_head

EXITS: Final = MappingProxyType[Decision, int](
    {"allowed": DONE, "refused": REFUSED, "undecided": BREAKDOWN}
)
_RESULTS: Final = TypeAdapter(dict[str, JobResult])

app = typer.Typer(add_completion=False)


Base = Annotated[
    str, typer.Option(help="A commit that main stood at: main's tip judges. Default: the tip.")
]
Head = Annotated[str, typer.Option(help="The change's last commit.")]
As = Annotated[str, typer.Option("--as", help="Who you are in policies/approvers.yaml.")]
Role = Annotated[str, typer.Option(help="The role in which you speak.")]
Key = Annotated[Path, typer.Option(help="Your SSH private key.")]
Reason = Annotated[str, typer.Option(help="Why, for those who read it later.")]
Named = Annotated[str, typer.Argument(help="A statement: its file, or the start of its digest.")]
TIP, HERE = "", "HEAD"


@app.command()
def judge_change(
    head: Head,
    base: Base = TIP,
    pusher: Annotated[str, typer.Option(help="Who opened or pushed it: an author too.")] = "",
    number: Annotated[
        int | None, typer.Option(help="Its pull request, whose branch's earlier heads count too.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the verdict goes, as JSON.")] = None,
    summary: Annotated[Path | None, typer.Option(help="Where it goes as Markdown.")] = None,
    record: Annotated[bool, typer.Option("--record", help="Tell the audit log.")] = False,
) -> None:
    """Judge whether a change may be merged, by the policies, people and keys that main has."""
    settings = read_settings()
    typer.echo(machine_line(settings))
    verdict = make_judge_change(settings)(base, head, pusher, number=number, record=record)
    _tell(settings, verdict, out, summary)
    if record:
        tell_head(settings, publish=False)
    raise typer.Exit(EXITS[verdict.decision])


@app.command()
def judge_deploy(
    environment: Environment,
    commit: Annotated[str, typer.Option(help="The commit of main that is to be deployed.")],
    out: Annotated[Path | None, typer.Option(help="Where the verdict goes, as JSON.")] = None,
    summary: Annotated[Path | None, typer.Option(help="Where it goes as Markdown.")] = None,
) -> None:
    """Judge whether what a commit of main releases may be deployed, when it first is."""
    settings = read_settings()
    typer.echo(machine_line(settings))
    verdict = make_judge_deploy(settings).judge_deploy(environment, commit)
    _tell(settings, verdict, out, summary)
    raise typer.Exit(EXITS[verdict.decision])


@app.command()
def approve(
    person: As, role: Role, key: Key, reason: Reason, head: Head = HERE, base: Base = TIP
) -> None:
    """Show what a change brings, and sign that you approve it."""
    _speak("approved", base, head, Speaker(person, role, key, reason))


@app.command()
def reject(
    person: As, role: Role, key: Key, reason: Reason, head: Head = HERE, base: Base = TIP
) -> None:
    """Show what a change brings, and sign that you reject it: it is blocked until withdrawn."""
    _speak("rejected", base, head, Speaker(person, role, key, reason))


@app.command()
def break_glass(
    person: As,
    role: Role,
    key: Key,
    reason: Reason,
    hours: Annotated[float, typer.Option(min=0.1, help="For how long it counts.")],
    head: Head = HERE,
    base: Base = TIP,
) -> None:
    """Sign that a payload must go to production now, without its approvals and verifications."""
    _speak("break_glass", base, head, Speaker(person, role, key, reason), hours)


@app.command()
def withdraw(
    statement: Named,
    person: As,
    role: Role,
    key: Key,
    reason: Reason,
    head: Head = HERE,
    base: Base = TIP,
) -> None:
    """Sign that an approval or a rejection is taken back."""
    _speak_of(statement, "withdrawn", base, head, Speaker(person, role, key, reason))


@app.command()
def review_break_glass(
    statement: Named,
    person: As,
    role: Role,
    key: Key,
    reason: Reason,
    head: Head = HERE,
    base: Base = TIP,
) -> None:
    """Sign that you have reviewed what was deployed with the glass broken."""
    _speak_of(statement, "reviewed", base, head, Speaker(person, role, key, reason))


@app.command()
def changes(
    base: Annotated[str, typer.Option(help="Main's commit before the change.")],
    head: Annotated[str, typer.Option(help="The change's last commit.")],
    event: Annotated[str, typer.Option(help="What started CI: a `push` gets every test.")] = "",
) -> None:
    """Say which checks a change needs, to people and to the workflow's other jobs."""
    settings = read_settings()
    needs = checks_between(GitRepository(settings.root), base, head, whole=event == "push")
    outputs = {name: str(needed).lower() for name, needed in asdict(needs).items()}
    typer.echo("\n".join(f"{name}={needed}" for name, needed in outputs.items()))
    step_files(settings).output(outputs)


@app.command()
def sum_checks(
    results: Annotated[str, typer.Argument(help="The jobs of CI, as `toJSON(needs)` writes them.")],
) -> None:
    """Say whether all checks that a change needed are green. 1 if one is not, 2 if unreadable."""
    try:
        jobs = _RESULTS.validate_json(results)
    except ValidationError as exc:
        typer.echo(f"RESULTS is not what `toJSON(needs)` writes: {plain(exc)}", err=True)
        raise typer.Exit(BREAKDOWN) from exc
    for name, job in sorted(jobs.items()):
        typer.echo(f"{name}: {job.result}")
    if found := faults(jobs):
        refuse("; ".join(found))


@app.command()
def report_check(
    check: Annotated[str, typer.Argument(help="The check, as main's protection names it.")],
    commit: Annotated[str, typer.Option(help="The full name of the commit that it is about.")],
    outcome: Annotated[str, typer.Option(help="How its step ended: only `success` is green.")],
) -> None:
    """Set the status of a commit at GitHub. 2 where no forge is set up: nobody was told."""
    statuses = find_statuses(read_settings())
    if statuses is None:
        typer.echo(
            "no forge is set up here (PLINTH_FORGE_URL, PLINTH_FORGE_REPOSITORY, "
            "PLINTH_FORGE_TOKEN): nobody was told",
            err=True,
        )
        raise typer.Exit(BREAKDOWN)
    statuses(commit, check, green=outcome == "success", description=f"its step ended as {outcome}")
    typer.echo(f"{plain(check)} of {plain(commit)}: {plain(outcome)}")


def _speak(word: Word, base: str, head: str, speaker: Speaker, hours: float | None = None) -> None:
    settings = _here(head)
    _wrote(make_speak(settings, typer.echo).of_change(base, head, word, speaker, hours))


def _speak_of(statement: str, word: Word, base: str, head: str, speaker: Speaker) -> None:
    settings = _here(head)
    _wrote(make_speak(settings, typer.echo).of_statement(base, head, word, statement, speaker))


def _here(head: str) -> Settings:
    """Return the settings of a clone in which what is signed can count; refuse any other."""
    settings = read_settings()
    if reason := why_not_here(settings, head, typer.echo):
        refuse(f"nothing is signed: {reason}")
    return settings


def _wrote(outcome: tuple[Path, ...] | Refusal) -> None:
    if isinstance(outcome, Refusal):
        refuse(outcome.reason)
    for path in outcome:
        typer.echo(f"signed: {path}. Commit it, with {path.name}.sig, and push")


def _tell(
    settings: Settings, verdict: ChangeVerdict, out: Path | None, summary: Path | None
) -> None:
    for line in verdict_lines(verdict):
        typer.echo(line)
    if out:
        verdict.write(out)
    page = f"{verdict_page(verdict)}\n{prose(machine_line(settings))}\n"
    if summary:
        summary.parent.mkdir(parents=True, exist_ok=True)
        summary.write_text(page, encoding="utf-8")
    step = step_files(settings)
    step.summarise(page)
    step.output(
        {
            "decision": verdict.decision,
            "break_glass": str(bool(verdict.break_glass)).lower(),
            "rollback": str(verdict.rollback).lower(),
        }
    )
