"""Turns what happened into runs of the workflows that wait for it.

Whoever queues a run starts a runner afterwards (`start_runner`).
"""

from collections.abc import Mapping

from artifacts.text import plain
from rehearsal.box.box import Box
from rehearsal.box.outcome import Refused
from rehearsal.box.records import MAIN, Commit, Event, PullRequest, Run, Update
from rehearsal.box.workflow_files import FOLDER, Trigger, Workflow, read_workflows, triggered


def queue_push(box: Box, update: Update, pusher: str) -> tuple[Run, ...]:
    """Queue what waits for the push of a branch or a tag."""
    commit = box.repository.commit(update.ref) if update.branch is None else update.new
    if commit is None:
        return ()
    run = _run(box, Event.PUSH, update.ref, commit, pusher)
    run = run.model_copy(update={"before": update.old})
    return _queue_triggered(box, run, commit, Trigger(Event.PUSH, update.ref))


def queue_checks(
    box: Box,
    pull: PullRequest,
    head: Commit,
    action: str,
    actor: str,
    before: Commit | None = None,
) -> tuple[Run, ...]:
    """Queue what waits for a pull request: main's workflows that judge it, then the head's own.

    Side by side on a forge; here one after the other, and a verdict takes seconds.
    """
    run = _run(box, Event.PULL_REQUEST, f"refs/heads/{pull.branch}", head, actor).model_copy(
        update={"pull_request": pull.number, "action": action, "before": before}
    )
    judgement = queue_judgement(box, pull, head, action, actor, before)
    return judgement + _queue_triggered(box, run, head, Trigger(Event.PULL_REQUEST, MAIN, action))


def queue_judgement(
    box: Box,
    pull: PullRequest,
    head: Commit,
    action: str,
    actor: str,
    before: Commit | None = None,
) -> tuple[Run, ...]:
    """Queue main's own workflows for a pull request, as they stand at main's tip."""
    event, tip = Event.PULL_REQUEST_TARGET, box.repository.tip("main")
    run = _run(box, event, f"refs/heads/{pull.branch}", head, actor).model_copy(
        update={"pull_request": pull.number, "action": action, "before": before}
    )
    return _queue_triggered(box, run, tip, Trigger(event, MAIN, action)) if tip else ()


def queue_dispatch(
    box: Box, name: str, branch: str, inputs: Mapping[str, str], actor: str
) -> Refused | Run:
    """Queue a workflow, by name or file, as if somebody pressed its button on a branch."""
    commit = box.repository.tip(branch)
    workflow = _find(box, name, commit)
    if commit is None or workflow is None:
        return Refused((f"there is no workflow {plain(name)} on {plain(branch)}",))
    if Event.DISPATCH not in workflow.on:
        return Refused((f"{workflow.file} has no `workflow_dispatch:` to start it by hand",))
    if unknown := sorted(set(inputs) - workflow.inputs):
        known = ", ".join(sorted(workflow.inputs)) or "none"
        return Refused((f"{workflow.file} has no input {plain(unknown[0])}; it has {known}",))
    run = _run(box, Event.DISPATCH, f"refs/heads/{branch}", commit, actor)
    return _queue(box, run.model_copy(update={"inputs": dict(inputs)}), workflow)


def queue_schedule(box: Box, name: str, actor: str) -> Refused | Run:
    """Queue a workflow of main as if its time had come."""
    commit = box.repository.tip("main")
    workflow = _find(box, name, commit)
    if commit is None or workflow is None or Event.SCHEDULE not in workflow.on:
        return Refused((f"main has no workflow {plain(name)} with a `schedule:`",))
    return _queue(box, _run(box, Event.SCHEDULE, MAIN, commit, actor), workflow)


def queue_again(box: Box, run: Run) -> Run:
    """Queue a run once more, as it was."""
    asked = {"workflow", "file", "event", "ref", "commit", "actor"}
    asked |= {"action", "before", "pull_request", "inputs", "problem", "releases"}
    fresh = Run(number=0, queued_at=box.clock(), **run.model_dump(include=asked))
    return box.runs.queue(fresh)


def _find(box: Box, name: str, commit: Commit | None) -> Workflow | None:
    for workflow in _workflows(box, commit) if commit else ():
        file = workflow.file.rsplit("/", 1)[-1]
        if name in {workflow.name, workflow.file, file, file.rsplit(".", 1)[0]}:
            return workflow
    return None


def _queue_triggered(box: Box, run: Run, source: Commit, trigger: Trigger) -> tuple[Run, ...]:
    workflows = (each for each in _workflows(box, source) if triggered(each, trigger))
    return tuple(_queue(box, run, workflow) for workflow in workflows)


def _workflows(box: Box, commit: Commit) -> tuple[Workflow, ...]:
    files = box.repository.files(commit, FOLDER)
    return read_workflows(
        {path: text for path, text in files.items() if path.endswith((".yml", ".yaml"))}
    )


def _queue(box: Box, run: Run, workflow: Workflow) -> Run:
    named = {
        "workflow": workflow.name,
        "file": workflow.file,
        "problem": workflow.problem,
        # A branch's own workflow may say anything: it waits among the others.
        "releases": workflow.releases and run.ref == MAIN,
    }
    return box.runs.queue(run.model_copy(update=named))


def _run(box: Box, event: Event, ref: str, commit: Commit, actor: str) -> Run:
    return Run(
        number=0, workflow="", file="", event=event, ref=ref, commit=commit, actor=actor,
        queued_at=box.clock(),
    )  # fmt: skip
