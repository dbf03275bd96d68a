from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from support.cases import RIGHT, champion, estimate, evidence, first_right, gate_report, passing
from support.policy_documents import FIRST_RELEASE

from artifacts.digests import digest_json
from artifacts.records.gate import RuleResult
from artifacts.text import markdown, plain, prose
from gate.parity_report import DoorCount, ParityDifference, ParityReport
from gate.tables import gate_lines, number, parity_lines
from judging.case import Absent


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


@given(st.text(alphabet="<>|`*_[]()!#\\@&a:/\n"))
def test_prose_of_a_policy_opens_no_tag_cell_or_link(text):
    shown = prose(text)
    assert "<" not in shown
    assert "://" not in shown
    assert "@" not in shown
    for mark in "|`*[]":
        assert shown.replace("\\\\", "").replace("\\" + mark, "").count(mark) == 0


def test_prose_keeps_punctuation_and_is_not_cut():
    assert (
        prose("a well-known (rare) style_rarity, 0.5!") == "a well-known (rare) style_rarity, 0.5!"
    )
    assert len(prose("x" * 1200)) == 1200


def test_a_report_as_text_names_every_violation_with_value_limit_and_reason():
    bad = evidence(metrics=evidence().metrics | {"style.accuracy": estimate(0.1)})
    report = gate_report(passing(evidence=bad))
    text = "\n".join(gate_lines(report))
    for rule in report.violations:
        assert rule.rule in text
        assert rule.limit in text
        assert plain(rule.reason, 600) in text
    assert "0.1000" in text
    assert "DECISION   refused (floor.right failed" in text


def test_a_report_as_text_says_what_was_missing():
    text = "\n".join(gate_lines(gate_report(passing(champion=Absent("disk gone")))))
    assert "champion   unknown" in text
    assert "disk gone" in text
    assert "undecided (champion missing, non_inferiority missing" in text


def test_a_report_as_text_says_first_release_and_no_improvement():
    first = gate_report(passing(champion=FIRST_RELEASE))
    assert "none: first release" in "\n".join(gate_lines(first))
    tie = gate_report(passing(champion=champion(first_right(RIGHT))))
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
    report = gate_report(passing()).model_copy(update={"rules": (rule,), "decision": "refused"})
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
