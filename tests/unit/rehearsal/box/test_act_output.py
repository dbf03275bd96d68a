"""What act says becomes lines for people, with nothing in them that a terminal obeys."""

import json

import pytest

from artifacts.text import plain
from rehearsal.box.act_output import Said, log_lines, read_line


def said(**fields: object) -> Said:
    """What one line of act's comes to."""
    return read_line(json.dumps({"job": "ci/check ", "step": "one", "level": "info", **fields}))


def test_a_line_of_a_step_names_its_job_and_step() -> None:
    assert said(msg="  hello\n", raw_output=True).lines == ("ci/check  one  |   hello",)


def test_escape_sequences_of_a_step_are_gone() -> None:
    loud = "\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b(Bok\x9b\x00\u202e\n"

    assert said(msg=loud, raw_output=True).lines == ("ci/check  one  | red ok???",)


def test_a_progress_bar_leaves_its_last_state() -> None:
    assert list(log_lines("10 %\r50 %\r100 %\r\n")) == ["100 %", ""]


@pytest.mark.parametrize("command", ["error", "warning", "notice"])
def test_a_workflow_command_is_shown(command: str) -> None:
    assert said(command=command, arg="oops\x1b[31m", kvPairs={}).lines == (
        f"ci/check  one  | {command}: oops",
    )


def test_other_workflow_commands_are_not() -> None:
    """Outputs may hold what people would rather not read in a log."""
    assert said(command="set-output", msg="x=1", name="x", arg="1") == Said()


def test_a_summary_is_kept_by_job() -> None:
    found = said(command="summary", content="# Report\n", msg="Summary - # Report")

    assert (found.summary, found.job, found.lines) == ("# Report\n", "ci/check", ())


def test_a_notice_says_that_a_newer_run_does_the_work() -> None:
    notice = said(command="notice", arg="main is at b", kvPairs={"title": "superseded"})

    assert notice.superseded == "main is at b"
    assert said(command="error", arg="x", kvPairs=None).superseded == ""


def test_a_step_says_how_it_ended_and_how_long_it_took() -> None:
    ended = said(stepResult="failure", executionTime=1_500_000_000, msg="Failure - Main one")

    assert ended.lines == ("ci/check  one  failure 1.5 s",)
    assert said(stepResult="skipped", msg="").lines == ()


def test_a_job_says_how_it_ended() -> None:
    found = said(jobResult="failure", msg="Job failed")

    assert (found.result, found.lines) == ("failure", ("ci/check  failure",))


def test_an_error_of_acts_is_shown() -> None:
    assert said(level="error", msg="exit status 3").lines == ("ci/check  one  | exit status 3",)


def test_set_up_is_quiet_unless_it_fails() -> None:
    assert said(step="Set up job", stepResult="success", msg="ok") == Said()
    assert said(step="Set up job", stepResult="failure", msg="no").lines


@pytest.mark.parametrize("line", ["Error: no such file\n", "[1, 2]\n", '"text"\n'])
def test_what_is_no_json_of_acts_is_shown_as_it_stands(line: str) -> None:
    assert read_line(line).lines == (f"act  | {line.strip()}",)


def test_a_long_text_is_cut() -> None:
    assert plain("x" * 400).endswith("…")
    assert len(plain("x" * 400)) == 300
    assert plain(" a\n b\t") == "a b"
