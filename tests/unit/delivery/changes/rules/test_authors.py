"""Who is an author, and that they signed."""

from dataclasses import replace

import pytest
from support.change_facts import change, commit, email, facts, finding, ground, outcome
from support.people import NOON, key_of, people

from artifacts.cant_tell import CantTell
from artifacts.ssh_signatures import MISSING, Signature
from delivery.changes.rules.authors import authors_of

JUDGE = change("judge")


def with_commit(**more):
    made = commit("max", JUDGE, **more)
    return facts("judge", commits=(made,))


@pytest.mark.parametrize(
    "kind", ["judge", "policy", "keys", "holdout", "staging_release", "production_release"]
)
def test_what_releases_or_judges_is_signed(kind):
    unsigned = commit("max", change(kind), signature=MISSING)
    found = finding(facts(kind, commits=(unsigned,)), "authors")
    assert (found.outcome, "is not signed" in found.reason) == ("refused", True)
    assert outcome(facts(kind), "authors") == "passed"


@pytest.mark.parametrize("kind", ["docs", "approvals", "reports"])
def test_what_does_neither_needs_no_signature(kind):
    unsigned = commit("max", change(kind), signature=MISSING)
    made = facts("judge", kind, commits=(commit("max", JUDGE), unsigned))
    assert outcome(made, "authors") == "passed"
    assert outcome(facts(kind, commits=(unsigned,)), "authors") == "nothing to judge"


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        (Signature(key_of("eve"), "git"), "main does not list"),
        (Signature(key_of("max"), "plinth-approval"), "in the namespace plinth-approval"),
        (Signature(key_of("max"), "git", "it was edited"), "it was edited"),
        (Signature(key_of("gate"), "git"), "main does not list"),
    ],
)
def test_a_signature_that_does_not_hold_is_refused_by_name(signature, words):
    assert words in finding(with_commit(signature=signature), "authors").reason


def test_a_committer_who_is_not_the_signer_is_forged():
    found = finding(with_commit(committer=email("ada").upper()), "authors")
    assert "forged author: it says that ada committed it, and max signed it" in found.reason


def test_an_address_of_nobody_is_no_forgery():
    assert outcome(with_commit(committer="max@home.invalid"), "authors") == "passed"


def test_author_committer_signer_and_pusher_are_authors():
    made = with_commit(author=email("ada"), committer="x@y.invalid")
    assert authors_of(replace(made, pusher="bo")) == {"ada", "bo", "max"}
    assert outcome(made, "authors") == "passed"


def test_who_pushes_words_is_no_author():
    assert authors_of(facts("docs", pusher="bo")) == frozenset()


def test_a_service_proposes_releases_and_changes_nothing_that_judges():
    made = [commit("delivery", change(kind)) for kind in ("staging_release", "judge")]
    assert outcome(facts("staging_release", commits=(made[0],)), "authors") == "passed"
    found = finding(facts("judge", commits=(made[1],)), "authors")
    assert "only a person changes Makefile" in found.reason


def test_a_service_does_not_sign_for_a_person():
    made = commit("delivery", change("staging_release"), committer=email("ada"))
    found = finding(facts("staging_release", commits=(made,)), "authors")
    assert "the service delivery signed it" in found.reason


def test_a_revoked_key_makes_no_author():
    gone = people(max={"revoked": {key_of("max"): NOON.date()}})
    found = finding(facts("judge", ground=ground(people=gone)), "authors")
    assert "revoked this key" in found.reason


@pytest.mark.parametrize("commits", [(), (commit("max", change("keys")),)])
def test_a_change_that_no_commit_makes_is_refused(commits):
    found = finding(facts("judge", "keys", commits=commits), "authors")
    assert "no commit of it says who changed Makefile" in found.reason


def test_without_approvers_nobody_can_say():
    nobody = ground(people=CantTell("policies/approvers.yaml", "gone"))
    made = facts("judge", ground=nobody)
    assert outcome(made, "authors") == "undecided"
    assert authors_of(made) == frozenset()
