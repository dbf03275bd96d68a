"""Judge anew what was merged, by the rules in force at each merge's first parent.

A forge's required check can be got around: by an administrator, a job of the same name, a push. So
a deploy judges every change of what judges that main got since the last deploy, before the people,
keys and policies that such a change brought count for anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from artifacts.policies.approvers import People
from artifacts.records.audit import AuditEntry
from artifacts.records.release import Environment
from delivery.changes.committed_files import (
    committed_people,
)
from delivery.changes.findings import ChangeVerdict, Finding
from delivery.changes.gather_change import GatherChange
from delivery.changes.judgement import OF_RELEASES, judge_change
from delivery.changes.path_kinds import PEOPLE, Kind, classify
from delivery.changes.payload_history import deployments
from delivery.changes.rules import approvals, authors
from delivery.git.repository import GitRepository

ENVIRONMENTS: Final[tuple[Environment, ...]] = ("staging", "production")
HARMLESS: Final[frozenset[Kind]] = frozenset({"docs", "data", "code"})
"""Kinds of change that need nothing at a merge: what comes of them is judged at its deploy."""


@dataclass(frozen=True)
class MergeVerdict:
    """A commit of main's first-parent line, its first parent, and what stands against it."""

    commit: str
    parent: str
    verdict: ChangeVerdict
    problems: tuple[Finding, ...]
    joined: bool = True

    @property
    def reason(self) -> str:
        """What stands against it, and what to type so that it counts."""
        found = "; ".join(f"{one.rule}: {one.reason}" for one in self.problems)
        likely = "" if self.joined else f" {squashed(self.commit)}"
        return (
            f"main's commit {self.commit[:12]} changed {', '.join(self.verdict.kinds)} and got "
            f"around the judge: {found}.{likely} Fix: look at `git diff {self.parent[:12]} "
            f"{self.commit[:12]}`; the persons of the strictest tier approve it afterwards "
            f"(`delivery approve --base {self.parent[:12]} --head {self.commit[:12]} ...`), also "
            "where a later change takes it back"
        )


@dataclass(frozen=True)
class JudgeMerges:
    """Judges merges of main that bring what needs approvals by itself."""

    repository: GitRepository
    gather: GatherChange

    def since(self, known: str | None, commit: str) -> Iterator[MergeVerdict]:
        """Yield the merges after a commit of main, up to another, that must not count, newest last.

        Without a known one they are all since main's beginning. Statements count that main has at
        `commit`: a merge can be approved afterwards.
        """
        for parent, merge in self.line(known or self.beginning(commit), commit):
            kinds = classify(one.path for one in self.repository.changes(parent, merge))
            if kinds <= HARMLESS:
                continue
            verdict = judge_change(self.gather(parent, merge, later=commit))
            problems = against(verdict)
            if problems:
                joined = len(self.repository.parents(merge)) > 1
                yield MergeVerdict(merge, parent, verdict, problems, joined)

    def beginning(self, commit: str) -> str:
        """Return the first commit of main's line to a commit that names people who approve.

        Before it nobody could: what a team begins with is judged by nobody. A commit itself where
        there is none.
        """
        for name, _ in self.repository.history(commit, PEOPLE):
            people = committed_people(self.repository, name)
            if isinstance(people, People) and people.persons:
                return name
        return commit

    def line(self, known: str, commit: str) -> tuple[tuple[str, str], ...]:
        """Return main's first-parent line after a commit, oldest first, each with its parent."""
        line = self.repository.first_parents(commit)
        return tuple(pairwise(line[line.index(known) :] if known in line else line))

    def last_deployed(self, log: tuple[AuditEntry, ...], commit: str) -> str | None:
        """Return the last commit of main's line to a commit that was deployed and verified."""
        deployed = {
            entry.commit
            for environment in ENVIRONMENTS
            for entry in deployments(log, environment)
            if entry.commit and entry.outcome == "green"
        }
        line = reversed(self.repository.first_parents(commit))
        return next((name for name in line if name in deployed), None)


def squashed(commit: str) -> str:
    """Say why a commit of main with one parent lacks what its pull request had."""
    return (
        f"{commit[:12]} joins no branch: it is likely a squash or rebase merge, which drops the "
        "signed commits of the pull request (or a push past the forge's rules). Turn squash and "
        "rebase merging off (`bin/plinth delivery check-forge` looks)."
    )


def against(verdict: ChangeVerdict) -> tuple[Finding, ...]:
    """Return what stands against a merge, but for rules about the releases that it brought.

    That nobody known signed a commit is made good by the persons who approve its very files.
    """
    problems = tuple(one for one in verdict.problems if one.rule not in OF_RELEASES)
    approved = [one.outcome for one in verdict.findings if one.rule == approvals.CHANGE]
    if approved == ["passed"] and all(one.rule == authors.RULE for one in problems):
        return ()
    return problems
