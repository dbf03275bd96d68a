"""What git and ssh-keygen say of changes, and the commands around the judge."""

import subprocess
from pathlib import Path

import pytest
from support import change_records, change_world, people
from support.change_records import PRODUCTION
from support.change_world import World
from support.people import email
from typer.testing import CliRunner

from artifacts.records.audit import AuditEvent
from artifacts.ssh_keygen import check_signature
from delivery.changes import commands as promotion
from delivery.changes.findings import ChangeVerdict
from delivery.errors import CommitUnknown, RepositoryUnreadable
from delivery.git.commits import Change, parse_commit
from delivery.git.repository import GitRepository


@pytest.fixture(scope="module")
def promoted(template: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    world = change_world.copy_of(template, tmp_path_factory.mktemp("promoted") / "world")
    world.promote()
    return world


@pytest.fixture
def world(promoted: World, tmp_path: Path) -> World:
    return change_world.copy_of(promoted, tmp_path / "world")


def repository(world: World) -> GitRepository:
    return GitRepository(world.root)


def test_a_commit_says_who_made_it_what_it_did_and_what_is_signed(world: World) -> None:
    (one,) = repository(world).commits("main", "HEAD")
    assert (one.author, one.committer) == (email("max"), email("max"))
    assert [change.path for change in one.changes] == [PRODUCTION]
    checked = check_signature(one.signed, one.signature)
    assert checked.problem == ""
    assert (checked.key, checked.namespace) == (change_records.public(world.keys, "max"), "git")


def test_a_first_commit_did_all_that_it_has(world: World) -> None:
    first = world.git("rev-list", "--max-parents=0", "HEAD")
    own = repository(world)._raw(first, []).changes
    assert {change.before for change in own} == {None}
    assert "Makefile" in {change.path for change in own}


def test_a_merge_that_joins_did_nothing_and_one_that_conflicts_did_all(world: World) -> None:
    world.commit("max", {"README.md": "theirs\n"})
    world.git("checkout", "--quiet", "main")
    world.commit(None, {"Makefile": "ours:\n"})
    clean = world.merge("promote-first")
    assert repository(world).commits(f"{clean}^1", clean)[-1].changes == ()
    assert repository(world).merged(clean, "promote-first") == clean
    world.branch("other", f"{clean}^1")
    world.commit("max", {"README.md": "others\n"})
    assert repository(world).merged("main", "other") is None
    words = ("merge", "--quiet", "--no-edit", "-X", "ours", "main")
    world.git(*world.as_person("max"), *words)
    merge = repository(world).commits("main", "HEAD")[-1]
    assert PRODUCTION in {change.path for change in merge.changes}


def test_what_would_land_is_the_same_commit_each_time(world: World) -> None:
    world.git("checkout", "--quiet", "main")
    world.commit(None, {"README.md": "more\n"})
    door, other = repository(world), repository(world)
    made = [one.merged("main", "promote-first") for one in (door, other)]
    assert made[0] == made[1]
    assert door.parents(made[0] or "") == tuple(
        world.git("rev-parse", name) for name in ("main", "promote-first")
    )
    (change,) = door.changes("main", made[0] or "")
    assert change.path == PRODUCTION
    # It is written beside the clone, which a judge need not be able to write to.
    with pytest.raises(CommitUnknown):
        repository(world).commit(made[0] or "")


def test_histories_that_have_nothing_in_common_are_not_joined(world: World) -> None:
    world.git("checkout", "--quiet", "--orphan", "alone")
    world.commit(None, {"README.md": "x\n"})
    with pytest.raises(RepositoryUnreadable):
        repository(world).merged("main", "alone")


def test_files_that_come_go_and_change_mode_are_changes(world: World) -> None:
    world.branch("odd")
    (world.root / "Makefile").chmod(0o755)
    world.commit("max", {"README.md": None, "new \n\x1b\tname": "x\n"})
    found = {one.path: one for one in repository(world).changes("main", "HEAD")}
    assert found["README.md"].after is None
    mode = found["Makefile"]
    assert (mode.before or "").replace("100644", "100755") == mode.after
    assert found["new \n\x1b\tname"] == Change(
        "new \n\x1b\tname", None, found["new \n\x1b\tname"].after
    )


def test_the_history_of_a_file_is_that_of_main(world: World) -> None:
    world.commit("max", {PRODUCTION: change_records.production(world.payload("second"))})
    merge = world.merge("promote-first")
    names = [name for name, _ in repository(world).history("main", PRODUCTION)]
    assert names == [world.git("rev-list", "--max-parents=0", "main"), merge]
    assert repository(world).history("main", PRODUCTION)[-1][1] == world.now


def test_an_unknown_commit_is_said_to_be_unknown(world: World) -> None:
    with pytest.raises(CommitUnknown):
        world.judge(head="nothing")


def test_two_signatures_in_a_commit_are_none() -> None:
    head = b"tree x\nauthor A <a@x> 1 +0000\ncommitter B <b@x> 1 +0000\n"
    raw = head + b"gpgsig one\n two\ngpgsig three\n\nwords\n"
    made = parse_commit(raw)
    assert (made.author, made.committer) == ("a@x", "b@x")
    assert made.signed == head[:-1] + b"\n\nwords\n"
    assert made.signature == b"one\ntwo\nthree"
    assert check_signature(made.signed, made.signature).problem


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        ((b"words", b""), "it is not signed"),
        ((b"words", b"nothing"), "can't be read"),
        ((b"wordsx", None), "not of these bytes"),
    ],
)
def test_a_signature_that_does_not_hold_says_why(
    world: World, spoil: tuple[bytes, bytes | None], problem: str
) -> None:
    data, signature = spoil
    made = world.signed("x", b"words", "bo", "plinth-approval")
    checked = check_signature(data, made["x.sig"] if signature is None else signature)
    assert problem in checked.problem


def test_a_namespace_that_would_end_the_line_is_not_asked_about(world: World) -> None:
    odd = 'a" ssh-ed25519'
    made = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-q", "-f", str(world.keys / "bo"), "-n", odd],
        input=b"words",
        capture_output=True,
        check=True,
    ).stdout
    assert "can't be read" in check_signature(b"words", made).problem


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Runs a command of the group against the world."""
    paths = {
        "ROOT": world.root, "AUDIT": world.folder / "audit", "AUDIT_HEAD": world.folder / "head",
        "DEPLOY_KEY": world.keys / "delivery", "DEPLOY_SIGNERS": world.keys / "delivery.signers",
    }  # fmt: skip
    unused = ("MODEL_STORE", "PUBLIC_KEY", "GATE_KEY", "GATE_SIGNERS", "REPRODUCTION_SIGNERS",
              "EVIDENCE", "POLICIES", "RELEASES")  # fmt: skip
    for name, path in (dict.fromkeys(unused, world.folder / "nothing") | paths).items():
        monkeypatch.setenv(f"PLINTH_{name}", str(path))
    monkeypatch.setenv("GITHUB_OUTPUT", str(world.folder / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(world.folder / "step.md"))
    return lambda *words: CliRunner().invoke(promotion.app, list(map(str, words)))


def test_judge_change_ends_with_its_decision_and_writes_it_everywhere(world: World, run) -> None:  # type: ignore[no-untyped-def]
    out, summary = world.folder / "made/verdict.json", world.folder / "made/verdict.md"
    words = ("judge-change", "--base", "main", "--head", "HEAD", "--out", out)
    result = run(*words, "--summary", summary, "--record")
    assert result.exit_code == 1, result.output
    assert ChangeVerdict.read(out).decision == "refused"
    step = (world.folder / "step.md").read_text()
    assert step.startswith(summary.read_text())
    assert step.splitlines()[-2].startswith("- audit log: entry ")
    assert (world.folder / "output").read_text() == (
        "decision=refused\nbreak_glass=false\nrollback=false\n"
    )
    assert world.log.entries()[-1].event == "judgement"
    assert run("judge-change", "--base", "main", "--head", "main").exit_code == 0


def test_judge_change_is_undecided_where_main_has_no_people(world: World, run) -> None:  # type: ignore[no-untyped-def]
    world.git("checkout", "--quiet", "main")
    world.commit(None, {"policies/approvers.yaml": None})
    world.branch("topic")
    world.commit("max", {"Makefile": "x:\n"})
    assert run("judge-change", "--base", "main", "--head", "HEAD").exit_code == 2


def test_a_log_that_is_broken_breaks_the_judgement(world: World, run) -> None:  # type: ignore[no-untyped-def]
    (world.folder / "audit/log.jsonl").write_text("")
    result = run("judge-change", "--base", "main", "--head", "HEAD")
    assert result.exception is not None
    assert "audit log" in str(result.exception)


def test_judge_deploy_is_a_command_as_well(world: World, run) -> None:  # type: ignore[no-untyped-def]
    assert run("judge-deploy", "production", "--commit", "main").exit_code == 0
    world.merge("promote-first")
    assert run("judge-deploy", "production", "--commit", "main").exit_code == 1


def test_people_speak_by_command(world: World, run) -> None:  # type: ignore[no-untyped-def]
    base = ("--reason", people.WHY, "--base", "main")

    def by(name: str, role: str) -> tuple[str, ...]:
        return ("--as", name, "--role", role, "--key", str(world.keys / name), *base)

    made = run("approve", *by("ada", "model_owner"))
    assert made.exit_code == 0, made.output
    assert "Commit it" in made.output
    world.commit("ada")
    refused = run("approve", *by("max", "ml_engineer"))
    assert (refused.exit_code, "approved is for" in refused.output) == (1, True)
    rejected = run("reject", *by("bo", "risk_officer"))
    assert rejected.exit_code == 0
    world.commit("bo")
    statement = next(world.root.glob("policies/approvals/*/bo-rejected-*.json"))
    assert run("withdraw", statement, *by("bo", "risk_officer")).exit_code == 0
    glass = run("break-glass", "--hours", "2", *by("cleo", "security_officer"))
    assert glass.exit_code == 0
    world.commit("cleo")
    broken = next(world.root.glob("policies/approvals/*/cleo-break_glass-*.json"))
    assert run("review-break-glass", broken, *by("cleo", "security_officer")).exit_code == 1
    assert run("review-break-glass", broken, *by("bo", "risk_officer")).exit_code == 0


def test_nobody_signs_without_a_key(world: World, run) -> None:  # type: ignore[no-untyped-def]
    words = (
        "--as",
        "ada",
        "--role",
        "model_owner",
        "--reason",
        people.WHY,
        "--base",
        "main",
    )
    result = run("approve", *words, "--key", world.folder / "no-key")
    assert "no-key: there is no such" in " ".join(str(result.exception).split())


def test_the_world_of_these_tests_has_a_log_that_holds(world: World) -> None:
    world.log.append(AuditEvent(event="alias", outcome="done", actor="a test"))
    assert len(world.log.entries(full=True)) == 3
