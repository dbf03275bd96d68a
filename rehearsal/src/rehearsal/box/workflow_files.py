"""Which workflows an event makes run: the `on:` of workflow files, as GitHub documents it.

Branch, tag and type filters count. `paths` filters don't, as act knows none: whether anything that
matters has changed is a step's business, true on every runner.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from artifacts.errors import UnreadableRecord
from artifacts.records.record import parse_yaml
from artifacts.text import plain
from rehearsal.box.records import Event

FOLDER: Final = ".github/workflows"
_PULL_EVENTS: Final = (Event.PULL_REQUEST, Event.PULL_REQUEST_TARGET)
_SERVING: Final = ("staging", "production")
_USUAL_TYPES: Final = ("opened", "synchronize", "reopened")


@dataclass(frozen=True)
class Workflow:
    """One workflow file: what it is called, and what it waits for."""

    file: str
    name: str
    on: Mapping[str, Any]
    """Events and their filters, as the file has them."""
    deploys: bool = False
    """Whether a job of it names an environment."""
    releases: bool = False
    """Whether a job of it names one that serves people: staging or production."""
    problem: str = ""
    """Why it can't be run; such a file runs, and fails, at every event that it might wait for."""

    @property
    def inputs(self) -> frozenset[str]:
        """What a dispatch may give it."""
        given = _mapping(self.on.get(Event.DISPATCH)).get("inputs")
        return frozenset(str(name) for name in _mapping(given))


@dataclass(frozen=True)
class Trigger:
    """Something that happened, as filters see it."""

    event: Event
    ref: str
    """The ref pushed, or the base of a pull request."""
    action: str = ""


def read_workflows(files: Mapping[str, str]) -> tuple[Workflow, ...]:
    """Read workflow files, by path: those that deploy first, then in the order of their paths.

    Few runs are made at a time here, and what deploys must not wait for tests. Two workflows of
    the same name can't be told apart by a status, so neither can be run.
    """
    found = [_read(path, files[path]) for path in sorted(files)]
    found.sort(key=lambda workflow: not workflow.deploys)
    times = Counter(workflow.name for workflow in found)
    return tuple(
        replace(workflow, problem=f"{times[workflow.name]} workflows are called {workflow.name}")
        if times[workflow.name] > 1
        else workflow
        for workflow in found
    )


def triggered(workflow: Workflow, trigger: Trigger) -> bool:
    """Whether a workflow runs for what happened."""
    if workflow.problem and not workflow.on:
        return trigger.event in {Event.PUSH, *_PULL_EVENTS}
    if trigger.event not in workflow.on:
        return False
    filters = _mapping(workflow.on[trigger.event])
    if trigger.event in _PULL_EVENTS and trigger.action not in _words(
        filters.get("types"), _USUAL_TYPES
    ):
        return False
    return _passes(filters, trigger) if trigger.event in {Event.PUSH, *_PULL_EVENTS} else True


def matches(patterns: tuple[str, ...], name: str) -> bool:
    """Whether a branch or tag matches filter patterns; a later `!pattern` takes names out again."""
    found = False
    for pattern in patterns:
        wanted = not pattern.startswith("!")
        if re.fullmatch(_regex(pattern.removeprefix("!")), name):
            found = wanted
    return found


def _read(path: str, text: str) -> Workflow:
    try:
        document = parse_yaml(text, path)
    except UnreadableRecord as exc:
        return Workflow(path, path, {}, problem=plain(exc))
    if not isinstance(document, dict):
        return Workflow(path, path, {}, problem=f"{path} is no workflow: it holds no mapping")
    # YAML 1.1 reads a bare `on` as true.
    on = document.get("on", document.get(True))
    name = plain(document.get("name") or path, 100)
    events = _events(on)
    problem = "" if events else f"{path} has no `on:` that can be read"
    jobs = _mapping(document.get("jobs")).values()
    named = [_mapping(job)["environment"] for job in jobs if "environment" in _mapping(job)]
    releases = any(_mapping(one).get("name", one) in _SERVING for one in named)
    return Workflow(path, name, events, bool(named), releases, problem)


def _events(on: object) -> dict[str, Any]:
    if isinstance(on, str):
        return {on: None}
    if isinstance(on, list):
        return {str(event): None for event in on}
    return {str(event): filters for event, filters in on.items()} if isinstance(on, dict) else {}


def _passes(filters: Mapping[str, Any], trigger: Trigger) -> bool:
    kind, other = ("tags", "branches") if trigger.ref.startswith("refs/tags/") else (
        "branches", "tags",
    )  # fmt: skip
    name = trigger.ref.split("/", 2)[-1]
    if kind in filters:
        return matches(_words(filters[kind]), name)
    if f"{kind}-ignore" in filters:
        return not matches(_words(filters[f"{kind}-ignore"]), name)
    # A filter of one kind alone shuts the other kind out.
    return not (trigger.event == Event.PUSH and {other, f"{other}-ignore"} & set(filters))


def _regex(pattern: str) -> str:
    pieces = re.split(r"(\*\*/?|\*|\?|\+|\[[^\]]*\])", pattern)
    known = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "?", "+": "+"}
    # GitHub's `?` and `+` repeat what stands before them, one character or one class.
    return "".join(
        known.get(piece) or (piece if piece.startswith("[") else re.escape(piece))
        for piece in pieces
    )


def _words(value: object, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    if value is None:
        return default
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
