"""Whom a commit names, however their address, account or name is written."""

import pytest
from support.change_facts import change, email
from support.people import people

from artifacts.policies.approvers import account_of, normal_email
from delivery.changes.facts import Commit
from delivery.changes.rules.authors import LOOKED, persons_named

KNOWN = people(bo={"accounts": ["Bo-At-Forge"], "name": "Bo van Dyk"}, ada={"emails": ["A@b.c"]})


def named(message: str = "", author: str = "x@y.invalid", name: str = "") -> frozenset[str]:
    made = Commit(
        "a" * 40, author, "x@y.invalid", change("judge"), names=(name, ""), message=message
    )
    return persons_named(KNOWN, made)


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("Bo@People.Invalid", "bo@people.invalid"),
        ("bo+tag@people.invalid", "bo@people.invalid"),
        ("+tag@people.invalid", "+tag@people.invalid"),
        ("b.o@people.invalid", "b.o@people.invalid"),
        ("b.o+x@gmail.com", "bo@gmail.com"),
        ("b.o@googlemail.com", "bo@googlemail.com"),
        ("bo@people.invalid.", "bo@people.invalid"),
        ("bo@b\u00fccher.invalid", "bo@xn--bcher-kva.invalid"),
        ("1+Bo@users.noreply.github.com", "bo@users.noreply.github.com"),
        ("1-bo@users.noreply.gitlab.example", "bo@users.noreply.gitlab.example"),
        ("bo@" + "a" * 64 + ".invalid", "bo@" + "a" * 64 + ".invalid"),
    ],
)
def test_an_address_has_one_form(address, form):
    assert normal_email(address) == form


@pytest.mark.parametrize(
    ("address", "account"),
    [
        ("1+bo@users.noreply.github.com", "bo"),
        ("dependabot[bot]@users.noreply.github.com", "dependabot[bot]"),
        ("noreply@github.com", ""),
        ("1+bo@users.noreply", ""),
    ],
)
def test_a_no_reply_address_stands_for_an_account(address, account):
    assert account_of(address) == account


@pytest.mark.parametrize(
    "trailer",
    [
        f"Co-authored-by: Somebody <{email('bo')}>",
        "Co-authored-by: Bo van Dyk",
        "Helped by: @bo-at-forge",
        f"(no trailer)\nFrom: {email('bo').upper()}",
        "Author = 7+bo-at-forge@users.noreply.github.com",
    ],
)
def test_a_trailer_names_its_person(trailer):
    assert named(f"a change\n\n{trailer}\n") == {"bo"}


WORDS = [
    *("acked-by", "approved-by", "cc", "reported-by", "requested-by", "reviewed-by", "tested-by")
]


def test_no_other_trailer_is_left_out():
    assert sorted(LOOKED) == WORDS


@pytest.mark.parametrize("word", WORDS)
def test_who_looked_or_asked_is_no_author(word):
    assert named(f"a change\n\n{word.title()}: Bo <{email('bo')}>") == frozenset()


@pytest.mark.parametrize("message", [f"thanks to {email('bo')} for the idea", "bo said so", ""])
def test_a_message_that_is_no_trailer_names_nobody(message):
    assert named(message) == frozenset()


def test_a_name_counts_where_the_address_is_nobodys():
    assert named(name="bo VAN  dyk") == {"bo"}
    assert named(name="Bo van Dyk", author="a@B.c") == {"ada"}
    assert named(name="Bo") == frozenset()


@pytest.mark.parametrize(
    "changes",
    [
        {"emails": ["bo+other@people.invalid"]},
        {"emails": ["BO@people.invalid"]},
        {"accounts": ["bo"]},
        {"accounts": ["Bo-at-forge"]},
    ],
)
def test_no_two_persons_share_an_address_or_an_account_in_any_form(changes):
    with pytest.raises(ValueError, match="stands twice"):
        people(bo={"accounts": ["bo-at-forge"]}, max=changes)


def test_a_person_may_have_an_account_of_their_own_name():
    assert people(bo={"accounts": ["bo"]}).of_account("BO") == "bo"
