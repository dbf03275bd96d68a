"""Who made commits, and who made the same before."""

from dataclasses import replace

import pytest
from support.change_facts import change, commit, facts, log
from support.people import key_of, people

from artifacts.digests import digest_json
from delivery.changes.rules.authors import made_before, makers

BOTH = digest_json("a payload"), digest_json("a change")


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ({}, {"max", "bo"}),
        ({"problem": "it is not signed"}, {"max"}),
        ({"namespace": "plinth-approval"}, {"max"}),
        ({"key": key_of("nobody")}, {"max"}),
    ],
)
def test_whose_key_signed_a_commit_made_it_too(signature, expected):
    made = commit("max", change("judge"))
    given = {"key": key_of("bo")} | signature
    signed = replace(made, signature=replace(made.signature, **given))
    assert makers(people(), (signed,)) == expected


@pytest.mark.parametrize(
    ("about", "asked", "expected"),
    [
        ({"payload": BOTH[0]}, (BOTH[0], None), {"bo"}),
        ({"change": BOTH[1]}, (None, BOTH[1]), {"bo"}),
        ({"payload": BOTH[0]}, (BOTH[1], BOTH[0]), set()),
        ({"change": BOTH[1]}, (BOTH[1], BOTH[0]), set()),
        ({}, (None, None), set()),
    ],
)
def test_who_made_the_same_before_is_known_from_the_log(about, asked, expected):
    entry = {"event": "judgement", "outcome": "refused", "authors": ["bo"]} | about
    assert made_before(facts("judge", log=log(entry)), *asked) == expected
