"""The keeper over its socket, in this process: bounds, malformed requests, many at once."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.audit import deploy, secret_log

from artifacts.errors import KeeperFailed, SigningFailed
from artifacts.keeper import KeeperSigner, ask_keeper
from artifacts.records.keeper import KeeperRequest
from artifacts.ssh_keygen import SshVerifier, create_statement_key
from delivery.errors import AuditBroken, AuditUnavailable, KeeperUnsafe, RestartRefused
from delivery.trail import keeper_server
from delivery.trail.audit_log import HEAD, LOG, KeptAuditLog
from delivery.trail.keeper_server import (
    Held,
    keeper_at,
    require_safe,
    require_safe_folders,
)

OWN = os.geteuid()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir(mode=0o755)
    return tmp_path / "run/keeper.sock"


@pytest.fixture
def held(tmp_path: Path) -> Held:
    """A gate's key and a log; this user may ask."""
    key = tmp_path / "keys/gate"
    create_statement_key(key, tmp_path / "gate.signers", "gate", ("plinth-gate-report",))
    files = (tmp_path / "log" / LOG, tmp_path / "head" / HEAD)
    return Held({"gate": key}, secret_log(tmp_path), *files, allowed=frozenset({OWN}))


@contextmanager
def kept(place: Path, held: Held, seconds: float = 30.0) -> Iterator[list[str]]:
    """Run a keeper in a thread, and yield what it says."""
    said: list[str] = []
    with keeper_at(place, held, said.append) as server:
        server.seconds = seconds
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield said
        finally:
            server.shutdown()
            thread.join()


def sent(place: Path, data: bytes, *, end: bool = True) -> dict[str, object]:
    """Send bytes to the keeper, and return its answer."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(place))
        connection.sendall(data)
        if end:
            connection.shutdown(socket.SHUT_WR)
        answer: dict[str, object] = json.loads(connection.makefile("rb").readline())
        return answer


def test_what_the_keeper_signs_verifies(place: Path, held: Held, tmp_path: Path) -> None:
    with kept(place, held):
        signature = KeeperSigner(place, "gate", "plinth-gate-report").sign(b"a report")
    verifier = SshVerifier(tmp_path / "gate.signers", "gate", "plinth-gate-report")
    verifier.verify(b"a report", signature)


@pytest.mark.parametrize("size", [0, 1 << 20])
def test_bytes_of_any_size_within_the_bound_are_signed(
    size: int, place: Path, held: Held, tmp_path: Path
) -> None:
    with kept(place, held):
        signature = KeeperSigner(place, "gate", "plinth-gate-report").sign(b"x" * size)
    verifier = SshVerifier(tmp_path / "gate.signers", "gate", "plinth-gate-report")
    verifier.verify(b"x" * size, signature)


def test_a_foreign_namespace_is_refused_with_the_reason(place: Path, held: Held) -> None:
    with kept(place, held), pytest.raises(SigningFailed, match="and never git"):
        KeeperSigner(place, "gate", "git").sign(b"a commit")


def test_what_is_over_the_bound_is_refused_before_it_is_read(place: Path, held: Held) -> None:
    data = b"x" * ((32 << 20) + 1)
    with kept(place, held), pytest.raises(SigningFailed, match="33,554,433 bytes are too many"):
        KeeperSigner(place, "gate", "plinth-gate-report").sign(data)


def test_a_key_that_the_keeper_lacks_is_refused_by_name(place: Path, held: Held) -> None:
    with kept(place, held), pytest.raises(SigningFailed, match="has no key delivery: it holds gat"):
        KeeperSigner(place, "delivery", "git").sign(b"a commit")


def test_a_key_that_is_gone_is_said_and_the_keeper_goes_on(place: Path, held: Held) -> None:
    held.keys["gate"].unlink()
    with kept(place, held):
        with pytest.raises(SigningFailed, match="the keeper says failed: the key gate"):
            KeeperSigner(place, "gate", "plinth-gate-report").sign(b"a report")
        assert ask_keeper(place, KeeperRequest(request="about")).outcome == "done"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "its first line has no end"),
        (b"\n", "not valid JSON"),
        (b"x" * 10_000, "its first line is over 4,096 bytes"),
        (b'{"request":"about"}\nmore', "4 bytes came, and its first line says 0"),
        (b'{"request":"append","size":10}\n{}', "2 bytes came, and its first line says 10"),
        (b'{"request":"append","size":2}\n{}', "event: Field required"),
    ],
)
def test_a_malformed_request_is_answered_with_what_is_wrong(
    data: bytes, reason: str, place: Path, held: Held
) -> None:
    with kept(place, held):
        answer = sent(place, data)
        assert answer["outcome"] == "malformed"
        assert reason in str(answer["reason"])
        assert held.log.append(deploy()).sequence == 1


def test_a_request_that_does_not_end_is_given_up(place: Path, held: Held) -> None:
    with kept(place, held, seconds=0.2):
        answer = sent(place, b'{"request":"append","size":10}\n', end=False)
    assert answer["outcome"] == "malformed"
    assert answer["reason"] == "the request was not here within 0.2 s"


def test_a_user_who_is_not_allowed_gets_nothing_whatever_is_asked(
    place: Path, held: Held, tmp_path: Path
) -> None:
    other = Held(held.keys, held.log, held.log_file, held.head_file, frozenset({OWN + 1}))
    with kept(place, other) as said:
        with pytest.raises(SigningFailed, match=f"user {OWN} is not allowed"):
            KeeperSigner(place, "gate", "plinth-gate-report").sign(b"x" * (1 << 20))
        assert ask_keeper(place, KeeperRequest(request="about")).about is None
    assert said == [f"user {OWN}: refused: not allowed"] * 2
    assert not (tmp_path / "log").exists()


def test_those_who_are_not_allowed_keep_nobody_waiting(place: Path, held: Held) -> None:
    """They take no slot, however many connect and say nothing."""
    with kept(place, held):
        idle = [socket.socket(socket.AF_UNIX) for _ in range(keeper_server.SLOTS - 1)]
        for one in idle:
            one.connect(str(place))
        assert ask_keeper(place, KeeperRequest(request="about")).outcome == "done"
        for one in idle:
            one.close()


def test_peers_that_hang_up_leave_every_slot_free(place: Path, held: Held) -> None:
    with kept(place, held):
        for _ in range(3 * keeper_server.SLOTS):
            with socket.socket(socket.AF_UNIX) as hasty:
                hasty.connect(str(place))
                hasty.sendall(b'{"request":"about"}\n')
        assert ask_keeper(place, KeeperRequest(request="about")).outcome == "done"


def test_an_answer_is_given_where_the_keepers_own_log_can_not_be_written(
    place: Path, held: Held
) -> None:
    def unwritable(line: str) -> None:
        raise BrokenPipeError(line)

    with keeper_at(place, held, unwritable) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            signature = KeeperSigner(place, "gate", "plinth-gate-report").sign(b"a report")
        finally:
            server.shutdown()
            thread.join()
    assert signature.startswith(b"-----BEGIN SSH SIGNATURE-----")


def test_no_answer_names_a_key_s_bytes(place: Path, held: Held) -> None:
    secret = held.keys["gate"].read_text().splitlines()[1]
    with kept(place, held):
        answers = [
            sent(place, b'{"request":"about"}\n'),
            sent(place, b'{"request":"sign","key":"gate","namespace":"git","size":0}\n'),
            sent(place, b'{"request":"read","key":"gate"}\n'),
        ]
    assert secret not in json.dumps(answers)


# --- The log ---------------------------------------------------------------------------------


def log_of(tmp_path: Path, place: Path) -> KeptAuditLog:
    """The log as those who ask see it."""
    return KeptAuditLog(secret_log(tmp_path), tmp_path / "log" / LOG, place)


def test_entries_of_many_at_once_are_all_there_and_chained(
    place: Path, held: Held, tmp_path: Path
) -> None:
    count = 24
    with kept(place, held), ThreadPoolExecutor(12) as pool:
        asked = log_of(tmp_path, place)
        made = list(pool.map(lambda n: asked.append(deploy(f"payload {n}")), range(count)))
    entries = secret_log(tmp_path).entries(full=True)
    assert sorted(made, key=lambda entry: entry.sequence) == list(entries)
    assert {entry.sequence for entry in entries} == set(range(1, count + 1))


def test_a_log_that_was_changed_is_broken_for_those_who_ask(
    place: Path, held: Held, tmp_path: Path
) -> None:
    for number in range(3):
        held.log.append(deploy(f"payload {number}"))
    file = tmp_path / "log" / LOG
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:2]))
    with kept(place, held):
        with pytest.raises(AuditBroken, match="lines are missing"):
            log_of(tmp_path, place).append(deploy())
        body = deploy().model_dump_json().encode()
        answer = ask_keeper(place, KeeperRequest(request="append", size=len(body)), body)
    assert (answer.outcome, answer.entry) == ("broken", None)
    assert "lines are missing" in answer.reason


def test_a_log_that_another_process_locks_is_said_and_nobody_waits_for_ever(
    place: Path, tmp_path: Path, held: Held
) -> None:
    from fcntl import LOCK_EX, LOCK_UN, flock  # noqa: PLC0415

    held.log.append(deploy())
    held.log._patience = 0.1  # type: ignore[attr-defined]
    body = deploy().model_dump_json().encode()
    with kept(place, held), (tmp_path / "log" / LOG).open("rb") as file:
        flock(file, LOCK_EX)
        answer = ask_keeper(place, KeeperRequest(request="append", size=len(body)), body)
        flock(file, LOCK_UN)
        again = ask_keeper(place, KeeperRequest(request="append", size=len(body)), body)
    assert answer.outcome == "unavailable"
    assert "holds its lock for more than 0.1 s" in answer.reason
    assert again.entry is not None
    assert again.entry.sequence == 2


def test_an_entry_that_is_not_in_the_file_is_not_believed(
    place: Path, held: Held, tmp_path: Path
) -> None:
    """A fake keeper, or PLINTH_AUDIT that names another log."""
    other = tmp_path / "other"
    secret_log(other).append(deploy("another"))
    asked = KeptAuditLog(secret_log(other), other / "log" / LOG, place)
    with (
        kept(place, held),
        pytest.raises(AuditUnavailable, match="it isn't there"),
    ):
        asked.append(deploy())


def test_only_the_keepers_user_begins_a_log_anew(place: Path, held: Held, tmp_path: Path) -> None:
    with kept(place, held), pytest.raises(RestartRefused, match="stop the keeper"):
        log_of(tmp_path, place).restart(deploy(event="restart"))


# --- Its socket ------------------------------------------------------------------------------


def test_without_a_keeper_it_is_said_what_to_start(tmp_path: Path) -> None:
    with pytest.raises(KeeperFailed, match=r"No such file .*systemctl start plinth-keeper"):
        ask_keeper(tmp_path / "none", KeeperRequest(request="about"), seconds=0)


def test_the_log_says_so_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("artifacts.keeper.CONNECT_SECONDS", 0)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        with pytest.raises(AuditUnavailable, match="refused"):
            log_of(tmp_path, tmp_path / "deaf").append(deploy())


def test_what_answers_and_is_no_keeper_is_no_answer(tmp_path: Path) -> None:
    place = tmp_path / "other.sock"
    with socket.socket(socket.AF_UNIX) as server, ThreadPoolExecutor(1) as pool:
        server.bind(str(place))
        server.listen()
        asked = pool.submit(ask_keeper, place, KeeperRequest(request="about"))
        connection, _ = server.accept()
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n")
        with pytest.raises(KeeperFailed, match="no keeper: b'HTTP"):
            asked.result()
        connection.close()


def test_a_keeper_that_ends_before_it_answers_leaves_it_unknown(tmp_path: Path) -> None:
    place = tmp_path / "other.sock"
    with socket.socket(socket.AF_UNIX) as server, ThreadPoolExecutor(1) as pool:
        server.bind(str(place))
        server.listen()
        asked = pool.submit(ask_keeper, place, KeeperRequest(request="about"))
        connection, _ = server.accept()
        connection.recv(100)
        connection.close()
        with pytest.raises(KeeperFailed, match="ended before it answered"):
            asked.result()


def test_a_socket_that_a_killed_keeper_left_is_replaced(place: Path, held: Held) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place))
    with kept(place, held):
        assert ask_keeper(place, KeeperRequest(request="about")).outcome == "done"
    assert not place.exists()


def test_two_keepers_do_not_share_a_socket(place: Path, held: Held) -> None:
    with kept(place, held):
        with (
            pytest.raises(KeeperUnsafe, match="another keeper listens"),
            keeper_at(place, held, print),
        ):
            pass
        assert ask_keeper(place, KeeperRequest(request="about")).outcome == "done"


def test_a_socket_in_a_folder_of_many_is_refused(tmp_path: Path, held: Held) -> None:
    (tmp_path / "many").mkdir()
    (tmp_path / "many").chmod(0o1777)
    with (
        pytest.raises(KeeperUnsafe, match="many can be written by others"),
        keeper_at(tmp_path / "many/keeper.sock", held, print),
    ):
        pass


def test_keys_and_files_that_others_can_reach_are_refused(tmp_path: Path, held: Held) -> None:
    files = (held.log_file, held.head_file)
    for file in files:
        file.parent.mkdir(mode=0o755)
    held.log.append(deploy())
    require_safe(held.keys, files, own=OWN)
    held.head_file.chmod(0o666)
    with pytest.raises(KeeperUnsafe, match=r"head\.json can be written by others"):
        require_safe(held.keys, files, own=OWN)
    held.head_file.chmod(0o644)
    held.log_file.parent.chmod(0o777)
    with pytest.raises(KeeperUnsafe, match="log can be written by others"):
        require_safe(held.keys, files, own=OWN)
    held.log_file.parent.chmod(0o755)
    held.keys["gate"].chmod(0o640)
    with pytest.raises(KeeperUnsafe, match="gate is open to others"):
        require_safe(held.keys, files, own=OWN)
    held.keys["gate"].chmod(0o600)
    held.keys["gate"].parent.chmod(0o770)
    with pytest.raises(KeeperUnsafe, match="keys can be written by others"):
        require_safe(held.keys, files, own=OWN)
    held.keys["gate"].parent.chmod(0o755)
    tmp_path.chmod(0o777)
    with pytest.raises(KeeperUnsafe, match="can be written by others"):
        require_safe(held.keys, files, own=OWN)
    tmp_path.chmod(0o755)
    held.keys["gate"].unlink()
    with pytest.raises(KeeperUnsafe, match=r"the key gate is not at .*gate: move it there"):
        require_safe(held.keys, files, own=OWN)


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeeperUnsafe, match=r"the folder .*/gone is not there: create it"):
        require_safe_folders(tmp_path / "gone/keeper.sock", own=OWN)
