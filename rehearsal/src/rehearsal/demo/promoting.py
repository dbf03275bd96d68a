"""Chapter two: production, by approval; then a better model, the same way, under load."""

import time

from rehearsal.demo.founding import verdict_of
from rehearsal.demo.loop import DEPLOY, JUDGE, RETRAIN, Loop, PullRequest
from rehearsal.demo.scale import STAGING_SECONDS
from rehearsal.demo.stage import Archive

APPROVERS = ("ada", "bo")
REASON = "I read the model card and the gate report of these digests"


class Promoting:
    """What a team does with every model."""

    def __init__(self, loop: Loop, archive: Archive) -> None:
        self._loop = loop
        self._timeline = loop.timeline
        self._archive = archive

    def first_promotion(self) -> str:
        """The first model goes to production."""
        with self._timeline.step("promote: production is asked for, and refused without approvals"):
            asked = self._ask()
            self._timeline.check("refused without approvals", kept=not asked.green)
            self._timeline.note(asked.checks.line("approval"))
            early = self._loop.member("max").merge(asked.number)
            self._timeline.check("it can't be merged", kept=early.code != 0, found=early)
        with self._timeline.step("two persons approve these digests: merge, production deploys"):
            self._approve(asked)
            return self._merge(asked)

    def better_model(self) -> None:
        """More photos: retrained, judged against the champion, merged into staging."""
        loop, max_ = self._loop, self._loop.member("max")
        with self._timeline.step("pull request: more photos"):
            max_.begin("photos/second")
            count = self._archive.deliver(max_.clone, self._archive.manifest.rows)
            asked = loop.open(max_, "photos/second", f"Deliver all {count} photos")
            self._timeline.require("photos need no approval", kept=asked.green, found=asked.checks)
        with self._timeline.step("merge: retrained once, and compared with the champion"):
            merged = loop.merge(asked.number, RETRAIN)
            self._timeline.note(verdict_of(merged))
            self._timeline.require("merged and judged", kept=merged.code == 0, found=merged)
            again = max_.plinth("box", "dispatch", "retrain.yml", "--wait")
            idle = again.code == 0 and "judged before" in again.said
            self._timeline.check("the same inputs are not trained again", kept=idle, found=again)
        with self._timeline.step("merge the proposal: staging deploys the better model"):
            number = loop.number_of("proposals/")
            self._timeline.require("the gate allowed it", kept=number is not None)
            merged = loop.merge(number or 0, DEPLOY)
            self._timeline.require("staging is deployed", kept=merged.code == 0, found=merged)

    def second_promotion(self) -> str:
        """The better model goes to production while requests come in; returns the merge."""
        with self._timeline.step("promote the better model under 50 requests/s"):
            asked = self._ask()
            self._approve(asked)
            with self._loop.stage.load("production", self._archive.photo()) as load:
                merge = self._merge(asked)
            self._timeline.check_load(load.report)
        return merge

    def _ask(self) -> PullRequest:
        """Let staging verify once more, then dispatch promote.yml."""
        loop, max_ = self._loop, self._loop.member("max")
        time.sleep(STAGING_SECONDS)  # what the policy of this demo asks of staging
        again = max_.plinth("box", "dispatch", "deploy.yml", "--wait")
        self._timeline.check("staging is verified again", kept=again.code == 0, found=again)
        done = max_.plinth("box", "dispatch", "promote.yml", "--wait")
        self._timeline.require("promotion is proposed", kept=done.code == 0, found=done)
        number = loop.number_of("promotions/")
        self._timeline.require("there is a pull request", kept=number is not None, found=done)
        branch = loop.branch_of(number or 0)
        max_.begin(branch)
        return PullRequest(number or 0, branch, max_.wait(max_.head, JUDGE))

    def _approve(self, asked: PullRequest) -> None:
        checks = self._loop.approve(asked.branch, APPROVERS, REASON)
        self._timeline.require("green with two approvals", kept=checks.code == 0, found=checks)

    def _merge(self, asked: PullRequest) -> str:
        """Let production deploy it, and return the commit that main is at."""
        merged = self._loop.merge(asked.number, DEPLOY, "ada")
        self._timeline.require("production is deployed", kept=merged.code == 0, found=merged)
        answer = self._loop.stage.ask("production", self._archive.photo())
        self._timeline.check("production answers", kept=answer.is_success, found=answer.text)
        return self._loop.main()
