from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from support.delivery_fakes import (
    FIRST_RELEASE,
    LABELS,
    PROOF,
    artifact,
    champion,
    dataset_rows,
    evaluation,
    first_right,
    gate_report,
    good_evidence,
)

from artifacts.digests import digest_json
from artifacts.records.gate import RuleResult
from delivery.domain.evidence import Absent
from delivery.domain.page import candidate_page, label_recalls, strongest_confusions
from delivery.domain.parity import DoorCount, ParityDifference, ParityReport
from delivery.domain.tables import gate_lines, number, parity_lines
from delivery.domain.text import markdown, plain
from scoring.proof import Proof

ROWS = dataset_rows()


@given(st.text())
def test_plain_text_is_one_printable_line(text):
    assert plain(text).isprintable()


def test_an_escape_sequence_does_not_reach_a_terminal():
    assert plain("\x1b[2Jgone\nnext\u202e") == "?[2Jgone next?"


def test_long_text_is_cut():
    assert len(plain("x" * 1000)) == 300


@given(st.text(alphabet="<>|`*_[]()!#\\@&a:/\n"))
def test_markdown_of_a_strangers_text_opens_no_tag_cell_or_link(text):
    shown = markdown(text)
    assert "<" not in shown
    assert "://" not in shown
    assert "@" not in shown
    for mark in "|`*_[]!#":
        assert shown.replace("\\\\", "").replace("\\" + mark, "").replace("&#", "").count(mark) == 0


def test_a_report_as_text_names_every_violation_with_value_limit_and_reason():
    evidence = good_evidence()
    bad = evaluation(ROWS, first_right(20), evidence.candidate.digest)
    report = gate_report(good_evidence(evaluation=bad))
    text = "\n".join(gate_lines(report))
    for rule in report.violations:
        assert rule.rule in text
        assert rule.limit in text
        assert plain(rule.reason, 600) in text
    assert "0.1000" in text
    assert "DECISION   refused (floor.style_accuracy failed" in text


def test_a_report_as_text_says_what_was_missing():
    text = "\n".join(gate_lines(gate_report(good_evidence(champion=Absent("disk gone")))))
    assert "champion   unknown" in text
    assert "disk gone" in text
    assert "undecided (champion missing, non_inferiority missing)" in text


def test_a_report_as_text_says_first_release_and_no_improvement():
    assert "none: first release" in "\n".join(
        gate_lines(gate_report(good_evidence(champion=FIRST_RELEASE)))
    )
    tie = gate_report(good_evidence(champion=champion(ROWS, first_right(140))))
    assert "not surely better" in gate_lines(tie)[-1]


def test_a_reason_cannot_forge_a_line_of_the_report():
    rule = RuleResult(
        rule="artifact",
        outcome="failed",
        value=None,
        low=None,
        high=None,
        limit="",
        reason="x\nDECISION   allowed\x1b[1A",
    )
    report = gate_report().model_copy(update={"rules": (rule,), "decision": "refused"})
    assert sum(line.startswith("DECISION") for line in gate_lines(report)) == 1
    assert "\x1b" not in "".join(gate_lines(report))


def test_numbers_are_whole_where_they_count_and_fractions_elsewhere():
    assert [number(x) for x in (200.0, 1.0, 0.0, 0.25, 12.5, None)] == [
        "200",
        "1.0000",
        "0.0000",
        "0.2500",
        "12.5000",
        "-",
    ]


def test_a_parity_report_as_text_counts_and_cuts_differences():
    found = ParityDifference(
        path=Path("/a.jpg"),
        aspect="year",
        door="http",
        answer="1",
        reference="training",
        expected="2",
    )
    doors = tuple(DoorCount(door=d, answered=3, refused=1) for d in ("training", "http"))
    report = ParityReport(
        model=digest_json("m"),
        photos=4,
        probability_tolerance=1e-6,
        doors=doors,
        differences=(found,) * 25,
    )
    lines = parity_lines(report)
    assert lines[2].split() == ["http", "3", "1", "25"]
    assert lines[-3].strip() == "and 5 more"
    assert lines[-1] == "DIFFERING: 4 photos through 2 doors"
    equal = report.model_copy(update={"differences": ()})
    assert parity_lines(equal)[-1] == "equal: 4 photos through 2 doors"


def test_recall_and_confusions_count_photos():
    outcomes = evaluation(ROWS, first_right(150), digest_json("m")).classification[0]
    recalls = label_recalls(outcomes)
    assert [r.label for r in recalls] == list(LABELS)
    assert (sum(r.photos for r in recalls), sum(r.right for r in recalls)) == (200, 150)
    confusions = strongest_confusions(outcomes, most=2)
    assert len(confusions) == 2
    assert confusions[0].photos >= confusions[1].photos
    assert all(c.truth != c.answer for c in confusions)


def test_photos_of_unknown_style_are_in_no_count():
    outcomes = evaluation(ROWS, first_right(150), digest_json("m")).classification[0]
    blind = outcomes.model_copy(update={"truths": (None,) * 200})
    assert sum(r.photos for r in label_recalls(blind)) == 0
    assert strongest_confusions(blind) == ()


def test_a_page_escapes_labels_and_differences():
    evil = "<img src=x>|`"
    found = evaluation(ROWS, first_right(150), digest_json("m"))
    style = found.classification[0].model_copy(update={"labels": (evil, *LABELS[1:])})
    page = candidate_page(
        artifact(),
        gate_report(),
        found.model_copy(update={"classification": (style,)}),
        Proof((evil,), bit_equal=False),
    )
    assert evil not in page
    assert "<" not in page
    assert "NOT answered as certified" in page


def test_a_page_names_digests_commit_and_data():
    candidate = artifact()
    page = candidate_page(candidate, None, None, PROOF)
    for text in (candidate.digest, candidate.manifest.code.commit, "holdout", "linear"):
        assert text in page.replace("\\", "")
