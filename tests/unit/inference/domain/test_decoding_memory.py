import threading

import pytest

from inference.domain.decoding_memory import DecodingMemory

SECONDS = 20


def start(memory, size_bytes, entered, leave):
    def run():
        with memory.lend(size_bytes):
            entered.append(size_bytes)
            leave.wait(SECONDS)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_until(condition):
    for _ in range(SECONDS * 100):
        if condition():
            return
        threading.Event().wait(0.01)
    pytest.fail("it never came")


def test_what_is_lent_at_a_time_never_exceeds_the_limit_and_nobody_is_overtaken():
    """A large photo waits for its part, and small ones that came later wait behind it."""
    memory, entered = DecodingMemory(100), []
    leave = [threading.Event() for _ in range(3)]
    first = start(memory, 60, entered, leave[0])
    wait_until(lambda: entered == [60])
    large = start(memory, 90, entered, leave[1])
    wait_until(lambda: len(memory._waiting) == 1)
    small = start(memory, 10, entered, leave[2])
    wait_until(lambda: len(memory._waiting) == 2)
    assert entered == [60]
    leave[0].set()
    wait_until(lambda: entered == [60, 90, 10])
    leave[1].set()
    leave[2].set()
    for thread in (first, large, small):
        thread.join(SECONDS)
    assert memory._lent == 0


def test_memory_is_given_back_when_decoding_breaks():
    memory = DecodingMemory(100)
    with pytest.raises(ValueError, match="broken"), memory.lend(100):
        raise ValueError("broken")
    with memory.lend(100):
        pass


def test_what_needs_more_than_there_is_has_it_all_to_itself():
    memory = DecodingMemory(100)
    with memory.lend(500):
        assert memory._lent == 100
