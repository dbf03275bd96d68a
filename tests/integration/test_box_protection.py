"""What may not be pushed to the box, by git itself, each with its reason."""

from collections.abc import Iterator

import pytest
from support.box_rehearsal import PULL, QUICK, Checkout, rehearsal, workflow


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A box with one merge behind it, and a green pull request of `green`, number 2."""
    with rehearsal(tmp_path_factory.mktemp("box"), QUICK) as checkout:
        checkout.open_green("first", "first.txt")
        checkout.box("pull-request", "merge", "1", "--as", "bob")
        checkout.sync()
        checkout.open_green("green")
        checkout.git("tag", "v1", "main")
        checkout.push("v1", "--push-option=no-wait")
        yield checkout


@pytest.fixture
def box(shared: Checkout) -> Iterator[Checkout]:
    """The shared box, of which a refused push must have changed no ref."""
    shared.sync()
    before = _refs(shared)
    yield shared
    assert _refs(shared) == before


def _refs(checkout: Checkout) -> str:
    return checkout.git("ls-remote", "box").stdout


def _merge(box: Checkout, *heads: str) -> str:
    box.git("switch", "--quiet", "--detach", "main")
    box.git("merge", "--quiet", "--no-ff", "--message=by hand", *heads)
    return box.head()


def test_a_direct_push_is_refused(box: Checkout) -> None:
    box.put("direct.txt", "x")
    box.commit()

    assert "push a branch, and open a pull request" in box.push("main", check=False)


def test_a_revert_of_a_merge_is_refused_as_a_direct_push(box: Checkout) -> None:
    box.git("revert", "--no-edit", "-m", "1", "HEAD")

    assert "push a branch, and open a pull request" in box.push("main", check=False)


def test_a_forced_push_is_refused(box: Checkout) -> None:
    said = box.push("--force", "main~1:main", check=False)

    assert "it never goes back, and is never forced" in said


def test_a_deletion_of_main_is_refused(box: Checkout) -> None:
    assert "it can't be deleted" in box.push("--delete", "main", check=False)


def test_a_status_pushed_by_hand_is_refused(box: Checkout) -> None:
    box.git("notes", "--ref=plinth-status", "add", "--force", "-m", '{"state":"success"}')

    said = box.push("--force", "refs/notes/plinth-status", check=False)

    assert "statuses are written by the runner" in said


@pytest.mark.parametrize("ref", ["refs/pull/2/head", "refs/replace/a", "refs/other"])
def test_a_ref_that_is_no_branch_is_refused(box: Checkout, ref: str) -> None:
    assert "only branches and tags" in box.push(f"main:{ref}", check=False)


def test_a_merge_of_a_branch_without_a_pull_request_is_refused(box: Checkout) -> None:
    box.git("switch", "--quiet", "--detach")
    box.put("unasked.txt", "x")
    merged = _merge(box, box.commit())

    said = box.push(f"{merged}:refs/heads/main", check=False)

    assert "is the head of no open pull request" in said


def test_a_merge_of_three_parents_is_refused(box: Checkout) -> None:
    box.git("switch", "--quiet", "--detach", "main")
    box.put("other.txt", "x")
    other = box.commit()

    said = box.push(f"{_merge(box, 'green', other)}:refs/heads/main", check=False)

    assert "a merge has two parents, and this one has 3" in said


def test_a_merge_that_holds_more_than_its_parents_is_refused(box: Checkout) -> None:
    _merge(box, "green")
    box.put("evil.txt", "x")
    box.git("add", "--all")
    box.git("commit", "--quiet", "--amend", "--no-edit")

    said = box.push(f"{box.head()}:refs/heads/main", check=False)

    assert "the merge holds something else than git makes of its parents" in said


def test_a_merge_that_is_not_made_on_the_tip_is_refused(box: Checkout) -> None:
    """Parents the other way round: main's history would be the branch's."""
    tree = box.head("green^{tree}")
    swapped = box.git("commit-tree", tree, "-p", "green", "-p", "main", "-m", "x").stdout.strip()

    assert "made on its tip" in box.push(f"{swapped}:refs/heads/main", check=False)


def test_a_tag_is_neither_moved_nor_deleted(box: Checkout) -> None:
    moved = box.push("--force", "main~1:refs/tags/v1", check=False)
    deleted = box.push("--delete", "refs/tags/v1", check=False)

    assert "tags are neither moved nor deleted" in moved
    assert "tags are neither moved nor deleted" in deleted


def test_one_refused_ref_refuses_the_whole_push(box: Checkout) -> None:
    said = box.push("main:refs/heads/harmless", "main:refs/other", check=False)

    assert said.count("rejected") == 2


def test_a_merge_of_a_red_head_is_refused_until_it_is_green(shared: Checkout) -> None:
    shared.sync()
    shared.branch("red")
    shared.put("red", "x")
    shared.commit()
    shared.push("red", "--push-option=no-wait")
    opened = shared.box("pull-request", "open", "red", "--wait", check=False)
    number = str(
        shared.json("pull-request", "list", "--branch", "red")[0]["pull_request"]["number"]
    )
    by_command = shared.box("pull-request", "merge", number, "--as", "bob", check=False)
    by_hand = shared.push(f"{_merge(shared, 'red')}:refs/heads/main", check=False)
    shared.git("switch", "--quiet", "red")
    (shared.folder / "red").unlink()
    shared.put("b.txt", "x")
    shared.commit()
    fixed = shared.push("red")
    merged = shared.push(f"{_merge(shared, 'red')}:refs/heads/main", "--push-option=as=bob")
    state = shared.json("pull-request", "show", number)["pull_request"]

    assert opened.returncode == 1
    assert "red: judge success (run " in opened.stdout
    assert ", ci failure (run " in opened.stdout
    assert by_command.returncode == 1
    assert "the check ci is red (run " in by_command.stderr
    assert "the check ci is red (run " in by_hand
    assert "green: judge success" in fixed
    assert ", ci success" in fixed
    assert "rejected" not in merged
    assert (state["state"], state["merged_by"]) == ("merged", "bob")


def test_a_judgement_made_before_main_moved_is_made_anew(shared: Checkout) -> None:
    shared.sync()
    shared.open_green("one", "one.txt")
    shared.git("switch", "--quiet", "main")
    shared.open_green("two", "two.txt")
    one, two = (
        str(shared.json("pull-request", "list", "--branch", name)[0]["pull_request"]["number"])
        for name in ("one", "two")
    )
    shared.box("pull-request", "merge", one, "--as", "bob")
    shared.sync()
    by_hand = shared.push(f"{_merge(shared, 'two')}:refs/heads/main", check=False)
    merged = shared.box("pull-request", "merge", two, "--as", "bob")

    assert "the check judge was made before main moved" in by_hand
    assert "judging it against main as it is now" in merged.stdout


def test_a_branch_cannot_bring_its_own_judge(shared: Checkout) -> None:
    """The judge is the base: main's workflow says no, whatever a branch calls its own."""
    shared.sync()
    shared.branch("sly")
    shared.put("refused", "x")
    shared.put(".github/workflows/judge.yml", workflow("judge", PULL, "true"))
    shared.commit()
    shared.push("sly", "--push-option=no-wait")
    shared.box("pull-request", "open", "sly", "--wait", check=False)
    view = shared.json("pull-request", "list", "--branch", "sly")[0]
    number = str(view["pull_request"]["number"])
    merged = shared.box("pull-request", "merge", number, "--as", "bob", check=False)

    assert "the check judge is red" in merged.stderr
    judged = {(s["event"], s["state"]) for s in view["statuses"] if s["context"] == "judge"}
    assert judged == {("pull_request", "success"), ("pull_request_target", "failure")}
