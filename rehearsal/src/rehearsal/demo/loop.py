"""What every change goes through: branch, pull request, checks, approvals, merge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.box.records import MAIN
from rehearsal.demo.stage import Stage
from rehearsal.demo.team import Done, Member
from rehearsal.demo.timeline import Timeline

JUDGE = "judge"
"""The workflow whose check says whether a change is approved as it must be."""
DEPLOY, RETRAIN = "deploy", "retrain"
MOST_RUNS = 1000
ROLE_OF = {"ada": "model_owner", "bo": "risk_officer", "cleo": "security_officer"}


@dataclass(frozen=True)
class PullRequest:
    """An open pull request, and how its checks ended."""

    number: int
    branch: str
    checks: Done

    @property
    def green(self) -> bool:
        """Whether every check passed."""
        return self.checks.code == 0


class Loop:
    """The team's way of working, played with the commands of a person."""

    def __init__(self, stage: Stage, timeline: Timeline) -> None:
        self.stage = stage
        self.timeline = timeline

    def member(self, name: str) -> Member:
        """Return somebody of the team."""
        return self.stage.team[name]

    def open(self, member: Member, branch: str, title: str, check: str = "") -> PullRequest:
        """Commit what a member changed, push it, and open a pull request.

        Waits for every check of it, or for the one of a name.
        """
        commit = member.commit(title)
        pushed = member.push(branch)
        self.timeline.require(f"{branch} is pushed", kept=pushed.code == 0, found=pushed)
        number = member.open(branch, title)
        return PullRequest(number, branch, member.wait(commit, check))

    def approve(self, branch: str, names: Sequence[str], reason: str) -> Done:
        """Let some people approve a branch, and return how the checks ended after the last."""
        commit = ""
        for name in names:
            member = self.member(name)
            member.begin(branch)
            done = member.approve(ROLE_OF[name], reason)
            kept = done.code == 0
            self.timeline.check(f"{name} approves as {ROLE_OF[name]}", kept=kept, found=done)
            commit = member.git("rev-parse", "HEAD").said.strip()
            pushed = member.git("push", "-o", f"as={name}", "-o", "no-wait", "origin", "HEAD")
            self.timeline.check(f"{name} pushes", kept=pushed.code == 0, found=pushed)
        return self.member(names[-1]).wait(commit)

    def merge(self, number: int, until: str = "", name: str = "max") -> Done:
        """Wait for a pull request's checks, merge it, and wait for what that sets off.

        With `until` for that one workflow: the others run on, and `main_is_green` asks how they
        ended.
        """
        member = self.member(name)
        member.wait(str(self._json("show", str(number))["head"]))
        merged = member.merge(number)
        return merged if merged.code else member.wait(self.main(), until)

    def main_is_green(self) -> None:
        """Wait for main's last runs, and check that none of main's runs ended red."""
        max_ = self.member("max")
        with self.timeline.step("every run of main, also those that no chapter waited for"):
            max_.wait(self.main())
            runs = max_.plinth("box", "runs", "--limit", str(MOST_RUNS), "--json").json
            ended = {run["number"]: run["state"] for run in runs if run["ref"] == MAIN}
            red = sorted(at for at, how in ended.items() if how not in {"success", "superseded"})
            kept = bool(ended) and not red
            self.timeline.check(f"{len(ended)} runs of main, none red", kept=kept, found=red)

    def number_of(self, branch_prefix: str) -> int | None:
        """Return the number of the open pull request of a branch that begins so."""
        pulls = [view["pull_request"] for view in self._json("list")]
        numbers = [int(one["number"]) for one in pulls if one["branch"].startswith(branch_prefix)]
        return max(numbers, default=None)

    def branch_of(self, number: int) -> str:
        """Return the branch of a pull request."""
        return str(self._json("show", str(number))["pull_request"]["branch"])

    def merged_at(self, number: int) -> datetime:
        """Return when main moved to the merge of a pull request."""
        commit = str(self._json("show", str(number))["pull_request"]["merge_commit"])
        origin = ("--git-dir", str(self.stage.rehearsal.setting.origin))
        shown = self.member("max").git(*origin, "show", "-s", "--format=%cI", commit)
        return datetime.fromisoformat(shown.said.strip())

    def main(self) -> str:
        """Return the commit that main is at."""
        origin = ("--git-dir", str(self.stage.rehearsal.setting.origin))
        return self.member("max").git(*origin, "rev-parse", "main").said.strip()

    def _json(self, *words: str) -> Any:
        return self.member("max").plinth("box", "pull-request", *words, "--json").json
