"""Only records come in, and what is no record may go out again."""

from dataclasses import replace

import pytest
from support.change_facts import change, facts, finding, ground, outcome, promotion, stated
from support.change_records import report
from support.people import key_of

from artifacts.cant_tell import CantTell
from artifacts.digests import digest_json, hex_part
from artifacts.ssh_signatures import ServiceKey, Signature
from delivery.changes.facts import CommittedRecord, RecordChange
from delivery.changes.judgement import judge_change
from delivery.changes.path_kinds import report_path
from delivery.changes.rules.genuine import statement_path

SAID = stated(promotion(), "ada").approval
PLACE, REPORT = statement_path(SAID), report_path(report("first").digest)
BY_ADA = Signature(key_of("ada"), "plinth-approval")
BY_GATE = Signature(key_of("gate"), "plinth-gate-report")
UNREAD = CantTell("x", "it has 200 bytes")


def bringing(path=PLACE, content=SAID, signature=BY_ADA, **more):
    """A change that brings one file under policies/approvals."""
    brought = RecordChange(path, None, CommittedRecord(content, signature))
    return facts("approvals", records=(brought,), **more)


@pytest.mark.parametrize(
    ("path", "content", "signature"),
    [(PLACE, SAID, BY_ADA), (REPORT, report("first"), BY_GATE)],
)
def test_what_those_whom_main_knows_signed_comes_in(path, content, signature):
    assert outcome(bringing(path, content, signature), "records_genuine") == "passed"


@pytest.mark.parametrize(
    ("path", "content", "signature", "fault"),
    [
        (PLACE, UNREAD, BY_ADA, "it has 200 bytes"),
        (REPORT, SAID, BY_ADA, f"it belongs at {PLACE}"),
        (PLACE, report("first"), BY_GATE, f"it belongs at {REPORT}"),
        (PLACE, SAID, replace(BY_ADA, problem="it is not signed"), "it is not signed"),
        (PLACE, SAID, replace(BY_ADA, namespace="git"), "in the namespace git, not plinth-app"),
        (REPORT, report("first"), replace(BY_GATE, namespace="git"), "not plinth-gate-report"),
        (PLACE, SAID, replace(BY_ADA, key=key_of("eve")), "in the name of ada, whose key did not"),
        (PLACE, SAID, replace(BY_ADA, key=key_of("bo")), "in the name of ada, whose key did not"),
        (REPORT, report("first"), replace(BY_GATE, key=key_of("ada")), "not the gate's on main"),
        (REPORT, report("first"), replace(BY_GATE, key=key_of("delivery")), "not the gate's"),
    ],
)
def test_anything_else_is_refused_with_its_fault(path, content, signature, fault):
    assert fault in finding(bringing(path, content, signature), "records_genuine").reason


def test_without_people_nobody_can_say_whose_word_comes_in():
    made = bringing(ground=ground(people=CantTell("policies/approvers.yaml", "gone")))
    assert outcome(made, "records_genuine") == "undecided"


def test_what_goes_is_not_judged_as_what_comes():
    gone = RecordChange(PLACE, CommittedRecord(UNREAD), None)
    made = facts("approvals", records=(gone,))
    assert outcome(made, "records_genuine") == "nothing to judge"
    both = replace(made, records=(gone, *bringing().records))
    assert outcome(both, "records_genuine") == "passed"


def taking(content, signature, *, keys=(), path=PLACE, after=None):
    """A change that takes one file away, or changes it, under policies/approvals."""
    (it,) = change("approvals", after=after)
    was = RecordChange(path, CommittedRecord(content, signature), None)
    changes = (replace(it, path=path),)
    return facts(changes=changes, commits=(), records=(was,), keys_ever=frozenset(keys))


@pytest.mark.parametrize(
    ("content", "signature", "keys", "expected"),
    [
        (SAID, BY_ADA, [key_of("ada")], "refused"),
        (SAID, BY_ADA, [], "passed"),
        (SAID, BY_ADA, [key_of("bo")], "passed"),
        (UNREAD, BY_ADA, [key_of("ada")], "passed"),
        (SAID, replace(BY_ADA, problem="edited"), [key_of("ada")], "passed"),
        (report("first"), BY_GATE, [key_of("gate")], "passed"),
    ],
)
def test_rubbish_may_go_and_a_record_may_not(content, signature, keys, expected):
    assert outcome(taking(content, signature, keys=keys), "records_kept") == expected


def test_what_nobody_looked_at_may_not_go():
    made = replace(taking(SAID, BY_ADA), records=())
    assert outcome(made, "records_kept") == "refused"


def test_a_signature_beside_a_record_stays_with_it():
    made = taking(SAID, BY_ADA, keys=[key_of("ada")])
    (it,) = made.changes
    beside = replace(made, changes=(replace(it, path=PLACE + ".sig"),))
    assert outcome(beside, "records_kept") == "refused"


def test_a_name_is_shown_without_what_a_terminal_would_obey():
    made = bringing("policies/approvals/a\x1b", UNREAD)
    (problem,) = [one for one in judge_change(made).problems if one.rule == "records_genuine"]
    assert problem.reason == "policies/approvals/a\\x1b: it has 200 bytes"


def test_where_a_statement_is_kept_is_told_by_sixteen_digits_of_what_it_is_about():
    subject = hex_part(digest_json(SAID.subject.model_dump(mode="json")))
    digest = hex_part(SAID.digest)
    assert statement_path(SAID) == (
        f"policies/approvals/{subject[:16]}/ada-approved-{digest[:8]}.json"
    )


def test_a_report_counts_by_any_of_the_gates_keys_and_by_no_other_services():
    gate = ServiceKey("gate", frozenset({"plinth-gate-report"}), key_of("gate"))
    older, other = replace(gate, key=key_of("old")), replace(gate, principal="training")
    made = [
        bringing(REPORT, report("first"), BY_GATE, ground=ground(gate=keys))
        for keys in ((older, gate), (older, other))
    ]
    assert [outcome(one, "records_genuine") for one in made] == ["passed", "refused"]
