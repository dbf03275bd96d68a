"""bin/plinth and bin/environment, as a script would call them."""

import subprocess
from pathlib import Path

import pytest


def call(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs a command of the workspace."""
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", [(), ("nothing",), ("--help",), ("uv",)])
def test_an_unknown_service_exits_2_and_lists_the_services(
    words: tuple[str, ...], root: Path, tmp_path: Path
) -> None:
    result = call(root / "bin/plinth", *words, cwd=tmp_path)

    assert result.returncode == 2
    assert "training, gate, inference, delivery" in result.stderr


def test_an_unknown_environment_exits_2(root: Path, tmp_path: Path) -> None:
    result = call(root / "bin/environment", "nothing", cwd=tmp_path)

    assert result.returncode == 2
    assert "no environment nothing" in result.stderr


@pytest.fixture
def small_checkout(sources_copy: Path) -> Path:
    """A checkout whose delivery environment is a stand-in that tells how it was called."""
    python = sources_copy / ".envs" / "delivery" / "bin" / "python"
    python.parent.mkdir(parents=True)
    (python.parents[1] / "lib/python3.11/site-packages").mkdir(parents=True)
    python.write_text(
        '#!/bin/sh\ncase "$*" in *compileall*) exit 0 ;; esac\n'
        'pwd; printf "%s\\n" "$@" "$PLINTH_STATE"; exit 3\n'
    )
    python.chmod(0o755)
    builder = sources_copy / "bin" / "build_environment.py"
    builder.write_text(
        "import sys, pathlib\n"
        "print('built', file=sys.stderr)\n"
        "stamp = pathlib.Path(__file__).parents[1] / '.envs' / sys.argv[1] / 'in-step'\n"
        "stamp.write_text(sys.argv[2])\n"
    )
    return sources_copy


def test_a_command_runs_in_the_users_folder_and_keeps_its_exit_code(
    small_checkout: Path, tmp_path: Path
) -> None:
    words = (small_checkout / "bin/plinth", "delivery", "gate", "a b")
    # A runner's state lies elsewhere.
    result = call("env", "-u", "GITHUB_ACTIONS", *words, cwd=tmp_path)

    assert result.returncode == 3
    assert result.stdout.splitlines() == [
        *(str(tmp_path), "-I", "-m", "delivery", "gate", "a b"),
        str(small_checkout / ".plinth"),
    ]


def test_an_environment_is_built_once_and_again_when_its_lock_changes(
    small_checkout: Path, tmp_path: Path
) -> None:
    def built() -> bool:
        return "built" in call(small_checkout / "bin/environment", "delivery", cwd=tmp_path).stderr

    first, second = built(), built()
    with (small_checkout / "requirements/delivery.txt").open("a") as lock:
        lock.write("# changed\n")
    third = built()

    assert (first, second, third) == (True, False, True)


def test_a_checkout_that_moved_builds_its_environments_again(
    small_checkout: Path, tmp_path: Path
) -> None:
    """Scripts of an environment name its place."""
    call(small_checkout / "bin/environment", "delivery", cwd=tmp_path)
    moved = small_checkout.rename(tmp_path / "moved")

    assert "built" in call(moved / "bin/environment", "delivery", cwd=tmp_path).stderr


def test_a_python_that_is_too_old_is_named(small_checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        (tools / name).write_text("#!/bin/sh\n[ $1 = --version ] && echo Python 3.9.1; exit 1\n")
        (tools / name).chmod(0o755)
    path = f"PATH={tools}:/usr/bin:/bin"

    result = call("env", path, small_checkout / "bin/environment", "delivery", cwd=tmp_path)

    assert result.returncode == 2
    assert "needs Python 3.11 or newer" in result.stderr
    assert "Python 3.9.1" in result.stderr
