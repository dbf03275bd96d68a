"""Which merges of main a deploy judges again, and what stands against them."""

from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml
from support.change_facts import COMMIT, approved, change, facts, log
from support.people import NOON, people

from artifacts.records.audit import AuditEntry
from delivery.changes.facts import ChangeFacts
from delivery.changes.findings import ChangeVerdict, Finding
from delivery.changes.judge_merges import JudgeMerges, MergeVerdict, against
from delivery.changes.judgement import judge_change
from delivery.changes.path_kinds import Kind
from delivery.git.commits import Change

MAIN = tuple(f"{n:040x}" for n in range(1, 6))
"""Main's line, oldest first."""
NOBODY = b"kind: approvers\npersons: {}\n"
EVERYBODY = yaml.safe_dump(people().model_dump(mode="json", exclude_none=True)).encode()
EMPTIED = ((MAIN[0], None), (MAIN[1], NOBODY), (MAIN[2], EVERYBODY), (MAIN[3], NOBODY))


@dataclass
class Line:
    """A repository that has main's line, and what each of its commits changed."""

    brought: dict[str, tuple[Change, ...]] = field(default_factory=dict)
    people: tuple[tuple[str, bytes | None], ...] = EMPTIED
    facts: ChangeFacts = field(default_factory=lambda: facts("judge"))
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    squashed: tuple[str, ...] = ()

    def changes(self, before: str, after: str) -> tuple[Change, ...]:
        assert MAIN.index(before) + 1 == MAIN.index(after)
        return self.brought.get(after, ())

    def first_parents(self, commit: str) -> tuple[str, ...]:
        return MAIN[: MAIN.index(commit) + 1]

    def parents(self, commit: str) -> tuple[str, ...]:
        return (MAIN[MAIN.index(commit) - 1], "b" * 40)[: 1 if commit in self.squashed else 2]

    def history(self, _commit: str, _path: str) -> tuple[tuple[str, Any], ...]:
        return tuple((name, NOON) for name, _ in self.people)

    def file(self, commit: str, _path: str) -> bytes | None:
        return dict(self.people)[commit]

    def gather(self, base: str, head: str, *, later: str) -> ChangeFacts:
        self.asked.append((base, head, later))
        return self.facts


def merges(line: Line) -> JudgeMerges:
    return JudgeMerges(line, line.gather)  # type: ignore[arg-type] - what it asks of them


def since(line: Line, known: str | None = MAIN[0], commit: str = MAIN[4]) -> list[MergeVerdict]:
    return list(merges(line).since(known, commit))


def test_a_merge_of_the_judge_that_nobody_approved_is_found_with_what_to_type() -> None:
    line = Line({MAIN[2]: change("judge")})
    (found,) = since(line)
    assert (found.parent, found.commit) == (MAIN[1], MAIN[2])
    assert line.asked == [(MAIN[1], MAIN[2], MAIN[4])]
    assert {one.rule for one in found.problems} == {"change_approved"}
    assert f"commit {MAIN[2][:12]} changed judge and got around the judge" in found.reason
    assert f"git diff {MAIN[1][:12]} {MAIN[2][:12]}" in found.reason
    assert f"--base {MAIN[1][:12]} --head {MAIN[2][:12]}" in found.reason


@pytest.mark.parametrize(
    "kind", ["judge", "policy", "keys", "holdout", "approvals", "reports", "staging_release"]
)
def test_every_kind_but_words_data_and_code_is_judged(kind: Kind) -> None:
    line = Line({MAIN[1]: change(kind)})
    since(line)
    assert line.asked == [(MAIN[0], MAIN[1], MAIN[4])]


HARMLESS = ("docs/x.md", "data/x.csv", "services/training/README.md")


@pytest.mark.parametrize("paths", [*((one,) for one in HARMLESS), HARMLESS])
def test_words_data_and_code_alone_are_not(paths: tuple[str, ...]) -> None:
    harmless = tuple(Change(path, None, "100644 new") for path in paths)
    line = Line({MAIN[1]: harmless, MAIN[2]: (*harmless, *change("judge"))})
    since(line)
    assert line.asked == [(MAIN[1], MAIN[2], MAIN[4])]


def test_a_merge_that_was_approved_is_not_found() -> None:
    line = Line({MAIN[2]: change("judge")}, facts=approved(facts("judge"), "ada", "bo", "cleo"))
    assert since(line) == []
    assert line.asked


def test_what_comes_after_a_known_commit_is_judged_and_nothing_before() -> None:
    line = Line(dict.fromkeys(MAIN[1:], change("judge")))
    found = since(line, MAIN[2])
    assert [one.commit for one in found] == list(MAIN[3:])


def test_a_known_commit_that_is_not_on_main_leaves_all_of_main_to_be_judged() -> None:
    line = Line(dict.fromkeys(MAIN[1:], change("judge")))
    assert [one.commit for one in since(line, COMMIT)] == list(MAIN[1:])


def test_without_a_known_one_it_begins_where_main_first_names_people() -> None:
    line = Line(dict.fromkeys(MAIN[1:], change("judge")))
    assert merges(line).beginning(MAIN[4]) == MAIN[2]
    assert [one.commit for one in since(line, None)] == list(MAIN[3:])


@pytest.mark.parametrize("data", [None, NOBODY, b"kind: approvers\npersons: 1\n"])
def test_a_main_that_never_named_anybody_begins_now(data: bytes | None) -> None:
    line = Line(people=((MAIN[1], data),))
    assert merges(line).beginning(MAIN[4]) == MAIN[4]


def deploy(commit: str | None, environment: str = "staging", **more: Any) -> dict[str, Any]:
    return {"event": "deploy", "environment": environment, "commit": commit} | more


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], None),
        ([deploy(MAIN[1])], MAIN[1]),
        ([deploy(MAIN[1], "production")], MAIN[1]),
        ([deploy(MAIN[3]), deploy(MAIN[1])], MAIN[3]),
        ([deploy(MAIN[1], outcome="done")], None),
        ([deploy(MAIN[1], outcome="refused")], None),
        ([deploy(COMMIT)], None),
        ([deploy(None)], None),
        ([{"event": "verification", "environment": "staging", "commit": MAIN[1]}], None),
    ],
)
def test_the_last_commit_that_was_deployed_and_verified_is_known(
    events: list[dict[str, Any]], expected: str | None
) -> None:
    entries: tuple[AuditEntry, ...] = log(*events)
    assert merges(Line()).last_deployed(entries, MAIN[4]) == expected


def verdict_of(*findings: Finding) -> ChangeVerdict:
    return judge_change(facts("judge")).model_copy(update={"findings": findings})


RELEASED = ("code_on_main", "gate_reports", "payload_approved", "readable", "staging_verified")
REFUSED = {
    name: Finding(rule=name, outcome="refused", reason="so")
    for name in ("authors", "lands", *RELEASED)
}
APPROVED = Finding(rule="change_approved", outcome="passed", reason="so")


@pytest.mark.parametrize("rule", RELEASED)
def test_rules_about_the_release_are_left_to_its_own_judgement(rule: str) -> None:
    assert against(verdict_of(REFUSED[rule])) == ()


def test_any_other_rule_stands_against_it_whoever_approved() -> None:
    verdict = verdict_of(APPROVED, REFUSED["lands"], REFUSED["authors"])
    assert against(verdict) == (REFUSED["lands"], REFUSED["authors"])


def test_who_signed_is_made_good_by_the_approval_of_its_files_alone() -> None:
    assert against(verdict_of(REFUSED["authors"])) == (REFUSED["authors"],)
    assert against(verdict_of(APPROVED, REFUSED["authors"])) == ()
    lacking = Finding(rule="change_approved", outcome="refused", reason="so")
    assert against(verdict_of(lacking, REFUSED["authors"])) == (lacking, REFUSED["authors"])


def test_a_merge_without_a_branch_is_likely_a_squash_and_that_is_said() -> None:
    line = Line({MAIN[2]: change("judge"), MAIN[3]: change("judge")}, squashed=(MAIN[2],))

    squashed, joined = since(line)

    assert f"{MAIN[2][:12]} joins no branch: it is likely a squash or rebase merge" in (
        squashed.reason
    )
    assert "bin/plinth delivery check-forge" in squashed.reason
    assert "squash" not in joined.reason
