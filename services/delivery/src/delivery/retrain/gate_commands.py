"""The gate as a room of its own: its command is started, and what it signed is believed."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from artifacts.errors import ArtifactError
from artifacts.policies.policy_files import YamlPolicies
from artifacts.records.gate import GateReport
from artifacts.statements import StatementVerifier, read_signed, signature_of
from delivery.errors import GateFailed
from delivery.exits import EXIT_CODES
from delivery.retrain.ports import RetrainingPlace


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
    _descriptors: list[int] = field(default_factory=list)

    def hand_on(self, descriptor: int) -> None:
        """Let the gate inherit a descriptor: a lock is then held for as long as it measures."""
        self._descriptors.append(descriptor)

    def wants_rebuild(self, model: str) -> bool:
        """Whether a model's policy asks for it; without a policy the gate will say what lacks."""
        try:
            setting = self.policies.read(model).rules.reproducibility
        except ArtifactError:
            return False
        return setting is not None and setting.ask == "rebuilt"

    def judge(self, place: RetrainingPlace) -> GateReport:
        """Judge, and leave the signed report, its evidence and a page about both in the place.

        What the gate says goes to this process's own log. Raises GateFailed where it gave no
        verdict, SignatureRefused or UnreadableRecord where what it left is none of the gate's.
        """
        room = place.exchange()
        report, evidence, page = (room / name for name in ("report.json", "evidence.json", "page"))
        words = ["judge", place.candidate, "--dataset", place.dataset, "--photos", self.photos]
        words += ["--out", report, "--evidence", evidence, "--page", page]
        if place.reproduction.exists():
            words += ["--reproduction", place.reproduction]
        done = subprocess.run(  # noqa: S603 - the project's own launcher, no shell
            [str(self.launcher), "gate", *map(str, words)],
            env=dict(self.variables),
            check=False,
            pass_fds=tuple(self._descriptors),
        )
        if not report.exists():
            raise GateFailed(f"it ended with exit code {done.returncode} and left no report")
        found = read_signed(GateReport, report, self.verifier)
        if EXIT_CODES[found.decision] != done.returncode:
            raise GateFailed(f"it ended with exit code {done.returncode} and says {found.decision}")
        place.evidence.unlink(missing_ok=True)
        if evidence.exists():
            evidence.replace(place.evidence)
        page.replace(place.page)
        report.replace(place.report)
        signature_of(report).replace(signature_of(place.report))
        return found

    def report(self, place: RetrainingPlace) -> GateReport:
        """Return the report of an earlier judgement; SignatureRefused or UnreadableRecord."""
        return read_signed(GateReport, place.report, self.verifier)
