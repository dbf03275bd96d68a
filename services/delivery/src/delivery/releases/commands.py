"""Commands of releases: propose, promote, revert, and take somebody's change over."""

from pathlib import Path
from typing import Annotated, Final

import typer

from artifacts.errors import SigningFailed
from artifacts.records.release import Environment
from artifacts.refusal import Refusal
from artifacts.ssh_keygen import SshVerifier, key_fault
from artifacts.store import model_store
from artifacts.text import plain
from delivery.clock import now
from delivery.errors import RevertRefused, TakeOverRefused
from delivery.exits import refuse, step_files
from delivery.forges.wiring import find_forge
from delivery.git.repository import GitRepository
from delivery.git.wiring import make_branches, make_main
from delivery.releases.promote import AlreadyThere, Promote
from delivery.releases.propose import propose as propose_from_report
from delivery.releases.read_wanted import find_images
from delivery.releases.revert import GitReverter, Revert
from delivery.releases.taken_over import GitTakeOver
from delivery.releases.wanted import short
from delivery.settings import child_environment, read_settings
from delivery.trail.wiring import make_audit_log, make_audit_log_of_a_person, tell_head
from judging.policy_files import YamlPolicies

_LINE: Final = 2000


app = typer.Typer(add_completion=False)
Key = Annotated[Path | None, typer.Option(help="Your SSH key, which signs.")]
Name = Annotated[str | None, typer.Option(help="Your name.")]
Email = Annotated[str | None, typer.Option(help="Your e-mail address.")]


@app.command()
def propose(
    report: Annotated[Path, typer.Argument(help="Signed gate report that allows a candidate.")],
    version: Annotated[int, typer.Option(min=1, help="The model's version in the registry.")],
    environment: Annotated[Environment, typer.Option(help="Whose release.")] = "staging",
) -> None:
    """Write an allowed candidate into an environment's release."""
    settings = read_settings()
    outcome = propose_from_report(
        report,
        version,
        environment,
        store=model_store(settings.model_store, settings.public_key),
        policies=YamlPolicies(settings.policies),
        releases=settings.releases,
        gate=SshVerifier(settings.gate_signers, "gate", "plinth-gate-report"),
        at=now(),
    )
    if isinstance(outcome, Refusal):
        refuse(outcome.reason)
    typer.echo(f"{outcome.path}: {outcome.model} {version} is {outcome.digest}")


@app.command()
def promote() -> None:
    """Open a pull request that promotes what staging last verified: 0 opened, 1 nothing to do."""
    settings = read_settings()
    done = Promote(
        repository=GitRepository(settings.root),
        audit=make_audit_log(settings),
        branches=make_branches(settings),
        forge=find_forge(settings),
        images=find_images(settings),
    )()
    step = step_files(settings)
    if isinstance(done, Refusal):
        step.output({"promoted": "false", "reason": done.reason})
        refuse(done.reason)
    if isinstance(done, AlreadyThere):
        step.output({"promoted": "false", "reason": "production pins it already"})
        typer.echo(f"production pins {done.payload} already")
        return
    number = {"pull_request": str(done.pull_request.number)} if done.pull_request else {}
    step.output({"promoted": "true", "branch": done.branch.name, **number})
    if done.pull_request:
        typer.echo(f"asked for by {plain(done.pull_request.name)} ({plain(done.branch.name)})")
    for line in done.by_hand:
        typer.echo(plain(line, _LINE))
    tell_head(settings, publish=True)


@app.command()
def revert(
    promotion: Annotated[str, typer.Argument(help="The promotion: its merge on main.")],
    key: Key = None,
    name: Name = None,
    email: Email = None,
) -> None:
    """Make the branch that takes a promotion back: 0 made, 1 refused.

    Key, name and e-mail are those of git's configuration where they aren't given.
    """
    settings = read_settings()
    reverting = Revert(
        GitRepository(settings.root),
        make_main(settings),
        GitReverter(settings.root, child_environment(), _usable(key), name, email),
        make_audit_log_of_a_person(settings),
    )
    try:
        made = reverting.run(promotion)
    except RevertRefused as exc:
        refuse(str(exc))
    typer.echo(f"{made.branch}: production goes back to {short(made.back_to)}")
    typer.echo(f"its merge withdraws {short(made.left)}")
    if not made.approved:
        typer.echo("this payload doesn't come back by itself: its merge needs new approvals")
    typer.echo(f"push it and open a pull request: git push origin {made.branch}")


@app.command()
def take_over(
    change: Annotated[str, typer.Argument(help="A branch of origin, or a commit.")],
    key: Key = None,
    name: Name = None,
    email: Email = None,
) -> None:
    """Make a branch of yours, signed, of what a bot or a forge's button changed: 0 made, 1 refused.

    You are its author then: others approve it. Key, name and e-mail are those of git's
    configuration where they aren't given.
    """
    taking = GitTakeOver(read_settings().root, child_environment(), _usable(key), name, email)
    try:
        made = taking(change)
    except TakeOverRefused as exc:
        refuse(str(exc))
    typer.echo(f"{made.branch}: what {made.of} brings to main, signed by you. Read it:")
    for line in made.changes:
        typer.echo(f"  {line}")
    typer.echo(f"  git diff origin/main...{made.branch}")
    typer.echo(f"then push it and open a pull request: git push origin {made.branch}")


def _usable(key: Path | None) -> Path | None:
    """Return a key that a person gave, if it can be one; SigningFailed."""
    if key and (fault := key_fault(key := key.expanduser())):
        raise SigningFailed(key, fault)
    return key
