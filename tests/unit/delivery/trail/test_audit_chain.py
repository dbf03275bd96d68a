"""The audit log's lines, its head, and the heads that were published, each held to the others."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.audit import deploy

from artifacts.digests import digest_json
from artifacts.records.audit import AuditEntry, AuditHead
from delivery.errors import AuditBroken
from delivery.trail.audit_chain import (
    EMPTY,
    Chain,
    PublishedHead,
    SignedEntry,
    beyond_head,
    check_published,
    read_chain,
    read_head,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOST = digest_json("an entry of a log that was lost")


def links(*events: dict[str, Any]) -> tuple[SignedEntry, ...]:
    """Return entries, a minute apart, each after the one before."""
    made: list[SignedEntry] = []
    for number, event in enumerate(events, start=1):
        fields = {
            "sequence": number,
            "previous": made[-1].digest if made else None,
            "at": NOON + timedelta(minutes=number),
        }
        entry = AuditEntry.model_validate(dict(deploy()) | fields | event)
        made.append(SignedEntry.of(entry))
    return tuple(made)


def chain(*events: dict[str, Any]) -> Chain:
    return Chain(links(*events))


def head_of(found: Chain, sequence: int) -> AuditHead:
    return AuditHead(sequence=sequence, entry=found.links[sequence - 1].digest)


def published(*heads: AuditHead, problem: str = "") -> list[PublishedHead]:
    return [PublishedHead("c" * 40, NOON, head, problem) for head in heads]


THREE = chain({}, {}, {})


def broken(*lines: bytes) -> AuditBroken:
    with pytest.raises(AuditBroken) as caught:
        read_chain(b"".join(lines), "log")
    return caught.value


def test_lines_are_read_as_they_were_written() -> None:
    found = read_chain(b"".join(one.line for one in THREE.links), "log")
    assert found == THREE
    assert read_chain(b"", "log") == Chain(())


def test_an_empty_log_has_a_head_of_nothing() -> None:
    assert Chain(()).head == EMPTY == AuditHead(sequence=0, entry=None)
    assert Chain(()).last_at is None


def test_the_head_of_a_log_is_its_last_entry() -> None:
    assert THREE.head == AuditHead(sequence=3, entry=THREE.links[2].digest)
    assert THREE.last_at == NOON + timedelta(minutes=3)


def test_a_head_names_one_entry_by_its_place_and_its_digest() -> None:
    found = [THREE.entry_of(head_of(THREE, number)) for number in (1, 2, 3)]
    assert found == [one.entry for one in THREE.links]
    last = THREE.links[2].digest
    for sequence in (0, 1, 4):
        assert THREE.entry_of(AuditHead(sequence=sequence, entry=last)) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"entry":', b'{"Entry":'),
        (b',"signature":"', b',"Signature":"'),
        (b'""}\n', b'""]\n'),
    ],
)
def test_a_line_in_another_form_is_named(before: bytes, after: bytes) -> None:
    first, second, _ = (one.line for one in THREE.links)
    assert before in second
    found = broken(first, second.replace(before, after))
    assert found.place == "log, line 2"
    assert "not in the form" in found.reason


def test_what_is_wrong_with_a_line_or_a_head_is_told_in_200_characters() -> None:
    beginning = "it can't be read: "
    with pytest.raises(AuditBroken) as caught:
        read_head(b'{"head":' + b"x" * 5000, "head")
    assert caught.value.reason.startswith(beginning)
    assert len(caught.value.reason) <= len(beginning) + 200
    line = b'{"entry":{"event":"deploy"},"signature":""}\n'
    assert len(broken(line).reason) == len(beginning) + 200


@pytest.mark.parametrize(
    ("changes", "place", "reason"),
    [
        ([{"sequence": 2}], "log, line 1", "it is entry 2, not the first"),
        ([{"previous": LOST}], "log, line 1", "not the first"),
        ([{}, {"sequence": 3}], "log, line 2", "was deleted, moved or repeated"),
        ([{}, {"sequence": 1}], "log, line 2", "was deleted, moved or repeated"),
        ([{}, {}, {"previous": LOST}], "log, line 3", "entry 2 before it is not the one"),
        ([{}, {"at": NOON}], "log, line 2", "which is before 2026-03-01 12:01"),
    ],
)
def test_entries_out_of_order_are_named(
    changes: list[dict[str, Any]], place: str, reason: str
) -> None:
    found = broken(*(one.line for one in links(*changes)))
    assert found.place == place
    assert reason in found.reason


def test_one_entry_may_stand_beyond_the_head_and_no_more() -> None:
    assert beyond_head(THREE, head_of(THREE, 3), "log") is None
    assert beyond_head(THREE, head_of(THREE, 2), "log") == THREE.links[2]
    assert beyond_head(chain({}), EMPTY, "log") is not None
    assert beyond_head(Chain(()), EMPTY, "log") is None
    with pytest.raises(AuditBroken, match="2 lines stand beyond the signed head") as caught:
        beyond_head(THREE, head_of(THREE, 1), "log")
    assert caught.value.place == "log, line 2"
    with pytest.raises(AuditBroken, match="2 lines stand beyond"):
        beyond_head(chain({}, {}), EMPTY, "log")


def test_a_log_that_its_head_is_not_of_is_named() -> None:
    cut = Chain(THREE.links[:2])
    with pytest.raises(AuditBroken, match="the signed head knows 3, there are 2") as caught:
        beyond_head(cut, THREE.head, "log")
    assert caught.value.place == "log, line 3"
    with pytest.raises(AuditBroken, match="not the entry that the head was signed of") as caught:
        beyond_head(THREE, AuditHead(sequence=3, entry=LOST), "log")
    assert caught.value.place == "log, line 3"


def test_a_log_that_has_every_published_head_is_whole() -> None:
    check_published(THREE, published(EMPTY, *(head_of(THREE, n) for n in (1, 2, 3))), "log")
    check_published(Chain(()), published(EMPTY), "log")
    check_published(Chain(()), [], "log")


@pytest.mark.parametrize("log", [THREE, Chain(())])
@pytest.mark.parametrize("sequence", [2, 4])
def test_a_log_without_a_published_entry_was_cut_or_replaced(log: Chain, sequence: int) -> None:
    with pytest.raises(AuditBroken, match="cut, replaced or rewritten") as caught:
        check_published(log, published(EMPTY, AuditHead(sequence=sequence, entry=LOST)), "log")
    assert caught.value.place == f"log, line {sequence}"


def test_a_published_head_that_delivery_did_not_sign_is_told() -> None:
    with pytest.raises(AuditBroken, match="is not delivery's: edited"):
        check_published(THREE, published(THREE.head, problem="edited"), "log")


OLDER = AuditHead(sequence=8, entry=digest_json("older"))
FORMER = AuditHead(sequence=9, entry=LOST)
ANEW = chain({"event": "restart", "subject": LOST}, {})


def test_a_log_that_begins_anew_lacks_what_was_published_before_it() -> None:
    check_published(ANEW, published(OLDER, FORMER, FORMER, ANEW.head), "log")


@pytest.mark.parametrize(
    "heads", [(OLDER, FORMER, OLDER), (OLDER, FORMER, OLDER, ANEW.head), (OLDER,)]
)
def test_a_log_that_begins_anew_has_all_that_was_published_since(
    heads: tuple[AuditHead, ...],
) -> None:
    with pytest.raises(AuditBroken, match="names entry 8"):
        check_published(ANEW, published(*heads), "log")


@pytest.mark.parametrize(
    "events", [({"subject": LOST},), ({}, {"event": "restart", "subject": LOST})]
)
def test_nothing_but_a_restart_at_the_beginning_begins_anew(
    events: tuple[dict[str, Any], ...],
) -> None:
    with pytest.raises(AuditBroken, match="names entry 9"):
        check_published(chain(*events), published(FORMER), "log")
