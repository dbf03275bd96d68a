"""A world to deploy in: a repository, a host, a state, a registry and a log, all in memory.

Processes die and come back as on a machine: what was done stays done when a deploy is killed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import yaml
from support.audit import FakeAuditLog

from artifacts.digests import digest_json
from artifacts.policies.tiers import RoomName
from artifacts.records.release import Environment, Payload, Release, ReleasedCode, ReleasedModel
from delivery.deploy.change_verdict import DeployVerdict
from delivery.deploy.compare import Drift, Place
from delivery.deploy.deploy import Deploy
from delivery.deploy.verify import Survey
from delivery.errors import CommitUnknown, RegistryFailed, TargetFailed
from delivery.releases.wanted import AliasPoint, Applied, release_text
from delivery.targets.answers import Answer
from delivery.targets.local.local_observation import (
    LocalObservation,
    ObservedProcess,
    ObservedWatcher,
)
from delivery.targets.local.swap import STEPS as SWAP

NONE_YET = """\
environment: {environment}
models:
  architecture:
  - kind: first_release
    reason: no model of architecture has been released yet
    stated_on: 2026-01-01
"""


def watcher(payload: str) -> ObservedWatcher:
    return ObservedWatcher(name=payload, status="active", payload=payload)


class Killed(BaseException):
    """The deploy was killed; no `except Exception` of it sees that."""


def digest(name: str) -> str:
    return digest_json(name)


def commit(name: str) -> str:
    return digest_json(name).removeprefix("sha256:")[:40]


def model(name: str = "m1", version: int = 1) -> ReleasedModel:
    return ReleasedModel(digest=digest(name), version=version, gate_report=digest(f"gate {name}"))


def code(name: str = "c1") -> ReleasedCode:
    return ReleasedCode(digest=digest(f"code {name}"), commit=commit(name))


def release(
    environment: Environment, champion: ReleasedModel, pinned: ReleasedCode | None = None
) -> str:
    models = {"architecture": (champion,)}
    return release_text(Release(environment=environment, code=pinned, models=models))


class FakeRepository:
    """Commits in order, each with all its files; code is one file a commit."""

    def __init__(self) -> None:
        self.history: list[str] = []
        self.content: dict[str, dict[str, bytes]] = {}

    def add(self, name: str, files: Mapping[str, str]) -> str:
        """Add a commit on top that changes some files; return it."""
        before = self.content[self.history[-1]] if self.history else {}
        made = commit(name)
        self.content[made] = before | {path: text.encode() for path, text in files.items()}
        self.history.append(made)
        return made

    def tip(self) -> str:
        return self.history[-1]

    def commit(self, revision: str) -> str:
        if revision not in self.content:
            raise CommitUnknown(revision)
        return revision

    def parents(self, commit: str) -> tuple[str, ...]:
        at = self.history.index(commit)
        return tuple(self.history[at - 1 : at]) if at else ()

    def is_ancestor(self, ancestor: str, commit: str) -> bool:
        if ancestor not in self.history:
            return False
        return self.history.index(ancestor) <= self.history.index(commit)

    def file(self, commit: str, path: str) -> bytes | None:
        return self.content[self.commit(commit)].get(path)

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        found = self.content[self.commit(commit)]
        return {path: data for path, data in found.items() if path.startswith(tuple(paths))}

    def listed(self, commit: str, paths: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        """Return mode and blob of the files under some paths: here a blob's name is its text."""
        found = self.files(commit, paths)
        return {path: ("100644", data.decode()) for path, data in found.items()}

    def blob(self, name: str, limit: int, path: str = "") -> bytes:
        assert len(name) <= limit, path
        return name.encode()


@dataclass
class FakeHost:
    """A target that counts what it does. `broken` names commands that fail."""

    installs: int = 0
    swaps: int = 0
    pruned: tuple[str, ...] = ()
    payloads: dict[str, Payload] = field(default_factory=dict)
    wanted: dict[str, str] = field(default_factory=dict)
    running: dict[str, tuple[str, ...]] = field(default_factory=dict)
    state: dict[str, str | None] = field(default_factory=dict)
    warm: dict[str, str | None] = field(default_factory=dict)
    drifts: tuple[Drift, ...] = ()
    broken: set[str] = field(default_factory=set)
    blames_release: bool = False
    never_ready: set[str] = field(default_factory=set)
    lies_of_code: str | None = None
    wall: str = "bubblewrap"
    records: Place = "host"
    runs_at: Place = "host"
    steps = SWAP

    def ready(self, environment: Environment, payload: Payload) -> None:
        """Write down what is wanted, and install what isn't there."""
        self._check("want")
        self.wanted[environment] = payload.digest
        self._check("install")
        if payload.digest not in self.payloads:
            self.installs += 1
            self.payloads[payload.digest] = payload

    def applied(self, environment: Environment) -> Applied | None:
        return Applied(self.state[environment]) if environment in self.state else None

    def apply(
        self,
        environment: Environment,
        payload: Payload,
        warm: str | None,
        after: Callable[[str], None],
    ) -> None:
        """Swap, if it is still wanted; the old one serves on if the new one never gets ready."""
        self.warm[environment] = warm
        for step in self.steps:
            if step.name == "swap.ask" and self.wanted.get(environment) != payload.digest:
                return
            if step.name == "swap.start":
                self._start(environment, payload.digest)
            if step.name == "swap.await-end":
                self.running[environment] = (payload.digest,)
            if step.name == "swap.record":
                self.state[environment] = payload.digest
            after(step.name)

    def _start(self, environment: Environment, payload: str) -> None:
        if payload in self.never_ready:
            raise TargetFailed("apply", f"{payload} never got ready", blames_release=True)
        running = self.running.get(environment, ())
        if payload not in running:
            self.swaps += 1
            self.running[environment] = (*running, payload)

    def observe(self, environment: Environment) -> LocalObservation:
        self._check("observe")
        running = self.running.get(environment, ())
        return LocalObservation(
            environment=environment,
            watchers=tuple(watcher(one) for one in running),
            processes=tuple(
                ObservedProcess(pid=100 + n, payload=one, wall=self.wall)
                for n, one in enumerate(running)
            ),
            answers=tuple(self._answer(environment, one) for one in running),
            holder=bool(running),
            manager=bool(running),
            wall=self.wall,
        )

    def drift(self, environment: Environment, payload: Payload | None) -> tuple[Drift, ...]:
        """Return what the test says was changed."""
        del environment, payload
        return self.drifts

    def stop(self, environment: Environment) -> None:
        self._check("stop")
        self.running.pop(environment, None)
        self.state[environment] = None

    def settle(self, environment: Environment, payload: Payload) -> None:
        """Fail where a rollout doesn't end well; a swap has ended before."""
        del environment, payload
        self._check("settle")

    def prune(self, keep: Sequence[str]) -> None:
        self._check("prune")
        self.pruned = tuple(keep)

    def _check(self, command: str) -> None:
        if command in self.broken:
            reason = "as the test wants it"
            raise TargetFailed(command, reason, blames_release=self.blames_release)

    def _answer(self, environment: Environment, payload: str) -> Answer:
        found = self.payloads[payload]
        (model,) = (m.digest for entries in found.models.values() for m in entries)
        said = self.lies_of_code or found.code.digest
        return Answer(status=200, payload=payload, code=said, model=model, environment=environment)


@dataclass
class FakeRegistry:
    """Aliases in a dictionary."""

    points: dict[tuple[str, str], AliasPoint] = field(default_factory=dict)
    down: bool = False
    prepared: int = 0

    def aliases(self, model: str) -> tuple[AliasPoint, ...]:
        self._check()
        return tuple(point for point in self.points.values() if point.model == model)

    def prepare(self) -> None:
        self.prepared += 1

    def point(self, moves: Sequence[AliasPoint]) -> None:
        self._check()
        for move in moves:
            key = (move.model, move.alias)
            self.points.pop(key, None)
            if move.version is not None:
                self.points[key] = move

    def _check(self) -> None:
        if self.down:
            raise RegistryFailed("memory", "down, as the test wants it")


@dataclass
class World:
    """Everything that a deploy touches."""

    repository: FakeRepository = field(default_factory=FakeRepository)
    host: FakeHost = field(default_factory=FakeHost)
    registry: FakeRegistry = field(default_factory=FakeRegistry)
    audit: FakeAuditLog = field(default_factory=lambda: FakeAuditLog(minutes=60))
    verdict: DeployVerdict = field(default_factory=lambda: DeployVerdict("allowed"))
    judged: list[str] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    locked: set[str] = field(default_factory=set)
    images: Any = None
    missing: dict[RoomName, str] = field(default_factory=dict)
    """Rooms of the machine that deploys which have no wall, and why."""

    def commit(self, name: str, **files: str) -> str:
        paths = {
            "staging": "releases/staging.yaml",
            "production": "releases/production.yaml",
            "code": "services/inference/src/inference/app.py",
            "tiers": "policies/risk_tiers.yaml",
        }
        first = {
            paths[one]: NONE_YET.format(environment=one) for one in ("staging", "production")
        } | {paths["code"]: "first"}
        base = {} if self.repository.history else first
        return self.repository.add(name, base | {paths[k]: text for k, text in files.items()})

    def deploy(
        self,
        environment: Environment = "staging",
        name: str | None = None,
        *,
        after: Callable[[str], None] | None = None,
    ) -> Any:
        """Deploy a commit, main's tip by default; `after` is told each step that is done."""
        told = after or (lambda _: None)
        deploy = Deploy(
            repository=self.repository,
            main=self.repository,
            judge=self._judge,
            walls=lambda: self.missing,
            survey=self.survey,
            audit=self.audit,
            locks=SimpleNamespace(held=self._held),
            proposer=SimpleNamespace(propose=self._propose),
            actor="tests",
            keep=2,
            say=self.said.append,
            after=lambda step: (self.steps.append(step), told(step))[1],
        )
        return deploy.run(environment, commit(name) if name else self.repository.tip())

    @property
    def survey(self) -> Survey:
        return Survey(self.host, self.registry, self.images)

    def payload(self, environment: Environment) -> dict[str, Any]:
        """Return a release file as it is at the tip."""
        data = self.repository.file(self.repository.tip(), f"releases/{environment}.yaml") or b""
        return dict(yaml.safe_load(data))

    @contextmanager
    def _held(self, environment: Environment) -> Iterator[None]:
        assert environment not in self.locked
        self.locked.add(environment)
        try:
            yield
        finally:
            self.locked.discard(environment)

    def _judge(self, environment: Environment, at: str) -> DeployVerdict:
        self.judged.append(f"{environment} {at}")
        return self.verdict

    def _propose(self, environment: Environment, at: str, reason: str) -> tuple[str, ...]:
        self.proposed.append(f"{environment} {at}: {reason}")
        return ("proposed",)


def kill_after(step: str) -> Callable[[str], None]:
    """Return what kills a deploy right after a step."""

    def kill(done: str) -> None:
        if done == step:
            raise Killed(step)

    return kill
