import os
import stat
import tracemalloc
from inspect import signature
from itertools import pairwise
from pathlib import Path

import pytest
from support.host_fakes import FakeMachine, payload_of

from artifacts.code import STANDBY
from artifacts.digests import hex_part
from delivery.targets.local.depot import locked
from delivery.targets.local.environment_files import FolderEnvironments
from delivery.targets.local.local_errors import Busy
from delivery.targets.local.local_observation import EnvironmentState
from inference.commands import serve


@pytest.fixture
def files(tmp_path: Path) -> FolderEnvironments:
    return FolderEnvironments(tmp_path, {"COMMON": "1"})


def test_an_environment_is_empty_until_something_is_written_down(files: FolderEnvironments) -> None:
    assert (files.wanted("staging"), files.port("staging")) == (None, None)
    assert files.state("staging") == EnvironmentState()


def test_an_unreadable_state_is_none_so_that_a_swap_can_heal_it(
    files: FolderEnvironments, tmp_path: Path
) -> None:
    files.write_port("staging", 1)
    (tmp_path / "staging" / "state.json").write_text("{")
    (tmp_path / "staging" / "port").write_text("a lot")

    assert files.state("staging") == EnvironmentState()
    assert files.port("staging") is None


def test_callers_need_a_key_that_only_its_user_can_read_and_that_stays(
    files: FolderEnvironments, tmp_path: Path
) -> None:
    keys = {
        dict(files.service("staging", payload_of(n)).variables)["PLINTH_API_KEYS"] for n in "ab"
    }
    other = dict(files.service("production", payload_of("a")).variables)["PLINTH_API_KEYS"]
    path = tmp_path / "staging" / "api-key"

    assert keys == {path.read_text().strip()} != {other}
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_that_a_killed_run_left_empty_is_made(
    files: FolderEnvironments, tmp_path: Path
) -> None:
    (tmp_path / "staging").mkdir()
    (tmp_path / "staging" / "api-key").touch()

    assert dict(files.service("staging", payload_of("a")).variables)["PLINTH_API_KEYS"]


def test_the_last_lines_of_a_log_are_of_this_start_and_harmless(
    files: FolderEnvironments,
) -> None:
    service = files.service("staging", payload_of("a"))
    log = Path(service.log)
    log.write_text("of the start before\n")
    start = files.log_size(service)
    with log.open("ab") as file:
        file.write(b"".join(b"line %d \x1b[2J\xff\n" % i for i in range(30)))

    lines = files.log_lines(service, start)

    assert len(lines) == 12
    assert lines[-1] == "line 29 ?[2J\N{REPLACEMENT CHARACTER}"


def test_of_a_long_log_only_its_last_bytes_are_read(files: FolderEnvironments) -> None:
    service = files.service("staging", payload_of("a"))
    with Path(service.log).open("wb") as log:
        log.truncate(1 << 25)  # a hole: none of it lies on the disk
        log.seek(0, os.SEEK_END)
        log.write(b"\nits last words\n")

    tracemalloc.start()
    lines = files.log_lines(service, 0)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert lines[-1] == "its last words"
    assert most < 1 << 22


def test_a_service_without_a_log_has_no_last_lines(files: FolderEnvironments) -> None:
    assert files.log_lines(files.service("staging", payload_of("a")), 0) == ()


def test_sockets_of_the_dead_are_removed_and_those_of_the_living_stay(
    files: FolderEnvironments, tmp_path: Path
) -> None:
    fake = FakeMachine()
    alive = [fake.process("manager", "abc"), fake.process("holder", "abc")]
    run = tmp_path / "staging" / "run"
    run.mkdir(parents=True)
    names = ["ctl-abc.sock", "conf-abc.ini", f"holder-{alive[1].pid}.sock"]
    for name in (*names, "ctl-dead.sock", "holder-1.sock"):
        (run / name).touch()

    files.tidy("staging", alive)

    assert sorted(path.name for path in run.iterdir()) == sorted(names)


def test_a_lock_that_does_not_come_free_is_an_error_that_says_of_what(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "lock", 1, "staging"),
        pytest.raises(Busy, match="staging"),
        locked(tmp_path / "lock", 0.05, "staging"),
    ):
        raise AssertionError("two hold one lock")


def test_code_that_can_wait_is_started_with_its_turn_and_its_door(tmp_path: Path) -> None:
    payload = payload_of("a")
    code = tmp_path / "payloads" / hex_part(payload.digest) / "code"
    (code / "src" / STANDBY).parent.mkdir(parents=True)
    (code / "src" / STANDBY).touch()
    files = FolderEnvironments(tmp_path, {})

    service = files.service("staging", payload)
    files.give_turn("staging", payload.digest)

    words = dict(pairwise(service.command))
    assert Path(words["--turn"]).is_file()
    assert files.turns("staging") == (payload.digest,)
    assert words["--door"] == service.door == str(files.door("staging", payload.digest))
    assert str(Path(words["--turn"]).parent) in service.reads
    assert str(Path(service.door).parent) in service.writes
    assert stat.S_IMODE(Path(service.door).parent.stat().st_mode) == 0o700
    files.end_turn("staging", payload.digest)
    assert files.turns("staging") == ()


def test_each_door_lies_in_a_folder_of_its_own(tmp_path: Path) -> None:
    """A service may write its door's folder: it must not be able to remove another's door."""
    files = FolderEnvironments(tmp_path, {})
    one, other = (files.door("staging", payload_of(name).digest) for name in "ab")

    assert one.parent != other.parent
    assert one.parent.parent == other.parent.parent


def test_who_may_answer_is_read_without_making_anything_and_odd_files_say_nothing(
    tmp_path: Path,
) -> None:
    files = FolderEnvironments(tmp_path, {})

    assert files.turns("staging") == ()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "staging/turns").mkdir(parents=True)
    (tmp_path / "staging/turns/odd").touch()
    assert files.turns("staging") == ()


def test_the_file_that_says_that_code_can_wait_lies_where_that_is_true() -> None:
    root = Path(__file__).parents[5]

    assert (root / STANDBY).is_file()
    assert {"turn", "door"} <= set(signature(serve).parameters)
