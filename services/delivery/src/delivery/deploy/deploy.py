"""Make an environment run what a commit of main wants, step by step, and say how it ended.

A refusal ends a deploy before anything is touched. What fails later leaves the old payload serving
(the host sees to that), is written down, and is proposed to be taken back in git.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.policies.tiers import RiskTiers, RoomName
from artifacts.records.audit import AuditEntry, AuditEvent, Outcome
from artifacts.records.release import Environment, Payload
from delivery.changes.committed_files import CommittedFiles, document
from delivery.changes.path_kinds import TIERS
from delivery.deploy.alias_moves import AliasMove, moves_of
from delivery.deploy.change_verdict import Deployed, DeployVerdict, judge_walls
from delivery.deploy.compare import Difference, Observation, differences
from delivery.deploy.deploy_locks import FileDeployLocks
from delivery.deploy.verify import Survey, verification_event
from delivery.errors import (
    CloudUnreachable,
    CommitUnknown,
    DeploymentFailed,
    StateLocked,
    TargetFailed,
)
from delivery.git.branches import MainBranch
from delivery.git.repository import GitRepository
from delivery.releases.read_wanted import wanted_at
from delivery.releases.revert import ProposeRevert
from delivery.releases.wanted import AliasPoint, Wanted, short
from delivery.targets.target import Named, Step
from delivery.trail.audit_chain import AuditLog
from delivery.trail.deploy_history import (
    BEGUN,
    kept_payloads,
    last_deploy,
    last_served,
    left_by_going_back,
    release_before,
)

ENVIRONMENTS: Final[tuple[Environment, ...]] = ("staging", "production")
_ALLOWED: Final = DeployVerdict("allowed")


@dataclass(frozen=True)
class _Progress:
    """What the steps so far have found out. `ended` says that no further one is needed."""

    environment: Environment
    commit: str
    wanted: Wanted
    verdict: DeployVerdict = _ALLOWED
    seen: Observation | None = None
    entries: tuple[AuditEntry, ...] = ()
    state: str | None = None
    moves: tuple[AliasMove, ...] = ()
    begun: bool = False
    ended: Deployed | None = None

    @property
    def payload(self) -> Payload | None:
        return self.wanted.payload


@dataclass(frozen=True)
class Deploy:
    """Runs STEPS. `after` is told each step that is done, `say` what happens.

    `judge` says whether a commit's release of an environment may be deployed, by what stood before
    it. `walls` returns the rooms of this machine that have no wall, each with the reason why; the
    host says whether services have one.
    `keep` is how many payloads of an environment stay installed, to go back to.
    """

    repository: GitRepository
    main: MainBranch
    judge: Callable[[Environment, str], DeployVerdict]
    walls: Callable[[], Mapping[RoomName, str]]
    survey: Survey
    audit: AuditLog
    locks: FileDeployLocks
    proposer: ProposeRevert
    actor: str
    keep: int
    say: Callable[[str], None]
    after: Callable[[str], None]

    def run(self, environment: Environment, commit: str) -> Deployed:
        """Deploy a commit's release of an environment.

        Raises DeployLocked, CommitUnknown, UnreadableRecord and the like where nothing was begun.
        """
        nothing = Wanted(environment, commit, None, ())
        progress = _Progress(environment, self.repository.commit(commit), nothing)
        with ExitStack() as held:
            held.enter_context(self.locks.held(environment))
            self.after("lock")
            for step in STEPS:
                progress = self._step(step, progress)
                if progress.ended:
                    return progress.ended
        return Deployed("green", self._summary(progress), progress.wanted)

    def _step(self, step: "DeployStep", progress: _Progress) -> _Progress:
        try:
            done = step.act(self, progress)
        except DeploymentFailed as exc:
            blamed = _blames_the_release(step.name, exc)
            done = self._red(progress, step.name, str(exc), blamed=blamed)
        self.after(step.name)
        return done

    def check_tip(self, progress: _Progress) -> _Progress:
        """End as superseded where the commit is no longer main's tip."""
        tip = self.main.tip()
        if tip == progress.commit:
            return progress
        reason = f"{progress.commit[:12]} is no longer main's tip, {tip[:12]} is: its deploy counts"
        self._note(progress, "superseded", reason)
        return replace(progress, ended=Deployed("superseded", (reason,), progress.wanted))

    def read(self, progress: _Progress) -> _Progress:
        """Read what the commit wants to run."""
        images = self.survey.images
        wanted = wanted_at(self.repository, progress.environment, progress.commit, images)
        self.say(f"{progress.environment}: {progress.commit[:12]} wants {short(wanted.digest)}")
        return replace(progress, wanted=wanted, entries=self.audit.entries())

    def judge_change(self, progress: _Progress) -> _Progress:
        """Refuse what the base before the commit doesn't allow, and production without walls."""
        environment = progress.environment
        ran = last_served(progress.entries, environment)
        if progress.payload is None and ran is None:
            return progress
        verdict, seen = self.judge(environment, progress.commit), None
        if verdict.decision == "allowed" and environment == "production" and progress.payload:
            seen = self.survey.target.observe(environment)
            walls = self._judge_walls(progress, seen)
            verdict = verdict if walls.decision == "allowed" else walls
        if verdict.decision == "allowed":
            return replace(progress, verdict=verdict, seen=seen)
        outcome = verdict.decision
        self._note(progress, outcome, "; ".join(verdict.reasons))
        return replace(progress, ended=Deployed(outcome, verdict.reasons, progress.wanted))

    def _judge_walls(self, progress: _Progress, seen: Observation) -> DeployVerdict:
        """Judge by what main has now and what it had before: no change accepts for itself."""
        missing = dict(self.walls())
        if seen.unwalled:
            missing["service"] = seen.unwalled
        if not missing:
            return _ALLOWED
        commits = (progress.commit, *self.repository.parents(progress.commit)[:1])
        files = (CommittedFiles(self.repository, commit, [TIERS]) for commit in commits)
        return judge_walls(missing, [document(RiskTiers, each, TIERS) for each in files])

    def look(self, progress: _Progress) -> _Progress:
        """Look at what runs, and where the aliases point."""
        applied = self.survey.target.applied(progress.environment)
        seen = progress.seen or self.survey.target.observe(progress.environment)
        state = applied.payload if applied else None
        if progress.payload is None and state is None and seen.nothing:
            return self._nothing(progress)
        return replace(progress, state=state, moves=self._moves(progress))

    def _nothing(self, progress: _Progress) -> _Progress:
        self.move_aliases(replace(progress, moves=self._moves(progress)))
        line = f"nothing is released in {progress.environment} yet: there is nothing to deploy"
        return replace(progress, ended=Deployed("nothing", (line,), progress.wanted))

    def install(self, progress: _Progress) -> _Progress:
        """Have the payload where it can run, verified."""
        if progress.payload:
            self.survey.target.ready(progress.environment, progress.payload)
        return progress

    def begin(self, progress: _Progress) -> _Progress:
        """Write down that the environment is about to run the payload."""
        begun = replace(progress, begun=True)
        self._note(begun, "undecided", BEGUN)
        for statement in progress.verdict.break_glass:
            event = self._event(progress, "done", "deployed without the approvals it needs")
            fields = {"event": "break_glass", "subject": statement}
            self.audit.append(event.model_copy(update=fields))
        return begun

    def apply(self, progress: _Progress) -> _Progress:
        """Make the environment run the payload, or nothing."""
        if progress.payload is None:
            self.survey.target.stop(progress.environment)
        else:
            warm = self._release_to_keep(progress, progress.payload.digest)
            self.survey.target.apply(progress.environment, progress.payload, warm, self.after)
        if progress.moves:
            # Not before: it takes seconds of processor time, and people wait for what is applied.
            self.survey.registry.prepare()
        return progress

    def _release_to_keep(self, progress: _Progress, payload: str) -> str | None:
        """Return the release before, for the target to keep warm, if the policy wants that."""
        tiers = document(
            RiskTiers, CommittedFiles(self.repository, progress.commit, [TIERS]), TIERS
        )
        if isinstance(tiers, CantTell):
            self.say(f"the release before is not kept warm: {tiers}")
            return None
        if not tiers.rollback.keep_warm:
            return None
        return release_before(progress.entries, progress.environment, payload)

    def settle(self, progress: _Progress) -> _Progress:
        """Wait until what was applied has taken over."""
        if progress.payload:
            self.survey.target.settle(progress.environment, progress.payload)
        return progress

    def verify(self, progress: _Progress) -> _Progress:
        """Compare what runs with what git wants; end red where it differs."""
        wanted = replace(progress.wanted, aliases=())
        named = differences(wanted, self.survey.found(wanted))
        if not named:
            self._prune(progress)
            return progress
        # A newer deploy may have written that it wants another payload: then this one does nothing.
        passed = self.check_tip(progress)
        if passed.ended:
            return passed
        return self._differing(progress, named)

    def move_aliases(self, progress: _Progress) -> _Progress:
        """Point the registry's aliases where git has them."""
        if progress.moves:
            self.survey.registry.point([move.to for move in progress.moves])
        for move in progress.moves:
            self.say(str(move))
            event = self._event(progress, "done", str(move))
            fields = {"event": "alias", "model": move.to.model, "candidate": move.to.digest}
            self.audit.append(event.model_copy(update=fields))
        return progress

    def record(self, progress: _Progress) -> _Progress:
        """Write down what was deployed and found."""
        self._note(progress, "green", f"verified; {len(progress.moves)} aliases moved")
        self.audit.append(verification_event(progress.wanted, (), self.actor))
        return progress

    def _prune(self, progress: _Progress) -> None:
        if progress.state == progress.wanted.digest:
            return  # nothing has become old
        try:
            self.survey.target.prune(kept_payloads(self.audit.entries(), ENVIRONMENTS, self.keep))
        except DeploymentFailed as exc:
            # What serves may be right; that old payloads take up room is for people to look at.
            self.say(f"not pruned: {exc}")

    def _moves(self, progress: _Progress) -> tuple[AliasMove, ...]:
        found = self.survey.aliases(progress.wanted)
        if isinstance(found, CantTell):
            self.say(found.reason)
            found = ()
        return moves_of(progress.wanted.aliases, found, self._before(progress))

    def _before(self, progress: _Progress) -> tuple[AliasPoint, ...]:
        last = last_deploy(progress.entries, progress.environment)
        if last is None or last.commit is None:
            return ()
        try:
            return wanted_at(self.repository, progress.environment, last.commit).aliases
        except CommitUnknown:
            return ()

    def _differing(self, progress: _Progress, named: tuple[Difference, ...]) -> _Progress:
        self.audit.append(verification_event(progress.wanted, named, self.actor))
        reason = "; ".join(str(difference) for difference in named)
        return self._red(progress, "verify", reason, blamed=True)

    def _red(self, progress: _Progress, step: str, reason: str, *, blamed: bool) -> _Progress:
        """End red. A registry or a host that is down is no reason to take the change back."""
        line = f"red at {step}: {reason}"
        self._note(progress, "red", line)
        proposed: tuple[str, ...] = ()
        if blamed:
            proposed = self.proposer.propose(progress.environment, progress.commit, line)
        return replace(progress, ended=Deployed("red", (line, *proposed), progress.wanted))

    def _note(self, progress: _Progress, outcome: Outcome, reason: str) -> None:
        self.audit.append(self._event(progress, outcome, reason))

    def _event(self, progress: _Progress, outcome: Outcome, reason: str) -> AuditEvent:
        environment, payload = progress.environment, progress.wanted.digest
        # What was refused or left behind before it began has withdrawn nothing.
        left = (
            left_by_going_back(progress.entries, environment, payload) if progress.begun else None
        )
        return AuditEvent(
            event="rollback" if left else "deploy",
            outcome=outcome,
            actor=self.actor,
            reason=reason[:4000],
            environment=environment,
            commit=progress.commit,
            payload=payload,
            left=left,
        )

    def _summary(self, progress: _Progress) -> tuple[str, ...]:
        what = short(progress.wanted.digest)
        return (f"{progress.environment} runs {what} of {progress.commit[:12]}, verified",)


def _blames_the_release(step: str, failure: DeploymentFailed) -> bool:
    """Whether a failure is a reason to take the change back: a lock or a registry is none."""
    if isinstance(failure, TargetFailed):
        return failure.blames_release
    return step == "apply" and not isinstance(failure, StateLocked | CloudUnreachable)


DeployStep = Step[Callable[[Deploy, _Progress], _Progress]]
LOCK: Final = Step("lock", None, "no other deploy of this environment runs on this machine")
STEPS: Final[tuple[DeployStep, ...]] = (
    Step("tip", Deploy.check_tip, "the commit was main's tip, so nobody has asked for another"),
    Step("read", Deploy.read, "what the commit wants to run is known, by digest"),
    Step(
        "judge",
        Deploy.judge_change,
        "the change that led here was judged by what stood before it; before production, so were "
        "the walls of this machine",
    ),
    Step("look", Deploy.look, "what runs, what was applied and where the aliases point is known"),
    Step(
        "install",
        Deploy.install,
        "code and models lie where they run, verified; what is wanted is written down there, so "
        "that a swap to any other payload does nothing",
    ),
    Step("still_tip", Deploy.check_tip, "main hasn't moved while code was installed"),
    Step("begin", Deploy.begin, "the audit log says that the environment is to run the payload"),
    Step("apply", Deploy.apply, "the target runs the payload, or has begun to roll it out"),
    Step("settle", Deploy.settle, "what was applied has taken over"),
    Step("verify", Deploy.verify, "records, processes and answers are what git wants"),
    Step("aliases", Deploy.move_aliases, "the registry's aliases point where git has them"),
    Step("record", Deploy.record, "the audit log says what was deployed and found"),
)
"""Each step may be repeated: whoever finds one half-done does it again."""


def all_steps(target: Iterable[Named]) -> tuple[Named, ...]:
    """Return the steps of a deploy in order, with those that a target's apply goes through."""
    names = [step.name for step in STEPS]
    at = names.index("apply")
    return (LOCK, *STEPS[:at], *target, *STEPS[at:])
