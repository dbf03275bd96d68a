"""Turns what happened into runs of the workflows that wait for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from rehearsal.box.outcome import Refused
from rehearsal.box.ports import Clock, Repository, Runs
from rehearsal.box.records import MAIN, Commit, Event, PullRequest, Run, Update
from rehearsal.box.text import plain
from rehearsal.box.workflow_files import FOLDER, Trigger, Workflow, read_workflows, triggered


@dataclass(frozen=True)
class Queueing:
    """Puts runs into the queue; a runner has to be started by whoever asked."""

    repository: Repository
    runs: Runs
    clock: Clock

    def push(self, update: Update, pusher: str) -> tuple[Run, ...]:
        """Queue what waits for the push of a branch or a tag."""
        commit = self.repository.commit(update.ref) if update.branch is None else update.new
        if commit is None:
            return ()
        common = self._run(Event.PUSH, update.ref, commit, pusher)
        common = common.model_copy(update={"before": update.old})
        return self._triggered(common, commit, Trigger(Event.PUSH, update.ref))

    def pull_request(
        self, pull: PullRequest, head: Commit, action: str, actor: str, before: Commit | None = None
    ) -> tuple[Run, ...]:
        """Queue what waits for a pull request: the head's workflows, and main's that judge it."""
        found: tuple[Run, ...] = ()
        tip = self.repository.tip("main")
        for event, source in ((Event.PULL_REQUEST, head), (Event.PULL_REQUEST_TARGET, tip)):
            run = self._run(event, f"refs/heads/{pull.branch}", head, actor).model_copy(
                update={"pull_request": pull.number, "action": action, "before": before}
            )
            if source is not None:
                found += self._triggered(run, source, Trigger(event, MAIN, action))
        return found

    def judgement(self, pull: PullRequest, head: Commit, actor: str) -> tuple[Run, ...]:
        """Queue main's own workflows for a pull request again, since main has moved."""
        tip = self.repository.tip("main")
        event = Event.PULL_REQUEST_TARGET
        run = self._run(event, f"refs/heads/{pull.branch}", head, actor).model_copy(
            update={"pull_request": pull.number, "action": "synchronize"}
        )
        return self._triggered(run, tip, Trigger(event, MAIN, "synchronize")) if tip else ()

    def dispatch(
        self, name: str, branch: str, inputs: Mapping[str, str], actor: str
    ) -> Refused | Run:
        """Queue a workflow, by name or file, as if somebody pressed its button on a branch."""
        commit, workflow = self._find(name, branch)
        if commit is None or workflow is None:
            return Refused((f"there is no workflow {plain(name)} on {plain(branch)}",))
        if Event.DISPATCH not in workflow.on:
            return Refused((f"{workflow.file} has no `workflow_dispatch:` to start it by hand",))
        if unknown := sorted(set(inputs) - workflow.inputs):
            known = ", ".join(sorted(workflow.inputs)) or "none"
            return Refused((f"{workflow.file} has no input {plain(unknown[0])}; it has {known}",))
        run = self._run(Event.DISPATCH, f"refs/heads/{branch}", commit, actor)
        return self._queue(run.model_copy(update={"inputs": dict(inputs)}), workflow)

    def schedule(self, name: str, actor: str) -> Refused | Run:
        """Queue a workflow of main as if its time had come."""
        commit, workflow = self._find(name, "main")
        if commit is None or workflow is None or Event.SCHEDULE not in workflow.on:
            return Refused((f"main has no workflow {plain(name)} with a `schedule:`",))
        return self._queue(self._run(Event.SCHEDULE, MAIN, commit, actor), workflow)

    def again(self, run: Run) -> Run:
        """Queue a run once more, as it was."""
        fresh = self._run(run.event, run.ref, run.commit, run.actor)
        kept = ("workflow", "file", "action", "before", "pull_request", "inputs", "problem")
        return self.runs.queue(
            fresh.model_copy(update={field: getattr(run, field) for field in kept})
        )

    def _find(self, name: str, branch: str) -> tuple[Commit | None, Workflow | None]:
        commit = self.repository.tip(branch)
        if commit is None:
            return None, None
        for workflow in self._workflows(commit):
            file = workflow.file.rsplit("/", 1)[-1]
            if name in {workflow.name, workflow.file, file, file.rsplit(".", 1)[0]}:
                return commit, workflow
        return commit, None

    def _triggered(self, run: Run, source: Commit, trigger: Trigger) -> tuple[Run, ...]:
        return tuple(
            self._queue(run, workflow)
            for workflow in self._workflows(source)
            if triggered(workflow, trigger)
        )

    def _workflows(self, commit: Commit) -> tuple[Workflow, ...]:
        files = self.repository.files(commit, FOLDER)
        return read_workflows(
            {path: text for path, text in files.items() if path.endswith((".yml", ".yaml"))}
        )

    def _queue(self, run: Run, workflow: Workflow) -> Run:
        return self.runs.queue(
            run.model_copy(
                update={
                    "workflow": workflow.name,
                    "file": workflow.file,
                    "problem": workflow.problem,
                }
            )
        )

    def _run(self, event: Event, ref: str, commit: Commit, actor: str) -> Run:
        return Run(
            number=0, workflow="", file="", event=event, ref=ref, commit=commit, actor=actor,
            queued_at=self.clock(),
        )  # fmt: skip
