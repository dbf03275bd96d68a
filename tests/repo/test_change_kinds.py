"""Every file of the project is of a kind of change on purpose."""

from pathlib import Path

from delivery.changes.path_kinds import PLACES, place_of


def test_every_tracked_file_is_classified_on_purpose(
    project_files: tuple[Path, ...], root: Path
) -> None:
    names = [path.relative_to(root).as_posix() for path in project_files]
    assert [name for name in names if place_of(name) is None] == []


def test_every_place_without_a_file_is_one_that_the_loop_fills(
    project_files: tuple[Path, ...], root: Path
) -> None:
    names = [path.relative_to(root).as_posix() for path in project_files]
    empty = {one.path for one in PLACES if not any(one.holds(name) for name in names)}
    assert empty <= {
        "releases/reports/", "policies/approvals/", "policies/holdouts/", "policies/keys/",
        "dvc.lock", ".dvc/", "**/.dvcignore", "**/*.dvc",
        # Names that nobody should add: a change with one is the strictest.
        "**/.gitmodules", "**/*.pth", "**/sitecustomize.py", "**/usercustomize.py",
    }  # fmt: skip
