"""Whatever is done to the audit log behind its back is found, and a crash is not taken for it."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.audit import FakeAuditLog, Secret, deploy, secret_log

from delivery.errors import AuditBroken, AuditUnavailable
from delivery.trail import audit_log

ENTRIES = 5


@pytest.fixture
def log(tmp_path):
    made = secret_log(tmp_path)
    for number in range(ENTRIES):
        made.append(deploy(f"payload {number}"))
    return made


@pytest.fixture
def file(log, tmp_path):
    assert len(log.entries()) == ENTRIES
    return tmp_path / "log" / audit_log.LOG


@pytest.fixture
def head(log, tmp_path):
    assert len(log.entries()) == ENTRIES
    return tmp_path / "head" / audit_log.HEAD


def lines_of(file):
    return file.read_bytes().splitlines(keepends=True)


def rewrite(file, lines):
    file.write_bytes(b"".join(lines))


def require_broken(log, place, reason):
    with pytest.raises(AuditBroken) as caught:
        log.entries()
    assert place in caught.value.place
    assert reason in caught.value.reason
    with pytest.raises(AuditBroken):
        log.append(deploy())


def test_what_was_added_comes_back_in_order_and_chained(log):
    entries = log.entries(full=True)
    assert [entry.sequence for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.previous for entry in entries] == [None, *(e.digest for e in entries[:-1])]


def test_a_log_that_never_was_is_empty(tmp_path):
    assert secret_log(tmp_path).entries() == ()


def test_the_fake_of_the_tests_chains_as_the_real_one_does(log):
    fake = FakeAuditLog(*(deploy(f"payload {number}") for number in range(ENTRIES)))
    assert fake.entries() == log.entries()


# --- Behind its back -------------------------------------------------------------------------


@pytest.mark.parametrize("gone", range(ENTRIES - 1))
def test_a_deleted_line_is_found_and_named(log, file, gone):
    lines = lines_of(file)
    rewrite(file, lines[:gone] + lines[gone + 1 :])
    require_broken(log, f"line {gone + 1}", "it is entry")


@pytest.mark.parametrize("left", range(ENTRIES))
def test_a_tail_that_was_cut_off_is_found(log, file, left):
    rewrite(file, lines_of(file)[:left])
    require_broken(log, f"line {left + 1}", "lines are missing")


def test_a_log_that_was_deleted_is_found(log, file):
    file.unlink()
    require_broken(log, "line 1", "lines are missing: the signed head knows 5, there are 0")


@pytest.mark.parametrize("first", range(ENTRIES - 1))
def test_two_lines_that_changed_places_are_found(log, file, first):
    lines = lines_of(file)
    lines[first], lines[first + 1] = lines[first + 1], lines[first]
    rewrite(file, lines)
    require_broken(log, f"line {first + 1}", "it is entry")


@pytest.mark.parametrize("edited", range(ENTRIES - 1))
def test_an_edited_line_is_found_by_the_one_after_it(log, file, edited):
    lines = lines_of(file)
    lines[edited] = lines[edited].replace(b'"green"', b'"red"')
    rewrite(file, lines)
    require_broken(log, f"line {edited + 2}", "not the one that it was written after")


def test_an_edited_last_line_is_found_by_the_head(log, file):
    lines = lines_of(file)
    rewrite(file, [*lines[:-1], lines[-1].replace(b'"green"', b'"red"')])
    require_broken(log, "line 5", "not the entry that the head was signed of")


def test_an_edit_of_nothing_but_the_form_is_found(log, file):
    lines = lines_of(file)
    rewrite(file, [lines[0].replace(b'{"entry":', b'{"entry": '), *lines[1:]])
    require_broken(log, "line 2", "not the one that it was written after")
    rewrite(file, [b" " + lines[0], *lines[1:]])
    require_broken(log, "line 1", "not in the form that it was written in")


@pytest.mark.parametrize("line", [b"hello\n", b"\n", b"{}\n", b"\xff\n", b"[" * 5000 + b"\n"])
def test_a_line_that_is_no_entry_is_found(log, file, line):
    lines = lines_of(file)
    rewrite(file, [*lines[:2], line, *lines[2:]])
    require_broken(log, "line 3", "not in the form that it was written in")


@pytest.mark.parametrize("entry", [b"", b"{}", b"\xff", b"[" * 5000, b'{"sequence":3}'])
def test_a_line_whose_entry_can_not_be_read_is_found(log, file, entry):
    lines = lines_of(file)
    rewrite(file, [*lines[:2], b'{"entry":%s,"signature":""}\n' % entry, *lines[2:]])
    require_broken(log, "line 3", "it can't be read")


def test_a_line_that_stands_twice_is_found(log, file):
    lines = lines_of(file)
    rewrite(file, [*lines, lines[-1]])
    require_broken(log, "line 6", "it is entry 5: a line was deleted, moved or repeated")


def test_an_edited_signature_is_found_where_each_is_verified(log, file):
    lines = lines_of(file)
    signature = json.loads(lines[1])["signature"].encode()
    rewrite(file, [lines[0], lines[1].replace(signature, b"0" * len(signature)), *lines[2:]])
    assert len(log.entries()) == ENTRIES  # the entries are as they were: the chain holds
    with pytest.raises(AuditBroken, match=r"line 2.*signature is refused"):
        log.entries(full=True)


def test_a_log_that_was_made_anew_with_another_key_is_found(log, file, head, tmp_path):
    folder, word = tmp_path / "stranger", Secret(b"a stranger's")
    stranger = secret_log(folder, word, word)
    for number in range(ENTRIES):
        stranger.append(deploy(f"payload {number}"))
    file.write_bytes((folder / "log" / audit_log.LOG).read_bytes())
    assert len(log.entries()) == ENTRIES  # the same entries, signed by another
    with pytest.raises(AuditBroken, match=r"line 1.*signature is refused"):
        log.entries(full=True)
    head.write_bytes((folder / "head" / audit_log.HEAD).read_bytes())
    require_broken(log, audit_log.HEAD, "the head's signature is refused")


def test_a_key_that_nobody_knows_is_refused_before_it_spoils_the_log(log, file, tmp_path):
    before = file.read_bytes()
    with pytest.raises(AuditUnavailable, match="none of those that sign it"):
        secret_log(tmp_path, Secret(b"a stranger's")).append(deploy())
    assert file.read_bytes() == before
    assert len(log.entries()) == ENTRIES


def test_an_entry_of_an_unknown_key_is_found(log, file, head):
    signed = head.read_bytes()
    log.append(deploy())
    head.write_bytes(signed)
    lines = lines_of(file)
    signature = json.loads(lines[-1])["signature"].encode()
    rewrite(file, [*lines[:-1], lines[-1].replace(signature, b"0" * len(signature))])
    require_broken(log, "line 6", "signature is refused")


def test_a_log_that_an_older_copy_replaced_is_found(log, file):
    older = file.read_bytes()
    log.append(deploy())
    file.write_bytes(older)
    require_broken(log, "line 6", "lines are missing: the signed head knows 6, there are 5")


def test_a_head_that_an_older_copy_replaced_is_found(log, head):
    older = head.read_bytes()
    log.append(deploy())
    log.append(deploy())
    head.write_bytes(older)
    require_broken(log, "line 6", "2 lines stand beyond the signed head")


def test_a_head_that_was_deleted_is_found(log, head):
    head.unlink()
    require_broken(log, audit_log.LOG, "is missing, and the log has entries")


@pytest.mark.parametrize("what", [b"", b"{}", b"\xff", b'{"head":{"sequence":5},"signature":""}'])
def test_a_head_that_is_none_is_found(log, head, what):
    head.write_bytes(what)
    require_broken(log, audit_log.HEAD, "it can't be read")


def test_a_head_that_was_edited_is_found(log, head):
    head.write_bytes(head.read_bytes().replace(b'"sequence":5', b'"sequence":4'))
    require_broken(log, audit_log.HEAD, "the head's signature is refused")


# --- After a crash ---------------------------------------------------------------------------


def test_an_entry_whose_head_was_never_written_is_kept_and_healed(log, head):
    older = head.read_bytes()
    last = log.append(deploy("crashed"))
    newer = head.read_bytes()
    head.write_bytes(older)
    assert log.entries()[-1] == last
    log.append(deploy("after"))
    assert head.read_bytes() not in {older, newer}
    assert len(log.entries(full=True)) == ENTRIES + 2


def test_a_crash_at_the_first_entry_is_told_from_a_head_that_was_deleted(tmp_path, monkeypatch):
    log = secret_log(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(audit_log, "_write_whole", crash)
        with pytest.raises(AuditUnavailable, match="power"):
            log.append(deploy())
    assert log.entries() == ()
    log.append(deploy())
    assert len(log.entries()) == 1


def crash(file, data):
    del file, data
    raise OSError("the power went")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_torn_last_line_is_left_out_and_healed(log, file, head, share):
    whole, older = file.read_bytes(), head.read_bytes()
    log.append(deploy("crashed"))
    line = file.read_bytes()[len(whole) :]
    file.write_bytes(whole + line[: int(len(line) * share)])
    head.write_bytes(older)
    assert len(log.entries()) == ENTRIES
    log.append(deploy("after"))
    assert len(log.entries(full=True)) == ENTRIES + 1
    assert file.read_bytes().startswith(whole)


def test_a_last_line_that_lacks_its_end_alone_is_not_lost(log, file, head):
    older = head.read_bytes()
    log.append(deploy("crashed"))
    head.write_bytes(older)
    file.write_bytes(file.read_bytes()[:-1])
    assert len(log.entries()) == ENTRIES + 1
    log.append(deploy("after"))
    assert len(log.entries(full=True)) == ENTRIES + 2


def test_a_disk_that_takes_half_a_line_leaves_the_log_as_it_was(log, file, monkeypatch):
    before = file.read_bytes()

    def half(stream, data):
        stream.write(data[: len(data) // 2])
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(audit_log, "_write_whole", half)
        with pytest.raises(AuditUnavailable, match="no space left"):
            log.append(deploy())
    assert file.read_bytes() == before
    log.append(deploy())
    assert len(log.entries()) == ENTRIES + 1


def test_many_who_add_at_once_lose_nothing(tmp_path):
    def add(number):
        return secret_log(tmp_path).append(deploy(f"payload {number}")).sequence

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(add, range(40)))
    assert sorted(numbers) == list(range(1, 41))
    assert len(secret_log(tmp_path).entries(full=True)) == 40


def test_a_log_that_can_not_be_read_is_no_broken_one(log, file):
    data = file.read_bytes()
    file.unlink()
    file.mkdir()
    for act in (log.entries, lambda: log.append(deploy())):
        with pytest.raises(AuditUnavailable):
            act()
    assert data
