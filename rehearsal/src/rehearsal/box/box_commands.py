"""Commands about the box itself, and what is known of commits."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from artifacts.text import plain
from rehearsal.box.box import open_box
from rehearsal.box.errors import BoxUnfit, Unknown
from rehearsal.box.exits import the_box
from rehearsal.box.records import BoxConfig
from rehearsal.box.runner import end_runner
from rehearsal.box.statuses import latest
from rehearsal.settings import read_settings

app = typer.Typer(add_completion=False)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def create(
    checkout: Annotated[Path, typer.Option("--from", help="Repository whose HEAD becomes main.")],
    environment: Annotated[
        Path | None, typer.Option(help="KEY=VALUE lines that steps are given.")
    ] = None,
    required: Annotated[
        list[str] | None, typer.Option(help="A workflow that must be green to merge.")
    ] = None,
    against_tip: Annotated[
        list[str] | None, typer.Option(help="One of them that main's own workflow answers.")
    ] = None,
    person: Annotated[
        list[str] | None, typer.Option(help="NAME=ADDRESS of one who may act; default: anybody.")
    ] = None,
    share: Annotated[
        list[str] | None,
        typer.Option(help="A variable of --environment: a folder that a branch's runs may read."),
    ] = None,
    accept_missing_wall: Annotated[
        str, typer.Option(help="Why a branch's workflows may run where no wall keeps them in.")
    ] = "",
    variable: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE that workflows read as vars.NAME.")
    ] = None,
) -> None:
    """Make a box, or bring it up to date: its hooks, and what options name."""
    box = open_box(read_settings())
    config = None
    if required or against_tip or person or variable or share or accept_missing_wall:
        shape = BoxConfig().model_dump()
        shape |= {"required": tuple(required)} if required else {}
        shape |= {"against_tip": tuple(against_tip)} if against_tip else {}
        shape |= {"persons": dict(map(_person, person))} if person else {}
        shape |= {"shared": tuple(share)} if share else {}
        shape |= {"accept_missing_wall": accept_missing_wall}
        shape |= {"variables": dict(map(_variable, variable))} if variable else {}
        config = BoxConfig.model_validate(shape)
    tip = box.folder.create(checkout.absolute(), environment, config)
    typer.echo(f"{box.path}: main is {tip[:12]}")
    typer.echo(f"git remote add box {json.dumps(str(box.path / 'origin.git'))}")


@app.command()
def destroy() -> None:
    """End the box's runner and remove the box."""
    box = the_box()
    end_runner(box)
    box.folder.destroy()


@app.command()
def walls() -> None:
    """Try the wall around a branch's own workflows, and print as JSON what succeeded inside."""
    box = the_box()
    config = box.config
    tried = box.engine.try_room(box.folder.environment(), config.shared)
    if tried.missing and not config.accept_missing_wall:
        tried = replace(tried, missing=f"{tried.missing}; so no branch's workflow is run")
    typer.echo(json.dumps([asdict(tried)]))


@app.command()
def status(
    commit: Annotated[str, typer.Argument(help="A commit, branch or tag of the box.")] = "main",
    as_json: AsJson = False,
) -> None:
    """Show what runs said of a commit, the latest of each workflow."""
    box = the_box()
    found = box.repository.commit(commit)
    if found is None:
        raise Unknown("commit", plain(commit), "push it first")
    statuses = latest(box.statuses.of(found))
    if as_json:
        typer.echo(json.dumps([each.model_dump(mode="json") for each in statuses]))
        return
    for each in statuses:
        base = f" against {each.base[:12]}" if each.base else ""
        typer.echo(
            f"{plain(each.context)}  {each.event}  {each.state}  run {each.run}{base}  "
            f"{plain(each.description)}".rstrip()
        )


@app.command()
def pushers(
    branch: Annotated[str, typer.Argument(help="A branch.")], as_json: AsJson = False
) -> None:
    """Show who has pushed to a branch."""
    box = the_box()
    names = [push.pusher for push in box.pushes.all() if push.update.branch == branch]
    found = list(dict.fromkeys(names))
    typer.echo(json.dumps(found) if as_json else "\n".join(found))


def _variable(words: str) -> tuple[str, str]:
    name, equals, value = words.partition("=")
    if not equals:
        raise BoxUnfit("--variable", f"{plain(words)} is no NAME=VALUE")
    return name, value


def _person(words: str) -> tuple[str, str]:
    name, equals, address = words.partition("=")
    if not equals or not address:
        raise BoxUnfit("--person", f"{plain(words)} is no NAME=ADDRESS")
    return name, address
