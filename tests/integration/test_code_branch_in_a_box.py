"""What a branch of code needs to be tested in a rehearsal's box: environments, built offline."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.box_rehearsal import workflow
from support.checkout import commit_all, git

from rehearsal.checkout import committed_copy
from rehearsal.make_box import Rehearsal, destroy_box, make_box

pytestmark = pytest.mark.machine
ROOT = Path(__file__).parents[2]
BUILDS = workflow(
    "ci",
    "  pull_request:\n  push:\n    branches-ignore: [main]\n",
    "bin/environment dev inference",
    ".venv/bin/ruff check --quiet libs/walls && .venv/bin/mypy --version",
    ".venv/bin/python bin/isolation.py pages",
    "bin/plinth inference --help | grep -q Usage && echo 'the service starts'",
)


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """A box over this working tree, whose ci builds, checks and starts what it needs."""
    folder = tmp_path_factory.mktemp("rehearsal")
    source = committed_copy(ROOT, folder / "source")
    for file in (source / ".github/workflows").iterdir():
        file.unlink()
    (source / ".github/workflows/ci.yml").write_text(BUILDS)
    commit_all(source, "A ci that builds")
    made = make_box(folder / "box", ROOT, source)
    try:
        yield made
    finally:
        destroy_box(folder / "box", ROOT)


def test_a_branch_builds_every_environment_in_its_room_from_what_the_box_lends(
    rehearsal: Rehearsal, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(rehearsal.setting.origin), str(clone))
    git(clone, "switch", "--quiet", "--create", "code")
    # Another lock of a service, which no environment that the box lends was built from.
    with (clone / "requirements/inference.txt").open("a") as lock:
        lock.write("# changed\n")
    commit_all(clone, "Change what the service is built from")
    git(clone, "push", "--quiet", "--push-option=as=max", "--push-option=no-wait", "origin", "code")
    run = rehearsal.plinth("box", "wait", "code")

    assert "a room without keys, state and network" in run
    assert "isolation: 1 passed, 0 failed" in run
    assert "the service starts" in run
    assert "success" in run
