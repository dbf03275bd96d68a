import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.delivery_stores import Believing, FakeModelStore, FakePolicies
from support.made_records import artifact, gate_report, release, released
from support.policy_documents import FIRST_RELEASE, policy, tiers

from artifacts.digests import digest_json
from artifacts.errors import SignatureRefused, UnreadableRecord
from artifacts.records.gate import GateReport
from artifacts.records.release import Release, ReleasedModel
from artifacts.refusal import Refusal
from artifacts.statements import signature_of
from delivery.releases.propose import Proposed, write_release
from delivery.releases.propose import propose as propose_from_report

ALLOWED = gate_report()
SERVING = released(ALLOWED.champion)
SERVED = (release(SERVING),)
OTHERS = (released(digest_json("fraud")),)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def propose(
    report=ALLOWED,
    *,
    store=None,
    releases=SERVED,
    rules=None,
    version=7,
    signature=b"signed",
    gate=None,
):
    stored = store or FakeModelStore(artifact("candidate"))
    policies = rules if isinstance(rules, FakePolicies) else FakePolicies(rules or policy())
    with TemporaryDirectory() as folder:
        path = report.write(Path(folder) / "report.json")
        signature_of(path).write_bytes(signature)
        for one in releases:
            write_release(Path(folder), one)
        found = propose_from_report(
            path,
            version,
            "staging",
            store=stored,
            policies=policies,
            releases=Path(folder),
            gate=gate or Believing(),
            at=NOW,
        )
        after = Release.of_environment(Path(folder), "staging")
        assert len(list(Path(folder).iterdir())) == 2 + len(releases)
    return found, [] if after in releases else [after]


def refused(report=ALLOWED, **ports):
    found, written = propose(report, **ports)
    assert isinstance(found, Refusal)
    assert written == []
    return found.reason


def test_an_allowed_candidate_becomes_the_champion_with_its_gate_report():
    found, (written,) = propose()
    assert isinstance(found, Proposed)
    assert written.models["architecture"] == (
        ReleasedModel(digest=ALLOWED.candidate, version=7, gate_report=ALLOWED.digest),
    )
    assert found.digest == ALLOWED.candidate


def test_other_models_keep_their_entries():
    before = Release(environment="staging", models={"fraud": OTHERS, "architecture": (SERVING,)})
    _, (written,) = propose(releases=(before,))
    assert written.models["fraud"] == OTHERS


def test_shadows_and_challengers_of_the_old_champion_go():
    shadow = released(digest_json("shadow")).model_copy(update={"role": "shadow"})
    _, (written,) = propose(releases=(release(SERVING, shadow),))
    assert [entry.role for entry in written.models["architecture"]] == ["champion"]


def test_a_stated_first_release_is_replaced_by_the_first_champion():
    report = gate_report(first_release=True)
    _, (written,) = propose(report, releases=(release(FIRST_RELEASE),))
    assert [entry.kind for entry in written.models["architecture"]] == ["model"]


REFUSED = gate_report("refused", failing="floor.right")


@pytest.mark.parametrize(
    ("report", "decision"),
    [
        (REFUSED, "refused"),
        (gate_report("no_improvement"), "no_improvement"),
        (gate_report("undecided", failing="champion"), "undecided"),
    ],
)
def test_a_report_that_does_not_allow_changes_nothing(report, decision):
    assert report.decision == decision
    assert decision in refused(report)


def test_a_report_without_a_candidate_changes_nothing():
    report = REFUSED.model_copy(update={"candidate": None})
    assert "names no candidate" in refused(report)


@pytest.mark.parametrize("decision", ["allowed", "no_improvement"])
def test_a_forged_report_that_allows_beside_a_failing_rule_is_unreadable(tmp_path, decision):
    forged = json.loads(REFUSED.to_json()) | {"decision": decision}
    path = tmp_path / "report.json"
    path.write_text(json.dumps(forged))
    with pytest.raises(UnreadableRecord, match="not every rule passed"):
        GateReport.read(path)


def test_a_forged_report_from_which_the_failing_rule_was_taken_changes_nothing():
    bad = REFUSED
    passing = tuple(rule for rule in bad.rules if rule.outcome == "passed")
    forged = GateReport.model_validate(
        bad.model_dump() | {"rules": [r.model_dump() for r in passing], "decision": "allowed"}
    )
    assert "missing: floor.right" in refused(forged)


def test_a_report_that_carries_a_rule_twice_changes_nothing():
    forged = ALLOWED.model_copy(update={"rules": (*ALLOWED.rules, ALLOWED.rules[0])})
    assert "differ in order or number" in refused(forged)


def test_a_report_under_another_policy_changes_nothing():
    assert "judged by policy" in refused(rules=policy(known_limits=["Other ones."]))


def test_a_report_under_other_risk_tiers_changes_nothing():
    other = FakePolicies(policy(), risk_tiers=tiers(review_period_days=179))
    assert "judged by risk tiers" in refused(rules=other)


def test_a_report_without_a_signature_that_holds_changes_nothing():
    assert "signature" in refused(signature=b"")


def test_a_report_whose_model_is_not_in_the_store_changes_nothing():
    assert "holds no artifact" in refused(store=FakeModelStore(artifact("other")))


def test_a_report_whose_model_has_no_valid_signature_changes_nothing(tmp_path):
    errors = {ALLOWED.candidate: SignatureRefused(tmp_path, "not this key")}
    assert "not this key" in refused(store=FakeModelStore(errors=errors))


def test_a_store_that_gives_another_model_changes_nothing():
    class Liar:
        def get(self, digest):
            assert digest == ALLOWED.candidate
            return artifact("other")

    assert "the store gave" in refused(store=Liar())


def test_a_report_that_gives_its_model_another_name_changes_nothing():
    renamed = ALLOWED.model_copy(update={"model": "fraud"})
    assert "the artifact is a architecture" in refused(renamed, rules=policy(model="fraud"))


@pytest.mark.parametrize(
    "now",
    [
        (released(digest_json("newer")),),
        (FIRST_RELEASE,),
        (),
    ],
)
def test_a_report_against_a_champion_that_has_changed_changes_nothing(now):
    refused(releases=(release(*now),))


def test_a_first_release_is_not_proposed_over_a_champion():
    report = gate_report(first_release=True)
    assert "compared with no champion" in refused(report)


def test_a_second_candidate_judged_against_the_same_champion_must_be_judged_anew():
    _, (first,) = propose()
    found, written = propose(releases=(first,))
    assert isinstance(found, Refusal)
    assert written == []


def test_a_release_that_cannot_be_read_is_a_breakdown():
    with pytest.raises(UnreadableRecord):
        propose(releases=())


class Rotated(Believing):
    """Believes a key's signatures of before a time."""

    def verify(self, data, signature, at=None):
        super().verify(data, signature)
        if at is None or at >= NOW - timedelta(hours=6):
            raise SignatureRefused(Path("signers"), "key has expired")


def test_a_report_of_a_key_that_was_rotated_out_is_proposed_by_nobody_whatever_its_date():
    assert ALLOWED.decided_at < NOW - timedelta(hours=6)
    assert "key has expired" in refused(gate=Rotated())
