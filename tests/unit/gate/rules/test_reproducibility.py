import pytest
from support.cases import MANIFEST, MODEL, candidate, passing, result_of
from support.policy_documents import DECIDED, ruled

from artifacts.digests import digest_json
from artifacts.records.manifest import Code
from artifacts.records.reproduction import Reproduction
from judging.case import Absent

NAME, OTHER = "reproducibility", digest_json("other")
DIRTY = candidate(code=Code(commit="0" * 40, dirty=True))


def asked(ask="rebuilt", accept_tolerance=False, **changes):
    setting = {"ask": ask, "accept_tolerance": accept_tolerance, **DECIDED}
    return result_of(passing(policy=ruled(reproducibility=setting), **changes), NAME)


def rebuilt(outcome="equal", **changes):
    fields = {
        "model": "architecture",
        "original": MODEL,
        "rebuilt": MODEL if outcome == "equal" else OTHER,
        "outcome": outcome,
        "differences": [] if outcome == "equal" else ["heads/style.onnx differs"],
        "commit": "0" * 40,
        "environment": digest_json("environment"),
        "photo_manifest": MANIFEST,
        "photos_compared": 200,
        "made_at": "2026-11-22T12:00:00Z",
    }
    return Reproduction.parse(fields | changes, "a test")


@pytest.mark.parametrize("ask", ["attested", "rebuilt"])
def test_reproducibility_refuses_a_candidate_of_uncommitted_files(ask):
    found = asked(ask, candidate=DIRTY, reproduction=rebuilt())
    assert found.outcome == "failed"
    assert "trained from uncommitted files" in found.reason


def test_a_clean_commit_is_attested_and_named():
    found = asked("attested")
    assert found.outcome == "passed"
    assert "0" * 40 in found.reason
    assert candidate().environment in found.reason


def test_reproducibility_refuses_a_rebuild_that_differs_and_names_the_differences():
    found = asked(reproduction=rebuilt("different"))
    assert found.outcome == "failed"
    assert "heads/style.onnx differs" in found.reason


def test_many_differences_are_counted():
    many = rebuilt("different", differences=[f"file {i}" for i in range(9)])
    assert asked(reproduction=many).reason.endswith("file 4; and 4 more")


@pytest.mark.parametrize(
    ("outcome", "accept", "expected"),
    [
        ("equal", False, "passed"),
        ("equal", True, "passed"),
        ("equal_within_tolerance", True, "passed"),
        ("equal_within_tolerance", False, "failed"),
        ("different", True, "failed"),
        ("different", False, "failed"),
    ],
)
def test_reproducibility_on_the_boundary_takes_tolerance_only_where_accepted(
    outcome, accept, expected
):
    found = asked(accept_tolerance=accept, reproduction=rebuilt(outcome))
    assert found.outcome == expected


@pytest.mark.parametrize(
    "reproduction", [rebuilt(original=OTHER), rebuilt(rebuilt=OTHER), Absent("none was given")]
)
def test_reproducibility_is_missing_where_no_rebuild_of_this_model_is_there(reproduction):
    assert asked(reproduction=reproduction).outcome == "missing"


def test_reproducibility_is_missing_without_a_candidate():
    assert asked(candidate=Absent("gone")).outcome == "missing"


def test_a_reproduction_whose_signature_is_refused_fails():
    assert asked(reproduction=Absent("refused", at_fault=True)).outcome == "failed"


@pytest.mark.parametrize("outcome", ["equal", "equal_within_tolerance"])
def test_a_rebuild_of_another_model_shows_nothing(outcome):
    other = {"original": OTHER, "rebuilt": OTHER} if outcome == "equal" else {"original": OTHER}
    if outcome != "equal":
        other["rebuilt"] = MODEL
    found = asked(accept_tolerance=True, reproduction=rebuilt(outcome, **other))
    assert found.outcome == "missing"
    assert "of another model" in found.reason


@pytest.mark.parametrize(
    ("ask", "accept", "limit"),
    [
        ("attested", False, "a clean commit, attested"),
        ("rebuilt", False, "rebuilt, equal"),
        ("rebuilt", True, "rebuilt, equal or within tolerance"),
    ],
)
def test_the_limit_says_what_was_asked_for(ask, accept, limit):
    assert asked(ask, accept, reproduction=rebuilt()).limit == limit
