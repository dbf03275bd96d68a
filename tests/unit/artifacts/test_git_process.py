"""What of a caller's environment reaches git."""

from artifacts.git_process import reading_environment, sharing_environment

GIVEN = {
    "PATH": "/usr/bin",
    "PLINTH_RUN": "7",
    "PLINTH_GATE_KEY": "/keys/gate",
    "GIT_DIR": "/elsewhere",
    "GIT_OBJECT_DIRECTORY": "/elsewhere/objects",
    "LD_PRELOAD": "/elsewhere/evil.so",
}


def test_a_push_says_from_which_run_it_comes_so_that_a_box_believes_it() -> None:
    assert sharing_environment(GIVEN)["PLINTH_RUN"] == "7"


def test_no_variable_leads_a_push_to_another_repository_or_hands_it_a_key() -> None:
    reached = sharing_environment(GIVEN)

    assert not {"GIT_DIR", "GIT_OBJECT_DIRECTORY", "LD_PRELOAD", "PLINTH_GATE_KEY"} & set(reached)
    assert reached["GIT_NO_REPLACE_OBJECTS"] == "1"


def test_a_command_that_only_reads_has_nothing_of_its_callers() -> None:
    reached = reading_environment()

    assert reached["HOME"] == "/nonexistent"
    assert not any(name.startswith("PLINTH_") for name in reached)
