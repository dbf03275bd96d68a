"""What git asks: the hooks of origin.git call these. Not for people."""

import sys

import typer

from artifacts.text import plain
from rehearsal.box.exits import DONE, REFUSED, say, the_box
from rehearsal.box.receiving import receive, settle
from rehearsal.box.records import RUNNER, Update
from rehearsal.box.runner import follow, start_runner
from rehearsal.settings import push_options, read_settings, user_name

app = typer.Typer(add_completion=False)


@app.command("pre-receive")
def pre_receive() -> None:
    """Judge a push before any ref moves: one refused ref refuses all."""
    given, run = push_options().get("as"), read_settings().run
    box = the_box()
    within = run is not None and run.isdigit() and box.runs.is_running(int(run))
    if given == RUNNER and not within:
        say(f"refused: {RUNNER} is who pushes from within a run, and this is none")
        raise typer.Exit(REFUSED)
    pusher = given or (RUNNER if within else user_name())
    refused = receive(box, _updates(), pusher)
    for reason in refused.reasons if refused else ():
        say(f"refused: {plain(reason, 2000)}")
    raise typer.Exit(REFUSED if refused else DONE)


@app.command("post-receive")
def post_receive() -> None:
    """Queue what the push sets going, start a runner, and show its log until it has ended."""
    box = the_box()
    runs = settle(box, _updates())
    if not runs:
        return
    start_runner(box)
    # A step that waited for a run might wait for its own end: one runner may take both.
    if "no-wait" in push_options() or read_settings().run is not None:
        say(f"queued: {', '.join(box.runs.read(number).label for number in runs)}")
        return
    follow(box, runs, say)


def _updates() -> tuple[Update, ...]:
    rows = (line.rstrip("\n").split(" ", 2) for line in sys.stdin)
    return tuple(Update(old=old, new=new, ref=ref) for old, new, ref in rows)
