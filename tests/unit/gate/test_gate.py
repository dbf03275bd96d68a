from dataclasses import replace
from pathlib import Path

import pytest
from support.dataset_rows import dataset_rows
from support.delivery_stores import Believing, FakeModelStore, FakePolicies, FakeReleases
from support.gate_cases import evaluation, first_right
from support.gate_fakes import FakeArtifacts, FakeDataset, FakeExaminer
from support.made_records import NOON, artifact, release, released
from support.policy_documents import DECIDED, FIRST_RELEASE, policy, settings, tiers

from artifacts.certificate import Proof
from artifacts.digests import digest_json
from artifacts.errors import InvalidArtifact, PolicyRefused, SignatureRefused, UnreadableRecord
from artifacts.records.gate import GateReport
from artifacts.records.holdout import HoldoutPin
from artifacts.records.reproduction import Reproduction
from artifacts.statements import signature_of
from gate.errors import HoldoutUnusable, JudgeUnfit, UnfitModel
from gate.judge_candidate import Gate

FOLDER = Path("candidate")
ROWS = dataset_rows()
PIN = HoldoutPin.of("architecture", ROWS)
CANDIDATE = artifact("candidate", ROWS)
CHAMPION = artifact("champion", ROWS)
SCORES = {
    CANDIDATE.digest: evaluation(ROWS, first_right(140), CANDIDATE.digest),
    CHAMPION.digest: evaluation(ROWS, first_right(100), CHAMPION.digest),
}


def gate(**changes):
    ports = {
        "artifacts": FakeArtifacts({FOLDER: CANDIDATE}),
        "store": FakeModelStore(CHAMPION),
        "policies": FakePolicies(policy(), pin=PIN),
        "releases": FakeReleases(release(released(CHAMPION.digest))).read,
        "dataset": FakeDataset(ROWS),
        "examiner": FakeExaminer(SCORES),
        "rebuilder": Believing(),
        "clock": lambda: NOON,
    }
    return Gate(**(ports | changes))


def decide(**changes):
    return gate(**changes).decide(FOLDER, "staging").report


def outcome(report, rule):
    return {found.rule: found.outcome for found in report.rules}[rule]


def reason(report, rule):
    return {found.rule: found.reason for found in report.rules}[rule]


def test_a_better_candidate_is_allowed_by_a_report_that_names_all_it_rests_on():
    report = decide()
    assert report.decision == "allowed"
    assert (report.candidate, report.champion) == (CANDIDATE.digest, CHAMPION.digest)
    assert (report.policy, report.photo_manifest) == (policy().digest, ROWS.digest)
    assert report.holdout == ROWS.split_digest("holdout")
    assert (report.decided_at, report.first_release) == (NOON, False)


def test_a_report_survives_its_file(tmp_path):
    report = decide()
    again = GateReport.read(report.write(tmp_path / "report.json"))
    assert (again, again.digest) == (report, report.digest)


def test_candidate_and_champion_are_both_scored_anew():
    examiner = FakeExaminer(SCORES)
    decide(examiner=examiner)
    assert examiner.asked == [CANDIDATE.digest, CHAMPION.digest]


def test_metrics_that_came_with_the_candidate_are_not_believed():
    """The fake's manifest states none; what the examiner measures is what decides."""
    poor = {**SCORES, CANDIDATE.digest: evaluation(ROWS, first_right(10), CANDIDATE.digest)}
    assert decide(examiner=FakeExaminer(poor)).decision == "refused"


def test_a_candidate_equal_to_its_champion_is_no_improvement_and_is_scored_once():
    examiner = FakeExaminer(SCORES)
    report = decide(
        releases=FakeReleases(release(released(CANDIDATE.digest))).read,
        store=FakeModelStore(CANDIDATE),
        examiner=examiner,
    )
    assert (report.decision, report.champion) == ("no_improvement", CANDIDATE.digest)
    assert examiner.asked == [CANDIDATE.digest]


@pytest.mark.parametrize(
    "error",
    [SignatureRefused(FOLDER, "not this key"), InvalidArtifact(FOLDER, ("x is extra",))],
)
def test_a_candidate_whose_signature_or_bytes_do_not_hold_is_refused_by_a_report(error):
    report = decide(artifacts=FakeArtifacts({FOLDER: error}))
    assert (report.decision, outcome(report, "artifact")) == ("refused", "failed")
    assert (report.candidate, report.model) == (None, "unknown")
    assert str(error) in report.rules[0].reason


@pytest.mark.parametrize(
    "error", [UnreadableRecord("candidate", ("no folder",)), PermissionError("denied")]
)
def test_a_candidate_that_cannot_be_read_is_undecided_by_a_report(error):
    report = decide(artifacts=FakeArtifacts({FOLDER: error}))
    assert (report.decision, outcome(report, "artifact")) == ("undecided", "missing")


def test_without_a_policy_nothing_is_decided():
    report = decide(policies=FakePolicies())
    assert (report.decision, outcome(report, "policy")) == ("undecided", "missing")
    assert report.policy is None


def test_the_policy_is_that_of_the_candidates_model():
    stranger = artifact("candidate", ROWS, name="fraud")
    report = decide(
        artifacts=FakeArtifacts({FOLDER: stranger}),
        examiner=FakeExaminer(
            {stranger.digest: evaluation(ROWS, first_right(140), stranger.digest)}
        ),
    )
    assert (report.decision, report.model) == ("undecided", "fraud")


def test_without_a_dataset_nothing_is_decided():
    report = decide(dataset=FakeDataset(None))
    assert report.decision == "undecided"
    assert (report.holdout, report.photo_manifest) == (None, None)


def test_a_candidate_of_another_dataset_is_undecided():
    stranger = artifact("candidate", dataset_rows(202))
    scores = {**SCORES, stranger.digest: evaluation(ROWS, first_right(140), stranger.digest)}
    report = decide(artifacts=FakeArtifacts({FOLDER: stranger}), examiner=FakeExaminer(scores))
    assert (report.decision, outcome(report, "same_data")) == ("undecided", "missing")


def test_a_photo_of_the_holdout_that_cannot_be_read_leaves_undecided():
    broken = {**SCORES, CANDIDATE.digest: HoldoutUnusable(ROWS.rows[0].photo, "gone")}
    report = decide(examiner=FakeExaminer(broken))
    assert report.decision == "undecided"
    assert "gone" in reason(report, "floor.right")


def test_a_candidate_that_answers_no_number_is_refused():
    broken = {**SCORES, CANDIDATE.digest: UnfitModel(CANDIDATE.digest, "head style answered NaN")}
    report = decide(examiner=FakeExaminer(broken))
    assert (report.decision, outcome(report, "floor.right")) == ("refused", "failed")


def test_a_candidate_that_this_code_cannot_judge_is_undecided():
    error = JudgeUnfit(CANDIDATE.digest, "unknown block")
    examiner = FakeExaminer({**SCORES, CANDIDATE.digest: error}, proof=error)
    assert decide(examiner=examiner).decision == "undecided"


def test_golden_photos_that_are_answered_otherwise_refuse():
    examiner = FakeExaminer(SCORES, proof=Proof(("golden/a.jpg: says gothic",), bit_equal=True))
    report = decide(examiner=examiner)
    assert (report.decision, outcome(report, "parity")) == ("refused", "failed")


def test_golden_photos_that_cannot_be_answered_refuse():
    examiner = FakeExaminer(SCORES, proof=UnfitModel(CANDIDATE.digest, "no model"))
    assert decide(examiner=examiner).decision == "refused"


def test_without_a_releases_file_nothing_is_decided():
    report = decide(releases=FakeReleases().read)
    assert (report.decision, outcome(report, "champion")) == ("undecided", "missing")
    assert report.first_release is False


def test_without_an_entry_a_first_release_is_not_assumed():
    report = decide(releases=FakeReleases(release()).read)
    assert (report.decision, outcome(report, "champion")) == ("undecided", "missing")


def test_a_stated_first_release_needs_no_champion():
    report = decide(releases=FakeReleases(release(FIRST_RELEASE)).read)
    assert (report.decision, report.first_release, report.champion) == ("allowed", True, None)
    assert FIRST_RELEASE.reason in reason(report, "non_inferiority")


@pytest.mark.parametrize(
    "error",
    [
        SignatureRefused(Path("store"), "not this key"),
        InvalidArtifact(Path("store"), ("x is extra",)),
        OSError("disk gone"),
    ],
)
def test_a_champion_that_does_not_open_leaves_undecided(error):
    report = decide(store=FakeModelStore(errors={CHAMPION.digest: error}))
    assert (report.decision, outcome(report, "champion")) == ("undecided", "missing")
    assert str(error) in reason(report, "champion")


def test_a_champion_that_the_store_does_not_have_leaves_undecided():
    report = decide(store=FakeModelStore())
    assert (report.decision, outcome(report, "champion")) == ("undecided", "missing")


def test_a_champion_of_another_model_leaves_undecided():
    stranger = artifact("champion", ROWS, name="fraud")
    report = decide(
        store=FakeModelStore(stranger),
        releases=FakeReleases(release(released(stranger.digest))).read,
    )
    assert (report.decision, outcome(report, "champion")) == ("undecided", "missing")


@pytest.mark.parametrize("error", [UnfitModel, JudgeUnfit])
def test_a_champion_that_cannot_be_scored_leaves_undecided_and_never_refuses(error):
    scores = {**SCORES, CHAMPION.digest: error(CHAMPION.digest, "broken")}
    report = decide(examiner=FakeExaminer(scores))
    assert (report.decision, outcome(report, "champion")) == ("undecided", "missing")


def test_a_champion_scored_over_other_photos_leaves_undecided():
    other = dataset_rows(198)
    scores = {**SCORES, CHAMPION.digest: evaluation(other, first_right(90, 198), CHAMPION.digest)}
    report = decide(examiner=FakeExaminer(scores))
    assert (report.decision, outcome(report, "non_inferiority")) == ("undecided", "missing")


def test_the_champion_is_that_of_the_environment():
    production = release(FIRST_RELEASE).model_copy(update={"environment": "production"})
    both = FakeReleases(release(released(CHAMPION.digest)), production).read
    assert gate(releases=both).decide(FOLDER, "staging").report.champion == CHAMPION.digest
    assert gate(releases=both).decide(FOLDER, "production").report.first_release


def test_a_candidate_that_names_a_holdout_of_the_same_size_but_other_photos_is_undecided():
    data = CANDIDATE.manifest.data
    other = data.splits[0].model_copy(update={"digest": digest_json("other")})
    record = CANDIDATE.manifest.model_copy(
        update={"data": data.model_copy(update={"splits": (other,)})}
    )
    stranger = replace(CANDIDATE, manifest=record)
    scores = {**SCORES, stranger.digest: evaluation(ROWS, first_right(140), stranger.digest)}
    report = decide(artifacts=FakeArtifacts({FOLDER: stranger}), examiner=FakeExaminer(scores))
    assert report.decision == "undecided"


def test_a_report_names_tiers_and_evidence_that_it_rests_on():
    judgement = gate().decide(FOLDER, "staging")
    assert judgement.evidence.digest == judgement.report.evidence
    assert judgement.evidence.model == CANDIDATE.digest
    assert judgement.report.risk_tiers == tiers().digest


def test_without_a_pin_nothing_is_decided_and_the_reason_says_how_to_get_one():
    report = decide(policies=FakePolicies(policy()))
    assert (report.decision, outcome(report, "holdout_pin")) == ("undecided", "missing")
    assert "gate pin-holdout" in reason(report, "holdout_pin")


def test_a_pin_that_cannot_be_read_leaves_undecided():
    pin = UnreadableRecord("architecture.csv", ("line 3",))
    report = decide(policies=FakePolicies(policy(), pin=pin))
    assert (report.decision, outcome(report, "holdout_pin")) == ("undecided", "missing")


def test_a_dataset_that_lost_a_pinned_photo_is_refused():
    pin = HoldoutPin.of("architecture", dataset_rows(202))
    report = decide(policies=FakePolicies(policy(), pin=pin))
    assert (report.decision, outcome(report, "holdout_pin")) == ("refused", "failed")


def test_a_policy_that_is_there_and_wrong_refuses_the_candidate():
    refused = PolicyRefused("models/architecture.yaml", ("rules.beauty: there is no such rule",))
    report = decide(policies=FakePolicies(policy(), pin=PIN, error=refused))
    assert (report.decision, outcome(report, "policy")) == ("refused", "failed")
    assert "beauty" in reason(report, "policy")


@pytest.mark.parametrize(
    ("error", "decision"),
    [
        (PolicyRefused("risk_tiers.yaml", ("no high tier",)), "refused"),
        (UnreadableRecord("risk_tiers.yaml", ("no such file",)), "undecided"),
    ],
)
def test_without_usable_tiers_no_candidate_is_allowed(error, decision):
    report = decide(policies=FakePolicies(policy(), pin=PIN, risk_tiers=error))
    assert (report.decision, report.risk_tiers) == (decision, None)


def test_evidence_that_cannot_be_measured_leaves_undecided_unless_the_model_is_to_blame():
    unusable = FakeExaminer(SCORES, found=HoldoutUnusable(ROWS.rows[0].photo, "gone"))
    unfit = FakeExaminer(SCORES, found=UnfitModel(CANDIDATE.digest, "NaN under blur"))
    assert decide(examiner=unusable).decision == "undecided"
    assert decide(examiner=unfit).decision == "refused"


class TestReproduction:
    """A policy that asks for a rebuilt model believes a signed reproduction of that very model."""

    ASKING = policy(
        rules=settings(reproducibility={**DECIDED, "ask": "rebuilt", "accept_tolerance": False})
    )

    def outcome(self, path: Path | None) -> str:
        policies = FakePolicies(self.ASKING, pin=PIN)
        report = gate(policies=policies).decide(FOLDER, "staging", path).report
        return outcome(report, "reproducibility")

    def written(self, path: Path, **changes: object) -> Path:
        made = Reproduction(
            **{
                "model": "architecture",
                "original": CANDIDATE.digest,
                "rebuilt": CANDIDATE.digest,
                "outcome": "equal",
                "differences": (),
                "commit": "0" * 40,
                "environment": CANDIDATE.manifest.environment,
                "photo_manifest": ROWS.digest,
                "photos_compared": 0,
                "made_at": NOON,
            }
            | changes
        ).write(path)
        signature_of(made).write_text("signed")
        return made

    def test_none_is_missing(self):
        assert self.outcome(None) == "missing"

    def test_an_equal_one_passes(self, tmp_path):
        assert self.outcome(self.written(tmp_path / "made.json")) == "passed"

    def test_one_of_another_model_is_missing(self, tmp_path):
        other = self.written(tmp_path / "made.json", original=digest_json("other"))
        assert self.outcome(other) == "missing"

    def test_a_different_one_fails(self, tmp_path):
        different = self.written(tmp_path / "made.json", outcome="different", differences=("x",))
        assert self.outcome(different) == "failed"

    def test_an_unsigned_one_is_missing(self, tmp_path):
        path = self.written(tmp_path / "made.json")
        signature_of(path).unlink()
        assert self.outcome(path) == "missing"
