"""Judging across the wall: what the gate's command leaves is believed by its signature alone."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support import cases
from support.made_records import NOON, artifact, gate_report
from support.policy_documents import DECIDED, policy, ruled

from artifacts.digests import digest_json
from artifacts.errors import SignatureRefused, UnreadableRecord
from artifacts.folder import SIGNATURE, write_artifact
from artifacts.records.gate import Decision, GateReport
from artifacts.statements import signature_of
from delivery.errors import GateFailed
from delivery.exits import EXIT_CODES
from delivery.retrain.gate_commands import GateCommands
from delivery.retrain.places import Place
from judging.policy import Policy
from judging.policy_files import YamlPolicies

GATE = """
import json, sys
from pathlib import Path
words = sys.argv[1:]
Path(r"{told}").write_text(json.dumps(words))
at = lambda name: Path(words[words.index(name) + 1])
if {report!r}:
    at("--out").write_text({report!r})
    Path(str(at("--out")) + ".sig").write_text("{signature}")
    if {page!r}:
        at("--page").write_text({page!r})
    if {evidence!r}:
        at("--evidence").write_text({evidence!r})
sys.exit({code})
"""
EVIDENCE = cases.evidence()
CANDIDATE = artifact("candidate")
POLICY = policy()


class Believing:
    """Believes every signature, but for those that are empty; a `past` one until NOON alone."""

    def verify(self, data: bytes, signature: bytes, at: datetime | None = None) -> None:
        if not (data and signature) or (signature == b"past" and at != NOON):
            raise SignatureRefused(Path("signers"), "no key that counts signed it")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "place")
    made.folder.mkdir()
    write_artifact(made.candidate, CANDIDATE.manifest, CANDIDATE.files)
    (made.candidate / SIGNATURE).write_bytes(b"training's")
    return made


def verdict(decision: Decision = "allowed", failing: str = "", **changes: object) -> GateReport:
    """A report on what lies in the place, over the evidence that the launcher leaves."""
    changes = {"evidence": EVIDENCE.digest, **changes}
    return gate_report(decision, failing=failing).model_copy(update=changes)


def judging(
    tmp_path: Path,
    report: GateReport | None = None,
    *,
    code: int | None = None,
    evidence: str = EVIDENCE.to_json(),
    page: str = "# The page",
    signature: str = "signed",
    rules: Policy | None = POLICY,
    began: datetime = NOON,
) -> GateCommands:
    """Judging, from `began` on, by a launcher that leaves what it is told to leave."""
    ended = code if code is not None else EXIT_CODES[report.decision] if report else 2
    text = report.to_json() if report else ""
    script = GATE.format(
        told=tmp_path / "told.json",
        report=text,
        evidence=evidence,
        page=page,
        code=ended,
        signature=signature,
    )
    launcher = tmp_path / "plinth"
    launcher.write_text(f"#!{sys.executable}\n{script}")
    launcher.chmod(0o755)
    if rules:
        (tmp_path / "policies/models").mkdir(parents=True, exist_ok=True)
        (tmp_path / "policies/models/architecture.yaml").write_text(rules.to_json())
    policies = YamlPolicies(tmp_path / "policies")
    return GateCommands(launcher, tmp_path / "photos", policies, Believing(), {}, lambda: began)


def told(tmp_path: Path) -> list[str]:
    words: list[str] = json.loads((tmp_path / "told.json").read_text())
    return words


@pytest.mark.parametrize(
    "report",
    [
        verdict(),
        verdict("refused", failing="floor.right"),
        verdict("undecided", failing="champion"),
        verdict("no_improvement"),
    ],
    ids=lambda report: report.decision,
)
def test_a_judgement_leaves_a_signed_report_evidence_and_a_page(
    place: Place, tmp_path: Path, report: GateReport
) -> None:
    judge = judging(tmp_path, report)

    assert judge.judge(place) == report

    assert told(tmp_path)[:4] == ["gate", "judge", str(place.candidate), "--dataset"]
    assert "--reproduction" not in told(tmp_path)
    assert GateReport.read(place.report) == report
    assert signature_of(place.report).read_text() == "signed"
    assert place.evidence.read_text() == EVIDENCE.to_json()
    assert place.page.read_text() == "# The page"
    assert judge.report(place) == report


@pytest.mark.parametrize("left", range(5))
def test_whoever_is_killed_in_between_leaves_no_report_under_anothers_signature(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    """Killed before each change of the place's files; judging again mends it."""
    earlier, later = verdict("no_improvement"), verdict()
    judging(tmp_path, earlier, signature="earlier's").judge(place)
    steps = [left]

    def killing(done: Callable[..., object]) -> Callable[..., object]:
        def call(path: Path, *args: object, **kwargs: object) -> object:
            if place.folder in (path.parent, *(Path(str(arg)).parent for arg in args)):
                if not steps[0]:
                    raise KeyboardInterrupt
                steps[0] -= 1
            return done(path, *args, **kwargs)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killing(Path.unlink))
        patch.setattr(Path, "replace", killing(Path.replace))
        with pytest.raises(KeyboardInterrupt):
            judging(tmp_path, later, signature="later's").judge(place)

    if place.report.exists():
        assert GateReport.read(place.report) == earlier
        assert signature_of(place.report).read_text() == "earlier's"
    assert judging(tmp_path, later, signature="later's").judge(place) == later
    assert signature_of(place.report).read_text() == "later's"


def test_a_reproduction_is_shown_to_the_gate(place: Place, tmp_path: Path) -> None:
    place.reproduction.write_text("{}")

    judging(tmp_path, verdict()).judge(place)

    assert told(tmp_path)[-2:] == ["--reproduction", str(place.reproduction)]


def test_evidence_of_an_earlier_judgement_does_not_stay(place: Place, tmp_path: Path) -> None:
    place.evidence.write_text("of an earlier judgement")

    nothing = verdict("undecided", failing="champion", evidence=None)
    judging(tmp_path, nothing, evidence="").judge(place)

    assert not place.evidence.exists()


@pytest.mark.parametrize(
    ("report", "code", "words"),
    [(None, 2, "exit code 2 and left no report"), (verdict(), 1, "1 and says allowed")],
)
def test_a_gate_that_gives_no_verdict_is_a_breakdown_and_the_earlier_report_stays(
    place: Place, tmp_path: Path, report: GateReport | None, code: int, words: str
) -> None:
    earlier = verdict("no_improvement")
    judging(tmp_path, earlier).judge(place)

    with pytest.raises(GateFailed, match=words):
        judging(tmp_path, report, code=code).judge(place)

    assert GateReport.read(place.report) == earlier


def test_a_report_that_nobody_signed_is_not_believed(place: Place, tmp_path: Path) -> None:
    with pytest.raises(SignatureRefused):
        judging(tmp_path, verdict(), signature="").judge(place)
    assert not place.report.exists()


OTHER = digest_json("another")


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (verdict(candidate=OTHER), f"about the candidate {OTHER}, not {CANDIDATE.digest}"),
        (verdict(policy=OTHER), f"by the policy {OTHER}, not the checkout's {POLICY.digest}"),
        (verdict(model="fraud"), f"by the policy {POLICY.digest}, not the checkout's None"),
        (verdict(decided_at=NOON - timedelta(microseconds=1)), "older than this judgement"),
        (verdict(evidence=OTHER), f"evidence {OTHER}, and it left {EVIDENCE.digest}"),
        (
            verdict("undecided", failing="champion", evidence=None),
            f"evidence None, and it left {EVIDENCE.digest}",
        ),
    ],
    ids=["candidate", "policy", "model", "older", "evidence", "no-evidence"],
)
def test_a_signed_report_of_another_judgement_is_not_believed(
    place: Place, tmp_path: Path, report: GateReport, words: str
) -> None:
    with pytest.raises(GateFailed, match=words):
        judging(tmp_path, report).judge(place)
    assert not place.report.exists()


def test_evidence_that_a_report_names_must_be_there_and_be_evidence(
    place: Place, tmp_path: Path
) -> None:
    with pytest.raises(GateFailed, match="and it left None"):
        judging(tmp_path, verdict(), evidence="").judge(place)
    with pytest.raises(UnreadableRecord):
        judging(tmp_path, verdict(), evidence="{}").judge(place)
    assert not place.report.exists()


def test_a_gate_that_died_before_its_page_has_given_no_verdict(
    place: Place, tmp_path: Path
) -> None:
    with pytest.raises(GateFailed, match="left no page"):
        judging(tmp_path, verdict(), page="").judge(place)
    assert not place.report.exists()
    assert not place.evidence.exists()


def test_a_key_that_was_rotated_out_judges_nothing_new(place: Place, tmp_path: Path) -> None:
    later = NOON + timedelta(hours=1)
    judge = judging(tmp_path, verdict(), signature="past")
    assert judge.judge(place) == judge.report(place)

    with pytest.raises(SignatureRefused):
        judging(tmp_path, verdict(decided_at=later), signature="past", began=later).judge(place)


def test_a_candidate_that_the_gate_could_not_open_is_judged_all_the_same(
    place: Place, tmp_path: Path
) -> None:
    (place.candidate / SIGNATURE).unlink()
    (place.candidate / "manifest.json").write_text("{}")
    nothing = {"candidate": None, "policy": None, "evidence": None, "model": "unknown"}
    report = verdict("refused", failing="floor.right", **nothing)

    assert judging(tmp_path, report, evidence="").judge(place) == report

    with pytest.raises(GateFailed, match="about the candidate"):
        judging(tmp_path, verdict()).judge(place)


@pytest.mark.parametrize(("ask", "wanted"), [("rebuilt", True), ("attested", False)])
def test_a_rebuild_is_wanted_where_the_policy_asks_for_one(
    tmp_path: Path, ask: str, wanted: bool
) -> None:
    setting = {"ask": ask, "accept_tolerance": False, **DECIDED}
    judge = judging(tmp_path, rules=ruled(reproducibility=setting))

    assert judge.wants_rebuild("architecture") is wanted


def test_without_a_policy_no_rebuild_is_wanted(tmp_path: Path) -> None:
    assert not judging(tmp_path, rules=None).wants_rebuild("architecture")
    assert not judging(tmp_path, rules=POLICY).wants_rebuild("fraud")


def test_without_a_checkout_it_says_where_judging_runs(place: Place, tmp_path: Path) -> None:
    judge = replace(judging(tmp_path, verdict()), launcher=tmp_path / "bin/plinth")

    with pytest.raises(GateFailed, match="needs a checkout at PLINTH_ROOT, and uv"):
        judge.judge(place)
