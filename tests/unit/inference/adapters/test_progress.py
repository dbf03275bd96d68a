import io

from inference.adapters.progress import CounterLine


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_sees_one_line_that_counts():
    stream = Terminal()
    line = CounterLine(stream)
    line.advance(1, 2)
    line.advance(2, 2)
    assert stream.getvalue() == "\r1 of 2 photos\r2 of 2 photos\n"


def test_anything_else_sees_nothing():
    stream = io.StringIO()
    CounterLine(stream).advance(1, 1)
    assert stream.getvalue() == ""
