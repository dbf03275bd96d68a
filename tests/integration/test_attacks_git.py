"""Attacks on what the judge reads in git: refs, objects, trees and names of files."""

import os
import subprocess

import pytest
from support.change_world import World

from delivery.changes.findings import ChangeVerdict
from delivery.errors import RepositoryUnreadable
from delivery.git.repository import GitRepository

PEOPLE = "policies/approvers.yaml"


def problems(verdict: ChangeVerdict) -> dict[str, str]:
    """Rules that are broken, with their reasons."""
    found: dict[str, str] = {}
    for one in verdict.problems:
        found[one.rule] = found.get(one.rule, "") + one.reason + "\n"
    return found


def raw_git(world: World, *words: str, data: bytes = b"") -> str:
    """Run git over bytes."""
    done = subprocess.run(
        ["git", "-C", str(world.root), *words],
        input=data,
        capture_output=True,
        check=True,
        env={"PATH": os.defpath, "GIT_CONFIG_GLOBAL": os.devnull},
    )
    return done.stdout.decode().strip()


def tree(world: World, *entries: tuple[str, bytes, str]) -> str:
    """Write a tree as it is given: no command of git would make it so."""
    data = b"".join(m.encode() + b" " + name + b"\0" + bytes.fromhex(o) for m, name, o in entries)
    return raw_git(world, "hash-object", "-t", "tree", "-w", "--stdin", "--literally", data=data)


def entries_of(world: World, name: str) -> list[tuple[str, bytes, str]]:
    """Read a tree's entries."""
    found = []
    for line in raw_git(world, "ls-tree", name).splitlines():
        facts, path = line.split("\t", 1)
        mode, _, blob = facts.split()
        found.append((mode.lstrip("0"), path.encode(), blob))
    return found


def commit_tree(world: World, made: str) -> str:
    """Commit a tree on main, on the branch `crafted`."""
    who = world.as_person(None)
    commit = world.git(*who, "commit-tree", made, "-p", "main", "-m", "crafted")
    world.git("update-ref", "refs/heads/crafted", commit)
    return commit


def blob(world: World, data: bytes = b"x\n") -> str:
    return raw_git(world, "hash-object", "-w", "--stdin", data=data)


def with_entry(world: World, mode: str, name: bytes, made: str) -> str:
    """Commit main's tree with one more entry in its root, where git would sort it."""
    entries = [*entries_of(world, "main"), (mode, name, made)]
    order = sorted(entries, key=lambda one: one[1] + (b"/" if one[0] == "40000" else b""))
    return commit_tree(world, tree(world, *order))


# Names of files.

ODD_NAMES = [
    b"docs/a\nb.md",
    b"docs/a\x1b[2Jb.md",
    b"docs/\xff\xfe.md",
    b"docs/a\\b.md",
    b"docs/-rf",
    b"docs/<img src=x>.md",
    "docs/\u202egpj.md".encode(),
    "docs/caf\u00e9.md".encode(),
    b"docs/" + b"x" * 201,
    b"docs/" + b"/".join([b"y" * 100] * 5),
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_that_is_not_plain_is_refused_wherever_it_lies(world: World, name: bytes) -> None:
    *folders, last = name.split(b"/")
    made = tree(world, ("100644", last, blob(world)))
    for folder in reversed(folders[1:]):
        made = tree(world, ("40000", folder, made))
    commit = with_entry(world, "40000", folders[0], made)
    verdict = world.judge("main", commit)
    assert verdict.decision == "refused"
    assert "docs/" in problems(verdict)["plain_names"]
    assert "judge" in verdict.kinds
    assert all(text.isprintable() for text in problems(verdict)["plain_names"].splitlines())


@pytest.mark.parametrize("name", [b"docs/../Makefile", b"..", b".", b"", b".git", b".GIT"])
def test_an_entry_whose_name_leads_elsewhere_is_refused(world: World, name: bytes) -> None:
    verdict = world.judge("main", with_entry(world, "100644", name, blob(world)))
    assert verdict.decision == "refused"
    assert problems(verdict)["plain_names"]


def test_two_entries_of_one_name_are_refused(world: World) -> None:
    found = entries_of(world, "main")
    makefile = next(one for one in found if one[1] == b"Makefile")
    twice = [*found, ("100644", makefile[1], blob(world, b"evil:\n"))]
    made = tree(world, *sorted(twice, key=lambda one: one[1] + b"/" * (one[0] == "40000")))
    reason = problems(world.judge("main", commit_tree(world, made)))["plain_names"]
    assert "Makefile: its folder has a second entry of that name" in reason


def test_a_twin_that_differs_in_case_alone_is_refused(world: World) -> None:
    world.branch("twin")
    world.commit("max", {"ReadMe.md": "x\n"})
    assert "a twin in other case" in problems(world.judge())["plain_names"]


@pytest.mark.parametrize("mode", ["100664", "100600", "644", "0100644"])
def test_a_mode_that_git_never_writes_is_refused(world: World, mode: str) -> None:
    verdict = world.judge("main", with_entry(world, mode, b"SECURITY.md", blob(world)))
    assert "which git never writes" in problems(verdict)["plain_names"]


def test_entries_that_are_not_in_gits_order_are_refused(world: World) -> None:
    made = tree(world, ("100644", b"b.md", blob(world)), ("100644", b"a.md", blob(world)))
    verdict = world.judge("main", with_entry(world, "40000", b"docs", made))
    assert "not in git's order" in problems(verdict)["plain_names"]


def test_an_odd_name_in_a_commit_between_is_refused_too(world: World) -> None:
    with_entry(world, "100644", b"docs/../Makefile", blob(world))
    world.git("branch", "--force", "between", "crafted")
    last = world.git(
        *world.as_person(None), "commit-tree", "main^{tree}", "-p", "between", "-m", "gone"
    )
    world.write("docs/a.md", "x\n")
    world.git("add", "--all")
    made = world.git("write-tree")
    last = world.git(*world.as_person(None), "commit-tree", made, "-p", last, "-m", "more")
    assert "Makefile" in problems(world.judge("main", last))["plain_names"]


def test_what_main_has_already_stops_no_other_change_of_its_folder(world: World) -> None:
    world.git("checkout", "--quiet", "main")
    world.commit(None, {"docs/a b.md": "x\n"})
    world.branch("words")
    world.commit("max", {"docs/c.md": "x\n"})
    assert world.judge().allowed
    world.commit("max", {"docs/a b.md": None})
    assert set(problems(world.judge())) == {"change_approved"}


def test_plain_names_are_allowed(world: World) -> None:
    world.branch("words")
    world.commit("max", {"docs/a-b_c.d+e=f,g@h/1.md": "x\n"})
    assert world.judge().allowed


# Refs and objects.


def test_a_tag_called_main_is_not_taken_for_main(world: World) -> None:
    world.branch("promote")
    world.git("tag", "main", "promote")
    with pytest.raises(RepositoryUnreadable, match="names refs/heads/main and refs/tags/main"):
        world.judge("main", "HEAD")
    world.commit("max", {"Makefile": "evil:\n"})
    verdict = world.judge("refs/heads/main", "refs/heads/promote")
    assert verdict.base == world.git("rev-parse", "refs/heads/main")
    assert "change_approved" in problems(verdict)


def test_a_tag_in_the_place_of_a_missing_branch_is_no_branch(world: World) -> None:
    world.git("update-ref", "refs/tags/refs/remotes/origin/main", "main")
    with pytest.raises(Exception, match="there is no commit refs/remotes/origin/main"):
        world.judge("refs/remotes/origin/main", "main")


def test_replaced_objects_change_nothing_that_the_judge_reads(world: World) -> None:
    world.branch("evil")
    evil = world.commit("max", {"Makefile": "evil:\n"})
    world.git("replace", evil, "main")
    assert "change_approved" in problems(world.judge("main", evil))
    world.git("replace", "--delete", evil)
    makefile, other = world.git("rev-parse", f"{evil}:Makefile"), blob(world, b"all:\n")
    world.git("replace", makefile, other)
    assert GitRepository(world.root).file(evil, "Makefile") == b"evil:\n"


def test_a_grafted_clone_is_not_judged_in(world: World) -> None:
    world.branch("evil")
    evil = world.commit("max", {"Makefile": "evil:\n"})
    world.commit("max", {"README.md": "more\n"})
    info = world.root / ".git/info"
    info.mkdir(exist_ok=True)
    (info / "grafts").write_text(f"{world.git('rev-parse', 'main')} {evil}\n")
    with pytest.raises(RepositoryUnreadable, match="replaces parents of commits: remove"):
        world.judge("main", "HEAD")


def test_a_shallow_clone_is_not_judged_in(world: World) -> None:
    clone = world.folder / "clone"
    url = f"file://{world.root}"
    world.git("clone", "--quiet", "--depth", "1", "--branch", "main", url, str(clone))
    with pytest.raises(RepositoryUnreadable, match="run `git fetch --unshallow`"):
        GitRepository(clone).commit("main")


def test_variables_of_git_in_the_environment_change_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.branch("evil")
    evil = world.commit("max", {"Makefile": "evil:\n"})
    grafts = world.folder / "grafts"
    grafts.write_text(f"{evil}\n")
    for name, value in {
        "GIT_DIR": str(world.folder / "nowhere"),
        "GIT_GRAFT_FILE": str(grafts),
        "GIT_OBJECT_DIRECTORY": str(world.folder / "nowhere"),
        "GIT_NAMESPACE": "other",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.hooksPath",
        "GIT_CONFIG_VALUE_0": str(world.folder),
        "GIT_TRACE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    repository = GitRepository(world.root)
    assert repository.parents(evil) == (repository.commit("refs/heads/main"),)


def test_merge_drivers_and_attributes_of_the_clone_are_not_asked(world: World) -> None:
    world.git("checkout", "--quiet", "main")
    world.commit(None, {"README.md": "a\nb\nc\n", ".gitattributes": "README.md merge=mine\n"})
    world.branch("theirs")
    world.commit("max", {"README.md": "a\ntheirs\nc\n"})
    world.git("checkout", "--quiet", "main")
    world.commit(None, {"README.md": "a\nours\nc\n"})
    witness = world.folder / "witness"
    world.git("config", "merge.mine.driver", f"touch {witness}; true")
    (world.root / ".git/info").mkdir(exist_ok=True)
    (world.root / ".git/info/attributes").write_text("README.md merge=mine\n")
    assert "lands" in problems(world.judge("main", "theirs"))
    assert not witness.exists()


def test_an_object_that_is_not_what_its_name_says_is_found(world: World) -> None:
    good, bad = blob(world, b"good\n"), blob(world, b"evil\n")
    objects = world.root / ".git/objects"
    place, source = (objects / name[:2] / name[2:] for name in (good, bad))
    place.chmod(0o644)
    place.write_bytes(source.read_bytes())
    with pytest.raises(RepositoryUnreadable, match="not what its name says"):
        GitRepository(world.root).blob(good, 100)
