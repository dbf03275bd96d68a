"""judge-change: may this be merged? judge-deploy: may what main has be deployed?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.records.approval import Approval
from artifacts.records.release import Environment
from delivery.changes.committed_files import (
    CommittedFiles,
    committed_release,
    read_ground,
)
from delivery.changes.facts import payload_of
from delivery.changes.find_people import Objections, approvers_before, find_objections
from delivery.changes.findings import ChangeVerdict, Decision, refused
from delivery.changes.gather_change import GatherChange
from delivery.changes.judge_merges import JudgeMerges, squashed
from delivery.changes.judgement import judge_by_both, judge_change, settled
from delivery.changes.path_kinds import release_path
from delivery.changes.payload_history import deployments
from delivery.changes.recording import events_of, new_events, rejection_events
from delivery.changes.statements import SKEW
from delivery.clock import Clock
from delivery.errors import ForgeUnavailable
from delivery.git.repository import GitRepository
from delivery.trail.audit_chain import AuditLog

MERGED: Final = "merged"
"""How main got a release: a finding that names the likely cause of others, and none by itself."""


@dataclass(frozen=True)
class JudgeChange:
    """Judging changes with all that it reads and writes through. `actor` is whom the log names.

    `heads` returns every head that a pull request's branch ever had, oldest first, after fetching
    their commits as far as the forge gives them. ForgeUnavailable where it can't be asked.
    """

    gather: GatherChange
    audit: AuditLog
    actor: str
    heads: Callable[[int], tuple[str, ...]] | None = None

    def __call__(
        self,
        base: str,
        head: str,
        pusher: str = "",
        *,
        number: int | None = None,
        record: bool = False,
    ) -> ChangeVerdict:
        """Judge what a commit would change of main, and record what it showed if asked to.

        Main's tip judges; `base` must have been main's tip. A commit that main has got already is
        judged by its first parent, if that is the base. With the `number` of its pull request,
        the earlier heads of its branch are looked at as well. Rejections are recorded before
        anything else that may fail. Raises CommitUnknown, RepositoryUnreadable, NotOnMain,
        ForgeUnavailable, AuditBroken.
        """
        main, head = self.gather.main(), self.gather.repository.commit(head)
        objections = self._found(main, (head,), record=record)
        if number is not None:
            earlier = self._earlier(number, head)
            objections += self._found(main, earlier, record=record)
        main = self.gather.main(base, head)
        facts = self.gather(main, head, pusher, objections=objections)
        verdict = judge_change(facts)
        if record:
            for event in events_of(facts, verdict, self.actor):
                self.audit.append(event)
        return verdict

    def _found(self, main: str, heads: Sequence[str], *, record: bool) -> Objections:
        """Return what is objected on some heads, after recording every rejection among it."""
        repository = self.gather.repository
        objections = find_objections(repository, main, heads)
        said = (one.approval for one in objections.statements)
        if record and any(isinstance(one, Approval) and one.word == "rejected" for one in said):
            known = approvers_before(repository, main)
            events = rejection_events(objections.statements, known)
            for event in new_events(events, self.audit.entries()):
                self.audit.append(event)
        return objections

    def _earlier(self, number: int, head: str) -> tuple[str, ...]:
        """Return the earlier heads of a branch that no judgement has recorded yet."""
        if self.heads is None:
            reason = "no forge is set up here: leave --number out, or set PLINTH_FORGE_TOKEN"
            raise ForgeUnavailable(f"listing the earlier heads of #{number}", reason)
        judged = {one.commit for one in self.audit.entries() if one.event == "judgement"}
        found = self.heads(number)
        return tuple(one for one in found if one not in judged and one != head)


@dataclass(frozen=True)
class JudgeDeploy:
    """Judges what a commit of main is to deploy, when an environment first gets it."""

    repository: GitRepository
    gather: GatherChange
    audit: AuditLog
    clock: Clock

    def judge_deploy(self, environment: Environment, commit: str) -> ChangeVerdict:
        """Say whether a commit's release may be deployed now, by what stood before it.

        The change that brought the release to main is judged, against its first parent, and by what
        main has now: whoever was taken off, revoked or tightened since makes it only stricter. A
        release that was judged and deployed since is not judged again: an approval or a key that
        expired, or a policy that changed, makes no later deploy red.

        Every change of what judges that main got since the last deploy is judged too: one that got
        around the judge refuses all but a rollback.
        """
        commit = self.repository.commit(commit)
        verdict = self._judge_release(environment, commit)
        if not verdict.allowed or verdict.rollback:
            return verdict
        merges = JudgeMerges(self.repository, self.gather)
        known = merges.last_deployed(self.audit.entries(), commit)
        around = [merge.reason for merge in merges.since(known, commit)]
        return self._settled(commit, "refused", " ".join(around)) if around else verdict

    def _judge_release(self, environment: Environment, commit: str) -> ChangeVerdict:
        brought = self._brought(environment, commit)
        if brought is None:
            reason = f"main has no {environment} release that anything brought: nothing judged it"
            return self._settled(commit, "undecided", reason)
        if self._ran_since(environment, commit, brought):
            return self._settled(commit, "allowed", "it was judged and deployed before")
        parents = self.repository.parents(brought)
        if not parents:
            return self._unjudged(environment, brought)
        line = self.repository.first_parents(commit)
        since = line[line.index(brought) :] if brought in line else line
        now = max((self.clock(), *(entry.at for entry in self.audit.entries()[-1:])))
        for one in since:
            if reason := self._misdated(one, now):
                return self._settled(commit, "refused", reason)
        facts = self.gather(parents[0], brought, later=commit)
        present = read_ground(CommittedFiles(self.repository, commit, ["policies"]))
        verdict = judge_by_both(facts, present)
        if verdict.allowed or len(parents) > 1:
            return verdict
        how = (
            f"{squashed(brought)} Fix: `git revert {brought[:12]}` in a pull request, then bring "
            "the same branch again with a merge commit"
        )
        return verdict.model_copy(update={"findings": (*verdict.findings, refused(MERGED, how))})

    def _misdated(self, commit: str, now: datetime) -> str:
        """Say why a commit's date can't be true; nothing if it can, or if main begins with it.

        A clock that is wrong, or a hand that chose the date, would move what comes after it.
        """
        parents = self.repository.parents(commit)
        at = self.repository.committed_at(commit)
        before = self.repository.committed_at(parents[0]) if parents else at
        if before <= at <= now + SKEW:
            return ""
        limits = f"after {before.isoformat()}, its first parent's date, and before now"
        return (
            f"main's commit {commit[:12]} is dated {at.isoformat()}, which must be {limits}, "
            f"{now.isoformat()}: set the clock right of what merges, and merge anew: "
            "`git revert -m 1` of the merge that brought the release, merged, and a revert of that"
        )

    def _brought(self, environment: Environment, commit: str) -> str | None:
        """Return the commit of main that made the release what it is: a payload, or models.

        A change of words in its file makes no new release.
        """
        changed = self.repository.history(commit, release_path(environment))
        brought: str | None = None
        for name, _ in reversed(changed):
            if brought and not self._same(environment, name, commit):
                break
            brought = name
        return brought

    def _same(self, environment: Environment, one: str, other: str) -> bool:
        if environment == "production":
            return self._payload(one) == self._payload(other)
        first, second = (
            committed_release(self.repository, commit, environment) for commit in (one, other)
        )
        if isinstance(first, CantTell) or isinstance(second, CantTell):
            return False
        return first.released == second.released

    def _payload(self, commit: str) -> str | None:
        return payload_of(committed_release(self.repository, commit, "production"))

    def _ran_since(self, environment: Environment, commit: str, brought: str) -> bool:
        payload = self._payload(commit)
        if environment == "production" and payload is None:
            return False
        line = {name: at for at, name in enumerate(self.repository.first_parents(commit))}
        return any(
            line.get(entry.commit or "", -1) >= line[brought]
            and (environment == "staging" or entry.payload == payload)
            for entry in deployments(self.audit.entries(), environment)
        )

    def _unjudged(self, environment: Environment, commit: str) -> ChangeVerdict:
        """Judge the commit that main began with, which nothing stood before."""
        release = committed_release(self.repository, commit, environment)
        if isinstance(release, CantTell):
            return self._settled(commit, "undecided", str(release))
        if release.released:
            reason = "main began with a release in it, which nobody judged or approved"
            return self._settled(commit, "refused", reason)
        return self._settled(commit, "allowed", "nothing is released")

    def _settled(self, commit: str, decision: Decision, reason: str) -> ChangeVerdict:
        return settled(commit, commit, decision, reason, self.clock())
