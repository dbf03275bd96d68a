"""How far work is: a line that counts on a terminal, a line every ten seconds in a log."""

import io

import pytest

from artifacts.progress import ProgressLine, time_left


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def said(stream: io.StringIO, steps: list[tuple[float, int]], total: int) -> str:
    """What a stream holds after so many pieces of work were done so many seconds after another."""
    clock = Clock()
    line = ProgressLine("predicting photos", stream, clock)
    for seconds, done in steps:
        clock.now += seconds
        line.advance(done, total)
    return stream.getvalue()


def test_a_terminal_sees_one_line_that_counts_with_the_time_left():
    assert said(Terminal(), [(1, 1), (1, 2)], 2) == (
        "\rpredicting photos: 1 of 2, about 1 s left\rpredicting photos: 2 of 2                \n"
    )


def test_a_terminal_is_not_drawn_more_often_than_anyone_can_read():
    assert said(Terminal(), [(0.01, n) for n in range(1, 11)], 100) == ""


def test_a_log_gets_a_line_every_ten_seconds():
    lines = said(io.StringIO(), [(1, n) for n in range(1, 26)], 100).splitlines()
    assert lines == [
        "predicting photos: 10 of 100, about 90 s left",
        "predicting photos: 20 of 100, about 80 s left",
    ]


def test_a_log_gets_nothing_of_work_that_is_soon_done():
    assert said(io.StringIO(), [(3, 1), (3, 2), (3, 3)], 3) == ""


def test_nothing_is_promised_before_anything_is_done():
    assert said(io.StringIO(), [(30, 0)], 5) == "predicting photos: 0 of 5\n"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "about 1 s left"),
        (119, "about 119 s left"),
        (120, "about 2 min left"),
        (3600, "about 60 min left"),
    ],
)
def test_time_is_told_in_a_unit_that_people_wait_in(seconds, text):
    assert time_left(seconds) == text
