"""What the keeper does for whom: each rule refuses, and lets pass what is just inside it."""

import json
from pathlib import PurePath
from typing import Any, get_args

import pytest
from support.audit import deploy

from artifacts.records.audit import AuditEvent
from artifacts.records.keeper import KeeperAnswer, KeeperRequest, KeyName
from artifacts.ssh_signatures import Namespace
from delivery.trail.keeper_rules import (
    LARGEST,
    LARGEST_LINE,
    NAMESPACES,
    NOBODY,
    PathFacts,
    peer_refused,
    read_event,
    read_request,
    unsafe_file,
    unsafe_folder,
    unsafe_key,
    unusable_peers,
)

KEEPER, JUDGE = 900, 901
PLACE = PurePath("/var/lib/plinth-keeper/place")


def line(**changes: Any) -> bytes:
    """The first line of a request that the gate's key may sign."""
    fields = {"request": "sign", "key": "gate", "namespace": "plinth-gate-report", "size": 5}
    asked = {name: value for name, value in (fields | changes).items() if value is not None}
    return json.dumps(asked).encode() + b"\n"


def refusal(found: object) -> str:
    """How and why something was refused."""
    assert isinstance(found, KeeperAnswer)
    assert (found.signature, found.entry, found.about) == (None, None, None)
    return f"{found.outcome}: {found.reason}"


# --- Who may ask -----------------------------------------------------------------------------


def test_a_user_who_is_not_on_the_list_is_refused_with_what_to_type() -> None:
    assert refusal(peer_refused(JUDGE + 1, {JUDGE})) == (
        "refused: user 902 is not allowed. Fix: start the keeper with --allow 902"
    )


def test_a_user_on_the_list_may_ask() -> None:
    assert peer_refused(JUDGE, {JUDGE}) is None


def test_root_is_on_no_list_by_itself() -> None:
    assert peer_refused(0, {JUDGE}) is not None


@pytest.mark.parametrize(
    ("allowed", "reason"),
    [
        (frozenset[int](), "--allow"),
        (frozenset({KEEPER}), "user 900 is the keeper's own"),
        (frozenset({JUDGE, KEEPER}), "user 900 is the keeper's own"),
        (frozenset({JUDGE, NOBODY}), "user 65534 is nobody's number"),
        (frozenset({JUDGE, -1}), "user -1 is nobody's number"),
    ],
)
def test_a_list_that_protects_nothing_is_refused(allowed: frozenset[int], reason: str) -> None:
    assert reason in unusable_peers(allowed, KEEPER)


@pytest.mark.parametrize("allowed", [{JUDGE}, {0}, {NOBODY - 1, NOBODY + 1}])
def test_a_list_of_other_users_is_taken(allowed: set[int]) -> None:
    assert unusable_peers(allowed, KEEPER) == ""


# --- What is signed --------------------------------------------------------------------------


@pytest.mark.parametrize("key", get_args(KeyName))
@pytest.mark.parametrize("namespace", get_args(Namespace))
def test_a_key_signs_in_its_own_namespaces_alone(key: KeyName, namespace: Namespace) -> None:
    own = {
        "gate": {"plinth-gate-report", "plinth-evidence"},
        "delivery": {"plinth-image", "git"},
        "reproduction": {"plinth-reproduction"},
    }[key]
    found = read_request(line(key=key, namespace=namespace))
    if namespace in own:
        assert found == KeeperRequest(request="sign", key=key, namespace=namespace, size=5)
    else:
        assert f"refused: the key {key} signs " in refusal(found)
        assert refusal(found).endswith(f"and never {namespace}")


def test_nobody_may_have_an_entry_or_a_head_of_the_log_signed() -> None:
    assert "plinth-audit" not in {name for names in NAMESPACES.values() for name in names}


@pytest.mark.parametrize("missing", ["key", "namespace"])
def test_a_signature_without_a_key_or_a_namespace_is_malformed(missing: str) -> None:
    assert "`key` and `namespace` must be named" in refusal(read_request(line(**{missing: None})))


@pytest.mark.parametrize("request_", ["append", "about"])
def test_whoever_wants_no_signature_names_no_key(request_: Any) -> None:
    found = read_request(line(request=request_, key=None, namespace=None, size=0))
    assert found == KeeperRequest(request=request_, size=0)


@pytest.mark.parametrize("request_", ["sign", "append", "about"])
def test_more_bytes_than_a_request_may_have_are_refused(request_: Any) -> None:
    most = LARGEST[request_]
    assert isinstance(read_request(line(request=request_, size=most)), KeeperRequest)
    found = refusal(read_request(line(request=request_, size=most + 1)))
    assert found == (f"refused: {most + 1:,} bytes are too many for {request_}: {most:,} may be")


def test_the_bounds_are_those_that_memory_was_reckoned_for() -> None:
    assert (LARGEST_LINE, dict(LARGEST)) == (
        4096,
        {"sign": 33_554_432, "append": 1_048_576, "about": 0},
    )


# --- What can't be read ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", "its first line has no end"),
        (b'{"request":"about"}', "its first line has no end"),
        (b"GET / HTTP/1.1\r\n", "not valid JSON"),
        (b"\xff\xfe\n", "utf-8"),
        (b"[]\n", "document"),
        (b"[" * 4000 + b"\n", "not valid JSON"),
        (b'{"request":"about","request":"sign"}\n', "key given twice: request"),
        (line(request="read"), "request: Input should be 'sign', 'append' or 'about'"),
        (line(request=None), "request: Field required"),
        (line(key="people"), "key: Input should be 'gate', 'delivery' or 'reproduction'"),
        (line(key="../gate"), "key: Input should be"),
        (line(namespace="file"), "namespace: Input should be"),
        (line(size=-1), "size: Input should be greater than or equal to 0"),
        (line(size="5"), "size: Input should be a valid integer"),
        (line(size=5.5), "size: Input should be a valid integer"),
        (line(version=2), "version: Input should be 1"),
        (line(path="/etc/shadow"), "path: Extra inputs are not permitted"),
    ],
)
def test_what_is_no_request_is_malformed_and_says_what_is_wrong(sent: bytes, reason: str) -> None:
    found = refusal(read_request(sent))
    assert found.startswith("malformed: the request can't be read: ")
    assert reason in found


def test_a_first_line_is_as_long_as_it_may_be_and_no_longer() -> None:
    most = line()[:-2] + b" " * (LARGEST_LINE - len(line())) + b"}\n"
    assert len(most) == LARGEST_LINE
    assert isinstance(read_request(most), KeeperRequest)
    assert "over 4,096 bytes" in refusal(read_request(b" " + most))


# --- What is added to the log ----------------------------------------------------------------


def test_an_event_is_added_as_it_was_sent() -> None:
    event = deploy(reason="it lies\n and", authors=("ada",))
    assert read_event(event.model_dump_json().encode()) == event


def test_a_log_is_not_begun_anew_by_those_who_ask() -> None:
    found = refusal(read_event(deploy(event="restart").model_dump_json().encode()))
    assert found.startswith("refused: a log is begun anew by the keeper's own user alone")


@pytest.mark.parametrize("field", ["sequence", "previous", "at", "digest"])
def test_place_and_time_of_an_entry_are_the_keepers_to_give(field: str) -> None:
    sent = json.dumps(deploy().model_dump(mode="json") | {field: 1}).encode()
    assert f"{field}: Extra inputs are not permitted" in refusal(read_event(sent))


@pytest.mark.parametrize("sent", [b"", b"{}", b"\xff", b"null", b'{"event":"x","event":"y"}'])
def test_what_is_no_event_is_malformed(sent: bytes) -> None:
    assert refusal(read_event(sent)).startswith("malformed: ")


def test_a_key_that_an_event_names_twice_is_no_event() -> None:
    sent = deploy().model_dump_json().encode()
    twice = sent[:-1] + b',"event":"deploy"}'
    assert "key given twice: event" in refusal(read_event(twice))


def test_five_faults_are_told_and_each_reason_has_an_end() -> None:
    asked = {f"field{number}": 1 for number in range(6)}
    sent = json.dumps(json.loads(line()) | asked).encode() + b"\n"
    assert refusal(read_request(sent)).count("Extra inputs are not permitted") == 5
    longest = json.dumps(json.loads(line()) | {"a" * 2000: 1}).encode() + b"\n"
    told = refusal(read_request(longest)).removeprefix("malformed: the request can't be read: ")
    assert (len(told), told[-1]) == (1000, "\u2026")


def test_an_event_is_one_of_the_logs_own() -> None:
    assert isinstance(read_event(deploy().model_dump_json().encode()), AuditEvent)


# --- Where it lies ---------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o100600])
def test_a_key_that_the_keeper_alone_reads_is_kept(mode: int) -> None:
    assert unsafe_key(PathFacts(PLACE, KEEPER, mode), KEEPER) == ""


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601])
def test_a_key_that_is_open_to_others_is_not_kept(mode: int) -> None:
    found = unsafe_key(PathFacts(PLACE, KEEPER, mode), KEEPER)
    assert found == f"{PLACE} is open to others. Fix: chmod 0600 {PLACE}"


@pytest.mark.parametrize("owner", [0, JUDGE])
def test_a_key_of_another_user_is_not_kept(owner: int) -> None:
    found = unsafe_key(PathFacts(PLACE, owner, 0o600), KEEPER)
    assert found == f"{PLACE} belongs to user {owner}. Fix: chown 900 {PLACE}"


@pytest.mark.parametrize(
    ("owner", "mode", "problem"),
    [
        (KEEPER, 0o644, ""),
        (KEEPER, 0o664, "can be written by others"),
        (KEEPER, 0o646, "can be written by others"),
        (JUDGE, 0o644, "belongs to user 901. Fix: chown 900"),
        (0, 0o644, "belongs to user 0"),
    ],
)
def test_a_log_is_written_by_the_keeper_alone(owner: int, mode: int, problem: str) -> None:
    found = unsafe_file(PathFacts(PLACE, owner, mode), KEEPER)
    assert problem in found
    assert bool(found) is bool(problem)


@pytest.mark.parametrize("innermost", [True, False])
@pytest.mark.parametrize(
    ("owner", "mode", "problem"),
    [
        (KEEPER, 0o755, ""),
        (0, 0o755, ""),
        (JUDGE, 0o755, "belongs to user 901, who can replace what is in it"),
        (KEEPER, 0o775, "can be written by others. Fix: chmod go-w"),
        (KEEPER, 0o757, "can be written by others. Fix: chmod go-w"),
        (0, 0o777, "can be written by others. Fix: chmod go-w"),
    ],
)
def test_nobody_else_can_replace_what_lies_in_a_folder(
    owner: int, mode: int, problem: str, *, innermost: bool
) -> None:
    found = unsafe_folder(PathFacts(PLACE, owner, mode), KEEPER, innermost=innermost)
    assert problem in found
    assert bool(found) is bool(problem)


def test_a_sticky_folder_such_as_tmp_is_safe_above_and_not_itself() -> None:
    tmp = PathFacts(PurePath("/shared"), 0, 0o1777)
    assert unsafe_folder(tmp, KEEPER, innermost=False) == ""
    assert "/shared can be written by others" in unsafe_folder(tmp, KEEPER, innermost=True)
