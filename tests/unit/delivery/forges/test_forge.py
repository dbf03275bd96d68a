from dataclasses import fields, replace

import pytest

from artifacts.cant_tell import CantTell
from delivery.forges.forge import LONGEST_BODY, PullRequest, fitted
from delivery.forges.forge_checks import (
    IMPOSTORS,
    AuditRules,
    EnvironmentRules,
    ForgeFacts,
    MainRules,
    MergeMethods,
    MergeQueue,
    RequiredCheck,
    RunnerGroup,
    checklist,
    workflow_of_main,
)

REPOSITORY = "team/plinth"
ACTIONS, OTHER_APP = 15368, 7
TOKEN = frozenset({"PLINTH_FORGE_TOKEN"})
ONLY_MAIN = EnvironmentRules(reviewers=1, branches=frozenset({"main"}), secrets=TOKEN)
UNREVIEWED = replace(ONLY_MAIN, reviewers=0)
MAIN = MainRules(
    reviews=1,
    last_push_is_approved=True,
    stale_reviews_go=True,
    checks=frozenset({RequiredCheck("ci", ACTIONS), RequiredCheck("judge", ACTIONS)}),
    up_to_date=True,
    no_force_push=True,
    no_deletion=True,
)
QUEUE = MergeQueue(method="MERGE", built_at_once=1, merged_at_once=1)
AUDIT = AuditRules(
    no_force_push=True, no_deletion=True, writers=frozenset({f"Integration {OTHER_APP}"})
)
KEEPER = "keeper"
OTHER = "other"
KEEPERS = RunnerGroup(
    name="keepers",
    repositories=frozenset({REPOSITORY}),
    workflows=frozenset(workflow_of_main(REPOSITORY, name) for name in ("deploy", "judge")),
    runners=(KEEPER,),
)
OTHERS = replace(
    KEEPERS,
    name="others",
    workflows=frozenset({workflow_of_main(REPOSITORY, "retrain")}),
    runners=(OTHER,),
)
OTHERS_OF_THE_HOUSE = RunnerGroup("without runners", None, None, ())
ENVIRONMENTS = {
    "staging": UNREVIEWED,
    "production": ONLY_MAIN,
    "retrain": UNREVIEWED,
    "promote": UNREVIEWED,
}
IN_THE_CLOUD = ENVIRONMENTS | {
    "plan": EnvironmentRules(reviewers=1, branches=None),
    "build": UNREVIEWED,
    "drift": UNREVIEWED,
    "look": UNREVIEWED,
}
WELL = ForgeFacts(
    repository=REPOSITORY,
    default_branch="main",
    merge_methods=MergeMethods(merge=True, squash=False, rebase=False),
    main=MAIN,
    binds_administrators=True,
    actions_app=ACTIONS,
    audit=AUDIT,
    impostors=frozenset(),
    guarded_tags=frozenset(IMPOSTORS),
    environments=ENVIRONMENTS,
    secrets=frozenset({"OTHER"}),
    variables={},
    workflow_permissions="read",
    workflows_approve=False,
    forks_wait=True,
    own_runners=(),
    groups=(KEEPERS, OTHERS, OTHERS_OF_THE_HOUSE),
)
CLOUD = replace(
    WELL,
    environments=IN_THE_CLOUD,
    variables={"TARGET": "aws"},
)


def missing(facts: ForgeFacts) -> list[str]:
    return [item.name for item in checklist(facts) if item.state == "missing"]


@pytest.mark.parametrize("facts", [WELL, CLOUD])
def test_a_forge_that_is_set_up_has_nothing_missing(facts: ForgeFacts) -> None:
    assert {item.state for item in checklist(facts)} == {"ok"}


@pytest.mark.parametrize(
    ("item", "facts"),
    [
        ("main is the default branch", replace(WELL, default_branch="trunk")),
        (
            "merges make merge commits",
            replace(WELL, merge_methods=MergeMethods(merge=False, squash=False, rebase=False)),
        ),
        (
            "squash and rebase merges are off",
            replace(WELL, merge_methods=MergeMethods(merge=True, squash=True, rebase=False)),
        ),
        (
            "squash and rebase merges are off",
            replace(WELL, merge_methods=MergeMethods(merge=True, squash=False, rebase=True)),
        ),
        (
            "main takes changes by reviewed pull requests only",
            replace(WELL, main=replace(MAIN, reviews=0)),
        ),
        (
            "a push takes earlier reviews back",
            replace(WELL, main=replace(MAIN, stale_reviews_go=False)),
        ),
        (
            "somebody else approves the most recent push",
            replace(WELL, main=replace(MAIN, last_push_is_approved=False)),
        ),
        (
            "the check ci counts only from GitHub Actions",
            replace(
                WELL,
                main=replace(
                    MAIN,
                    checks=frozenset({RequiredCheck("ci", None), RequiredCheck("judge", ACTIONS)}),
                ),
            ),
        ),
        (
            "the check judge counts only from GitHub Actions",
            replace(
                WELL,
                main=replace(
                    MAIN,
                    checks=frozenset(
                        {RequiredCheck("ci", ACTIONS), RequiredCheck("judge", OTHER_APP)}
                    ),
                ),
            ),
        ),
        (
            "a branch is up to date before it is merged",
            replace(WELL, main=replace(MAIN, up_to_date=False)),
        ),
        *(
            (
                "a merge queue merges one change at a time",
                replace(WELL, main=replace(MAIN, queue=replace(QUEUE, **other))),
            )
            for other in ({"method": "SQUASH"}, {"built_at_once": 2}, {"merged_at_once": 5})
        ),
        ("main can't be pushed by force", replace(WELL, main=replace(MAIN, no_force_push=False))),
        ("main can't be deleted", replace(WELL, main=replace(MAIN, no_deletion=False))),
        ("the rules of main bind administrators too", replace(WELL, binds_administrators=False)),
        (
            "plinth-audit can't be pushed by force",
            replace(WELL, audit=replace(AUDIT, no_force_push=False)),
        ),
        ("plinth-audit can't be deleted", replace(WELL, audit=replace(AUDIT, no_deletion=False))),
        ("plinth-audit has one writer", replace(WELL, audit=replace(AUDIT, writers=None))),
        ("plinth-audit has one writer", replace(WELL, audit=replace(AUDIT, writers=frozenset()))),
        (
            "plinth-audit has one writer",
            replace(WELL, audit=replace(AUDIT, writers=frozenset({"Integration 7", "Team 8"}))),
        ),
        (
            "no tag is named like a branch",
            replace(WELL, impostors=frozenset({"refs/tags/origin/main"})),
        ),
        (
            "tags can't be named like branches",
            replace(WELL, guarded_tags=frozenset({"refs/tags/main"})),
        ),
        *(
            (
                f"{name} is deployed from main only",
                replace(WELL, environments={**ENVIRONMENTS, name: replace(ONLY_MAIN, branches=b)}),
            )
            for name in ENVIRONMENTS
            for b in (None, frozenset({"main", "plinth-audit"}), frozenset({"tag main"}))
        ),
        *(
            (
                f"the secret PLINTH_FORGE_TOKEN is there for {name}",
                replace(
                    WELL,
                    environments={**ENVIRONMENTS, name: replace(ONLY_MAIN, secrets=frozenset())},
                ),
            )
            for name in ENVIRONMENTS
        ),
        *(
            (
                f"{name} is deployed from main only",
                replace(
                    CLOUD, environments={**IN_THE_CLOUD, name: replace(ONLY_MAIN, branches=None)}
                ),
            )
            for name in ("build", "drift", "look")
        ),
        (
            "look is deployed from main only",
            replace(CLOUD, environments={n: e for n, e in IN_THE_CLOUD.items() if n != "look"}),
        ),
        (
            "production has reviewers",
            replace(WELL, environments={**ENVIRONMENTS, "production": UNREVIEWED}),
        ),
        (
            "plan has reviewers",
            replace(CLOUD, environments={**IN_THE_CLOUD, "plan": UNREVIEWED}),
        ),
        (
            "the secret PLINTH_FORGE_TOKEN is out of other branches' reach",
            replace(WELL, secrets=TOKEN),
        ),
        ("workflows may only read by default", replace(WELL, workflow_permissions="write")),
        ("workflows can't approve pull requests", replace(WELL, workflows_approve=True)),
        ("pull requests from forks wait for approval to run", replace(WELL, forks_wait=False)),
        ("no runner is bound to the repository alone", replace(WELL, own_runners=(KEEPER,))),
        *(
            (
                "runner groups take jobs of this repository only",
                replace(WELL, groups=(replace(KEEPERS, repositories=repositories), OTHERS)),
            )
            for repositories in (None, frozenset({REPOSITORY, "team/other"}))
        ),
        *(
            (
                "runner groups take jobs of main's workflows only",
                replace(WELL, groups=(replace(KEEPERS, workflows=workflows), OTHERS)),
            )
            for workflows in (
                None,
                frozenset(),
                frozenset({workflow_of_main(REPOSITORY, "ci")}),
                frozenset({workflow_of_main("team/other", "judge")}),
                frozenset({workflow_of_main(REPOSITORY, "judge").replace("heads/main", "tags/1")}),
                frozenset({f"{REPOSITORY}/.github/workflows/judge.yml"}),
            )
        ),
    ],
)
def test_each_thing_that_is_not_so_is_named_with_what_to_do(item: str, facts: ForgeFacts) -> None:
    assert missing(facts) == [item]
    (found,) = [one for one in checklist(facts) if one.name == item]
    assert found.todo


@pytest.mark.parametrize("name", ["ci", "judge"])
def test_a_check_that_main_does_not_require_is_missing(name: str) -> None:
    others = frozenset(check for check in MAIN.checks if check.name != name)

    assert missing(replace(WELL, main=replace(MAIN, checks=others))) == [
        f"main requires the check {name}",
        f"the check {name} counts only from GitHub Actions",
    ]


def test_an_environment_that_is_not_there_is_missing_with_its_secret() -> None:
    without = {name: rules for name, rules in ENVIRONMENTS.items() if name != "retrain"}

    assert missing(replace(WELL, environments=without)) == [
        "retrain is deployed from main only",
        "the secret PLINTH_FORGE_TOKEN is there for retrain",
    ]


def test_a_repository_of_a_person_can_not_bind_its_runners() -> None:
    assert missing(replace(WELL, own_runners=(KEEPER, OTHER), groups=())) == [
        "no runner is bound to the repository alone",
        "runner groups take jobs of this repository only",
        "runner groups take jobs of main's workflows only",
    ]


def test_a_forge_without_runners_is_named_as_such() -> None:
    assert "a runner of your own is registered" in missing(replace(WELL, groups=()))


def test_environments_of_the_cloud_are_asked_for_only_where_it_is_the_target() -> None:
    names = ("plan has reviewers", "look is deployed from main only")

    assert not set(names) & set(missing(WELL))
    assert set(names) <= set(missing(replace(CLOUD, environments=ENVIRONMENTS)))


def test_each_fault_is_told_apart_by_what_is_so() -> None:
    open_to = replace(
        WELL, environments={**ENVIRONMENTS, "staging": replace(ONLY_MAIN, branches=None)}
    )
    (item,) = [one for one in checklist(open_to) if one.state == "missing"]

    assert item.found == "it is open to every branch"


FACTS = [field.name for field in fields(ForgeFacts) if field.name != "repository"]


@pytest.mark.parametrize("fact", FACTS)
def test_what_the_forge_keeps_to_itself_is_neither_ok_nor_missing(fact: str) -> None:
    items = checklist(replace(WELL, **{fact: CantTell("the forge", "403", "place")}))

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


def test_with_a_queue_that_merges_one_change_at_a_time_nothing_is_missing() -> None:
    queued = replace(WELL, main=replace(MAIN, queue=QUEUE, up_to_date=False))

    assert {item.state for item in checklist(queued)} == {"ok"}
