"""Judging across the wall: what the gate's command leaves is believed by its signature alone."""

import json
import sys
from pathlib import Path

import pytest
from support.made_records import gate_report
from support.policy_documents import DECIDED, policy, ruled

from artifacts.errors import SignatureRefused
from artifacts.policies.policy import Policy
from artifacts.policies.policy_files import YamlPolicies
from artifacts.records.gate import GateReport
from artifacts.statements import signature_of
from delivery.errors import GateFailed
from delivery.exits import EXIT_CODES
from delivery.retrain.gate_commands import GateCommands
from delivery.retrain.retraining_folder import FolderPlace

GATE = """
import json, sys
from pathlib import Path
words = sys.argv[1:]
Path(r"{told}").write_text(json.dumps(words))
at = lambda name: Path(words[words.index(name) + 1])
if {report!r}:
    at("--out").write_text({report!r})
    Path(str(at("--out")) + ".sig").write_text("{signature}")
    at("--page").write_text("# The page")
    if {evidence}:
        at("--evidence").write_text("evidence")
sys.exit({code})
"""


class Believing:
    """Believes every signature, but for those that are empty."""

    def verify(self, data: bytes, signature: bytes, _at: object = None) -> None:
        if not (data and signature):
            raise SignatureRefused(Path("signers"), "nothing was signed")


@pytest.fixture
def place(tmp_path: Path) -> FolderPlace:
    made = FolderPlace(tmp_path / "place")
    made.folder.mkdir()
    return made


def judging(
    tmp_path: Path,
    report: GateReport | None = None,
    *,
    code: int | None = None,
    evidence: bool = True,
    signature: str = "signed",
    rules: Policy | None = None,
) -> GateCommands:
    """Judging by a launcher that leaves what it is told to leave."""
    ended = code if code is not None else EXIT_CODES[report.decision] if report else 2
    text = report.to_json() if report else ""
    script = GATE.format(
        told=tmp_path / "told.json", report=text, evidence=evidence, code=ended, signature=signature
    )
    launcher = tmp_path / "plinth"
    launcher.write_text(f"#!{sys.executable}\n{script}")
    launcher.chmod(0o755)
    if rules:
        (tmp_path / "policies/models").mkdir(parents=True)
        (tmp_path / "policies/models/architecture.yaml").write_text(rules.to_json())
    policies = YamlPolicies(tmp_path / "policies")
    return GateCommands(launcher, tmp_path / "photos", policies, Believing(), {})


def told(tmp_path: Path) -> list[str]:
    words: list[str] = json.loads((tmp_path / "told.json").read_text())
    return words


@pytest.mark.parametrize(
    "report",
    [
        gate_report(),
        gate_report("refused", failing="floor.right"),
        gate_report("undecided", failing="champion"),
        gate_report("no_improvement"),
    ],
    ids=lambda report: report.decision,
)
def test_a_judgement_leaves_a_signed_report_evidence_and_a_page(
    place: FolderPlace, tmp_path: Path, report: GateReport
) -> None:
    judge = judging(tmp_path, report)

    assert judge.judge(place) == report

    assert told(tmp_path)[:4] == ["gate", "judge", str(place.candidate), "--dataset"]
    assert "--reproduction" not in told(tmp_path)
    assert GateReport.read(place.report) == report
    assert signature_of(place.report).read_text() == "signed"
    assert place.evidence.read_text() == "evidence"
    assert place.page.read_text() == "# The page"
    assert judge.report(place) == report


def test_a_reproduction_is_shown_to_the_gate(place: FolderPlace, tmp_path: Path) -> None:
    place.reproduction.write_text("{}")

    judging(tmp_path, gate_report()).judge(place)

    assert told(tmp_path)[-2:] == ["--reproduction", str(place.reproduction)]


def test_evidence_of_an_earlier_judgement_does_not_stay(place: FolderPlace, tmp_path: Path) -> None:
    place.evidence.write_text("of an earlier judgement")

    judging(tmp_path, gate_report(), evidence=False).judge(place)

    assert not place.evidence.exists()


@pytest.mark.parametrize(
    ("report", "code", "words"),
    [(None, 2, "exit code 2 and left no report"), (gate_report(), 1, "1 and says allowed")],
)
def test_a_gate_that_gives_no_verdict_is_a_breakdown_and_the_earlier_report_stays(
    place: FolderPlace, tmp_path: Path, report: GateReport | None, code: int, words: str
) -> None:
    earlier = gate_report("no_improvement")
    judging(tmp_path, earlier).judge(place)

    with pytest.raises(GateFailed, match=words):
        judging(tmp_path, report, code=code).judge(place)

    assert GateReport.read(place.report) == earlier


def test_a_report_that_nobody_signed_is_not_believed(place: FolderPlace, tmp_path: Path) -> None:
    with pytest.raises(SignatureRefused):
        judging(tmp_path, gate_report(), signature="").judge(place)
    assert not place.report.exists()


@pytest.mark.parametrize(("ask", "wanted"), [("rebuilt", True), ("attested", False)])
def test_a_rebuild_is_wanted_where_the_policy_asks_for_one(
    tmp_path: Path, ask: str, wanted: bool
) -> None:
    setting = {"ask": ask, "accept_tolerance": False, **DECIDED}
    judge = judging(tmp_path, rules=ruled(reproducibility=setting))

    assert judge.wants_rebuild("architecture") is wanted


def test_without_a_policy_no_rebuild_is_wanted(tmp_path: Path) -> None:
    assert not judging(tmp_path).wants_rebuild("architecture")
    assert not judging(tmp_path, rules=policy()).wants_rebuild("fraud")
