"""The box's own records: files in its folder, and what its commands print as JSON."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from artifacts.records.record import Part, Record

MAIN: Final = "refs/heads/main"
AUDIT: Final = "refs/heads/plinth-audit"
"""The branch that heads of the audit log are published on: it only ever grows."""
RUNNER: Final = "runner"
"""Who pushes from within a run, unless the step says another name."""
NO_COMMIT: Final = "0" * 40
"""What git calls the old value of a new ref, and the new one of a deleted ref."""

Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
NAME_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
"""Who acts: it goes to steps as a variable, and so holds no character that a shell knows."""


class Event(StrEnum):
    """What makes workflows run."""

    PUSH = "push"
    PULL_REQUEST = "pull_request"
    PULL_REQUEST_TARGET = "pull_request_target"
    DISPATCH = "workflow_dispatch"
    SCHEDULE = "schedule"


class State(StrEnum):
    """How far a run is, and how it ended."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILURE = "failure"
    SUPERSEDED = "superseded"
    INTERRUPTED = "interrupted"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self not in {State.QUEUED, State.RUNNING}


class CheckState(StrEnum):
    """What a status says of a commit."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"
    SUPERSEDED = "superseded"


class BoxConfig(Record):
    """box.yaml: what main is protected by, and who there is."""

    required: tuple[str, ...] = ("ci", "judge")
    """Workflows, by name, that must be green before a merge."""
    against_tip: tuple[str, ...] = ("judge",)
    """Those of them that only a run of main's own workflow answers, made against main's tip."""
    persons: dict[Name, str] = Field(default_factory=dict)
    """Names and addresses of those who may act; with none listed, anybody may."""
    variables: dict[Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")], str] = Field(
        default_factory=dict
    )
    """What workflows read as `vars.NAME`: a repository's variables on GitHub."""
    shared: tuple[Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")], ...] = ()
    """Variables of `environment` that name folders which a branch's own workflows may read."""
    accept_missing_wall: str = ""
    """Why a branch's own workflows may run here although no wall keeps them from keys and state."""
    run_minutes: Annotated[int, Field(ge=1)] = 60
    wait_minutes: Annotated[int, Field(ge=1)] = 15


class Status(Part):
    """What one run says of a commit."""

    context: str
    state: CheckState
    event: Event
    description: str = ""
    base: Commit | None = None
    """Main's tip when the run began."""
    run: int
    at: datetime


class Update(Part):
    """One ref that a push moves."""

    ref: str
    old: Commit
    new: Commit

    @property
    def branch(self) -> str | None:
        """The branch's name, where the ref is one."""
        return self.ref.removeprefix("refs/heads/") if self.ref.startswith("refs/heads/") else None

    @property
    def deletes(self) -> bool:
        """Whether the ref is to go."""
        return self.new == NO_COMMIT

    @property
    def creates(self) -> bool:
        """Whether the ref is new."""
        return self.old == NO_COMMIT


class Push(Record):
    """One ref's move: written before git moves it, settled when its runs are queued."""

    number: int
    update: Update
    pusher: Name
    at: datetime
    settled: bool = False
    runs: tuple[int, ...] = ()


class Comment(Part):
    """A comment of a pull request; one with a marker replaces the one before of that marker."""

    body: str
    marker: str | None = None
    by: Name
    at: datetime


class PullApproval(Part):
    """A person's thumbs up on a pull request, which is no signed approval of a release."""

    person: Name
    note: str = ""
    head: Commit
    at: datetime


class PullState(StrEnum):
    """What became of a pull request."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


class PullRequest(Record):
    """A branch that somebody wants in main."""

    number: int
    branch: str
    title: str
    body: str = ""
    state: PullState = PullState.OPEN
    opened_by: Name
    opened_at: datetime
    merge_commit: Commit | None = None
    merged_by: Name | None = None
    approvals: tuple[PullApproval, ...] = ()
    comments: tuple[Comment, ...] = ()


class PullView(Record):
    """A pull request and what the repository says of it: what commands print as JSON."""

    pull_request: PullRequest
    head: Commit | None
    base: Commit | None
    pushers: tuple[Name, ...]
    """Everybody who pushed to the branch, the first first."""
    heads: tuple[Commit, ...] = ()
    """Every commit that the branch ever stood at, the first first."""
    statuses: tuple[Status, ...]
    """The latest of each workflow."""
    refusals: tuple[str, ...]
    """Why it can't be merged now; none where it can."""


class Run(Record):
    """One workflow, run once."""

    number: int
    workflow: str
    """Its name: the context of its status."""
    file: str
    event: Event
    action: str = ""
    ref: str
    commit: Commit
    """The commit that the status is about."""
    before: Commit | None = None
    base: Commit | None = None
    pull_request: int | None = None
    inputs: dict[str, str] = Field(default_factory=dict)
    actor: Name
    problem: str = ""
    """Why the workflow can't be run at all."""
    releases: bool = False
    """Whether it is main's, and a job of it has the environment staging or production."""
    state: State = State.QUEUED
    description: str = ""
    queued_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    scratch: str | None = None
    """The folder that the run works in; removed when it ends."""

    @property
    def label(self) -> str:
        """How people call it."""
        return f"run {self.number} ({self.workflow}, {self.event})"
