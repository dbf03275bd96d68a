"""The gate as a room of its own: its command is started, and what it signed is believed."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from artifacts.errors import ArtifactError
from artifacts.folder import read_unsigned_artifact
from artifacts.records.evidence import Evidence
from artifacts.records.gate import GateReport
from artifacts.statements import StatementVerifier, read_signed, signature_of
from delivery.clock import Clock
from delivery.errors import GateFailed
from delivery.exits import EXIT_CODES
from delivery.retrain.places import Place
from judging.policy import Policy
from judging.policy_files import YamlPolicies
from judging.rules.reproducibility import Reproducibility


@dataclass(frozen=True)
class GateCommands:
    """Judging by `bin/plinth gate judge`. `variables` are the gate's, and hold no forge's token.

    `photos` is the photo store of the checkout: the holdout's are where training has none of them.
    """

    launcher: Path
    photos: Path
    policies: YamlPolicies
    verifier: StatementVerifier
    variables: Mapping[str, str]
    clock: Clock
    _descriptors: list[int] = field(default_factory=list)

    def hand_on(self, descriptor: int) -> None:
        """Let the gate inherit a descriptor: a lock is then held for as long as it measures."""
        self._descriptors.append(descriptor)

    def wants_rebuild(self, model: str) -> bool:
        """Whether a model's policy asks for it; without a policy the gate will say what lacks."""
        policy = self._policy(model)
        setting = policy.first(Reproducibility) if policy else None
        return setting is not None and setting.ask == "rebuilt"

    def judge(self, place: Place) -> GateReport:
        """Judge, and leave the signed report, its evidence and a page about both in the place.

        What the gate says goes to this process's own log. Raises GateFailed where it gave no
        verdict, or one that is not of this judgement; SignatureRefused or UnreadableRecord where
        what it left is none of the gate's.
        """
        began = self.clock()
        room = place.exchange()
        report, evidence, page = (room / name for name in ("report.json", "evidence.json", "page"))
        words: list[str | Path] = [
            "judge",
            place.candidate,
            "--dataset",
            place.dataset,
            "--photos",
            self.photos,
        ]
        words += ["--out", report, "--evidence", evidence, "--page", page]
        if place.reproduction.exists():
            words += ["--reproduction", place.reproduction]
        code = self._started(words)
        for left, name in ((report, "report"), (page, "page")):
            if not left.exists():
                raise GateFailed(f"it ended with exit code {code} and left no {name}")
        found = read_signed(GateReport, report, self.verifier, new_at=self.clock())
        if EXIT_CODES[found.decision] != code:
            raise GateFailed(f"it ended with exit code {code} and says {found.decision}")
        if doubt := self._doubt(found, place.candidate, evidence, began):
            raise GateFailed(doubt)
        # The report goes first and comes last: whoever is killed in between leaves none, and a
        # retraining without a report judges again.
        place.report.unlink(missing_ok=True)
        place.evidence.unlink(missing_ok=True)
        if evidence.exists():
            evidence.replace(place.evidence)
        page.replace(place.page)
        signature_of(report).replace(signature_of(place.report))
        report.replace(place.report)
        return found

    def _started(self, words: Sequence[str | Path]) -> int:
        """Run the gate's command to its end, and return its exit code; GateFailed."""
        try:
            return subprocess.run(  # noqa: S603 - the project's own launcher, no shell
                [str(self.launcher), "gate", *map(str, words)],
                env=dict(self.variables),
                check=False,
                pass_fds=tuple(self._descriptors),
            ).returncode
        except OSError as exc:
            reason = (
                f"{self.launcher} can't be started: {exc.strerror}. Judging needs a checkout at "
                "PLINTH_ROOT, and uv: run it on a runner, not in delivery's image"
            )
            raise GateFailed(reason) from exc

    def report(self, place: Place) -> GateReport:
        """Return the report of an earlier judgement; SignatureRefused or UnreadableRecord."""
        return read_signed(GateReport, place.report, self.verifier)

    def _doubt(self, found: GateReport, candidate: Path, evidence: Path, began: datetime) -> str:
        """Return why a signed report is not of this judgement, or nothing.

        A report names no candidate and no policy where the gate couldn't open them.
        """
        there, policy = _digest_in(candidate), self._policy(found.model)
        asked = policy.digest if policy else None
        measured = Evidence.read(evidence).digest if evidence.exists() else None
        if found.decided_at < began:
            return f"its report is of {found.decided_at}, older than this judgement of {began}"
        if found.candidate not in {None, there}:
            return f"its report is about the candidate {found.candidate}, not {there}"
        if found.policy not in {None, asked}:
            return f"its report is by the policy {found.policy}, not the checkout's {asked}"
        if found.evidence != measured:
            return f"its report rests on the evidence {found.evidence}, and it left {measured}"
        return ""

    def _policy(self, model: str) -> Policy | None:
        try:
            return self.policies.read(model)
        except ArtifactError:
            return None


def _digest_in(folder: Path) -> str | None:
    """Return the digest of the artifact in a folder, or None where it holds none."""
    try:
        return read_unsigned_artifact(folder).digest
    except ArtifactError:
        return None
