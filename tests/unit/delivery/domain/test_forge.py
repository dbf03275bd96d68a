from dataclasses import fields, replace

import pytest

from delivery.domain.forge import LONGEST_BODY, PullRequest, fitted
from delivery.domain.forge_checks import (
    EnvironmentRules,
    ForgeFacts,
    MainRules,
    Unknown,
    checklist,
)

ONLY_MAIN = EnvironmentRules(reviewers=1, branches=frozenset({"main"}))
UNREVIEWED = EnvironmentRules(reviewers=0, branches=frozenset({"main"}))
MAIN = MainRules(
    reviews=1,
    checks=frozenset({"ci", "judge"}),
    no_force_push=True,
    no_deletion=True,
    binds_administrators=True,
)
WELL = ForgeFacts(
    default_branch="main",
    merge_commits=True,
    main=MAIN,
    environments={"staging": UNREVIEWED, "production": ONLY_MAIN},
    secrets=frozenset({"PLINTH_FORGE_TOKEN", "OTHER"}),
    workflow_permissions="read",
    workflows_approve=False,
    runners=1,
)


def missing(facts: ForgeFacts) -> list[str]:
    return [item.name for item in checklist(facts) if item.state == "missing"]


def test_a_forge_that_is_set_up_has_nothing_missing() -> None:
    assert {item.state for item in checklist(WELL)} == {"ok"}


@pytest.mark.parametrize(
    ("item", "facts"),
    [
        ("main is the default branch", replace(WELL, default_branch="trunk")),
        ("merges make merge commits", replace(WELL, merge_commits=False)),
        (
            "main takes changes by reviewed pull requests only",
            replace(WELL, main=replace(MAIN, reviews=0)),
        ),
        (
            "main requires the check ci",
            replace(WELL, main=replace(MAIN, checks=frozenset({"judge"}))),
        ),
        (
            "main requires the check judge",
            replace(WELL, main=replace(MAIN, checks=frozenset({"ci"}))),
        ),
        ("main can't be pushed by force", replace(WELL, main=replace(MAIN, no_force_push=False))),
        ("main can't be deleted", replace(WELL, main=replace(MAIN, no_deletion=False))),
        (
            "the rules of main bind administrators too",
            replace(WELL, main=replace(MAIN, binds_administrators=False)),
        ),
        (
            "staging is deployed from main only",
            replace(WELL, environments={"production": ONLY_MAIN}),
        ),
        (
            "production is deployed from main only",
            replace(
                WELL, environments=WELL.environments | {"production": EnvironmentRules(1, None)}
            ),
        ),
        (
            "production has reviewers",
            replace(WELL, environments={"staging": UNREVIEWED, "production": UNREVIEWED}),
        ),
        ("the secret PLINTH_FORGE_TOKEN is there", replace(WELL, secrets=frozenset({"OTHER"}))),
        ("workflows may only read by default", replace(WELL, workflow_permissions="write")),
        ("workflows can't approve pull requests", replace(WELL, workflows_approve=True)),
        ("a runner of your own is registered", replace(WELL, runners=0)),
    ],
)
def test_each_thing_that_is_not_so_is_named_with_what_to_do(item: str, facts: ForgeFacts) -> None:
    assert missing(facts) == [item]
    (found,) = [one for one in checklist(facts) if one.name == item]
    assert found.todo


@pytest.mark.parametrize("fact", [field.name for field in fields(ForgeFacts)])
def test_what_the_forge_keeps_to_itself_is_neither_ok_nor_missing(fact: str) -> None:
    items = checklist(replace(WELL, **{fact: Unknown("403")}))

    unknown = [item for item in items if item.state == "can't tell"]
    assert unknown
    assert {item.found for item in unknown} == {"403"}
    assert "missing" not in {item.state for item in items}


def test_a_body_that_fits_stays_as_it_is() -> None:
    assert fitted("words\n" * 10) == "words\n" * 10


def test_a_long_body_is_cut_at_a_lines_end_and_says_so() -> None:
    found = fitted("| a | row |\n" * 10_000)

    assert len(found) <= LONGEST_BODY
    kept, _, note = found.partition("\n\n")
    assert set(kept.splitlines()) == {"| a | row |"}
    assert "doesn't fit" in note


def test_a_long_line_without_an_end_is_cut_too() -> None:
    assert len(fitted("x" * 100_000)) <= LONGEST_BODY


def test_a_pull_request_is_found_by_its_address_or_by_its_number() -> None:
    pull = PullRequest(7, "branch", "title", "open")

    assert pull.name == "pull request #7"
    assert replace(pull, url="https://forge.invalid/7").name == "https://forge.invalid/7"
