"""Names of files mean the same to everybody who reads them."""

import pytest
from support.change_facts import facts, finding, outcome

from delivery.changes.judgement import judge_change
from delivery.changes.path_kinds import kind_of
from delivery.git.commits import Change
from delivery.git.plain_names import OddName, component_fault, name_fault, path_fault, shown_name


@pytest.mark.parametrize(
    "name", ["docs/a.md", "a", "x-1_2.3+4=5,6@7", "docs/" + "x" * 200, ".git2"]
)
def test_a_plain_name_has_no_fault(name):
    assert name_fault(name) == ""


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("docs//a", "empty, . or .."),
        ("docs/", "empty, . or .."),
        ("/docs", "empty, . or .."),
        ("docs/./a", "empty, . or .."),
        ("docs/../a", "empty, . or .."),
        ("sub/.git", "a repository"),
        ("sub/.Git/hooks", "a repository"),
        ("docs/-a", "begins with a dash"),
        ("docs/" + "x" * 201, "201 bytes"),
        ("/".join(["x" * 100] * 4), "it has 403 bytes"),
        ("docs/a b", "other characters"),
        ("docs/ä", "other characters"),
        ("docs/a\n", "other characters"),
        ("docs/a:b", "other characters"),
        ("docs/\udcff", "other characters"),
    ],
)
def test_a_name_that_is_not_plain_says_why_and_is_of_the_strictest_kind(name, fault):
    assert fault in name_fault(name)
    assert kind_of(name) == "judge"


def test_an_entry_holds_no_slash_and_a_path_is_as_long_as_400_bytes_at_most():
    assert "holds a slash" in component_fault(b"a/b")
    assert path_fault(b"x" * 400) == ""
    assert path_fault(b"x" * 401)


def test_a_name_is_shown_by_the_numbers_of_its_odd_bytes_and_not_without_end():
    assert shown_name(b"docs/a\x1b`\xff") == "docs/a\\x1b\\x60\\xff"
    assert shown_name(b"x" * 200) == "x" * 200
    assert shown_name(b"x" * 201) == "x" * 200 + "..."


def test_a_change_that_brings_an_odd_name_is_refused_and_one_that_takes_it_away_is_not():
    brought = facts("docs", changes=(Change("docs/a b", None, "100644 new"),))
    assert "docs/a\\x20b: it has other characters" in finding(brought, "plain_names").reason
    gone = facts("docs", changes=(Change("docs/a b", "100644 old", None),))
    assert outcome(gone, "plain_names") == "passed"
    assert outcome(facts("docs"), "plain_names") == "passed"


def test_what_a_tree_hides_is_refused_though_no_file_differs():
    made = facts(odd_names=(OddName("docs/x", "a fault"),), changes=(), commits=())
    assert finding(made, "plain_names").reason == "docs/x: a fault"
    assert outcome(facts(changes=(), commits=()), "plain_names") == "nothing to judge"


@pytest.mark.parametrize(("count", "last"), [(20, "19: x"), (21, "and 1 more")])
def test_twenty_odd_names_are_told_and_the_others_counted(count, last):
    odd = tuple(OddName(f"{i:02}", "x") for i in range(count))
    found = judge_change(facts("docs", odd_names=odd)).problems
    assert len(found) == min(count, 20) + (count > 20)
    assert found[-1].reason == last


def test_what_is_over_a_bound_is_refused_with_its_size():
    made = facts(changes=(), commits=(), excess="the change has 20,001 files")
    reason = "it is too large to be judged: the change has 20,001 files"
    assert finding(made, "bounded").reason == reason
    assert judge_change(made).decision == "refused"
    assert outcome(facts("docs"), "bounded") == "passed"
    assert outcome(facts(changes=(), commits=()), "bounded") == "nothing to judge"
