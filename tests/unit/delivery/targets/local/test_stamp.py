import pytest

from delivery.targets.local.payloads import FOLDER, Entry, read_stamp, write_stamp

ENTRIES = (
    Entry("a file with spaces", 3, 1_795_334_959_743_702_762, "sha256:" + "a" * 64),
    Entry("folder", 0, 5, FOLDER),
    Entry("link", 1, 5, "../to a place"),
)


def test_a_stamp_is_read_as_it_was_written() -> None:
    assert read_stamp(write_stamp(ENTRIES)) == ENTRIES


@pytest.mark.parametrize("text", ["", "3 4 sha256:aa path\n", "end\nmore", "3 4\nend\n"])
def test_a_stamp_that_is_not_whole_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"end|unpack"):
        read_stamp(text)


def test_a_name_that_would_break_a_line_gets_no_stamp() -> None:
    with pytest.raises(ValueError, match="not a name"):
        write_stamp([Entry("two\nlines", 0, 0, "x")])
