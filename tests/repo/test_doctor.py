"""bin/plinth doctor: one page of what a machine has and lacks; nothing is changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.users import IS_ROOT, SETPRIV

READS = ("bin", "libs/walls")

PROGRAMS = ("sh", "env", "readlink", "git", "ssh-keygen", "make", "unshare", "setpriv", "bwrap")
PROGRAMS += ("cat", "python3", "dirname", "test")
OLD_GIT = '#!/bin/sh\n[ "$1" = version ] && { echo git version 2.34.1; exit; }\nexec %s "$@"\n'


class Machine:
    """A checkout of committed files and a PATH of its own, whose programs a test takes away."""

    def __init__(self, checkout: Path, tools: Path, home: Path) -> None:
        self.checkout = checkout
        self.tools = tools
        for name in PROGRAMS:
            found = sys.executable if name == "python3" else shutil.which(name)
            if found:
                (tools / name).symlink_to(Path(found).resolve())
        self.variables = {"PATH": str(tools), "HOME": str(home), "LANG": "C.UTF-8"}

    def replace(self, name: str, text: str = "") -> None:
        """Put a script in place of a program; none takes the program away."""
        (self.tools / name).unlink()
        if text:
            (self.tools / name).write_text(text)
            (self.tools / name).chmod(0o755)

    def doctor(self, *start: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run it; `start` is what starts it as somebody else, variables stand above the usual."""
        given = {n: v for n, v in (self.variables | variables).items() if v}
        return subprocess.run(
            [*start, self.checkout / "bin/plinth", "doctor"],
            env=given,
            cwd="/",
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )


@pytest.fixture
def machine(root: Path, tmp_path: Path) -> Machine:
    """What doctor reads of a checkout, below a folder that every user may enter."""
    for folder in tmp_path.parents:
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    tmp_path.chmod(0o755)
    checkout, tools, home = (tmp_path / name for name in ("a plinth", "tools", "home"))
    for folder in (checkout, tools, home):
        folder.mkdir()
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("bin", "libs/walls/src", "requirements"):
        shutil.copytree(root / name, checkout / name, ignore=ignore)
    subprocess.run(["git", "init", "--quiet", checkout], check=True)
    return Machine(checkout, tools, home)


def rows(text: str) -> dict[str, str]:
    """The findings of a page by topic, each as mark and words on one line."""
    found: dict[str, str] = {}
    topic = ""
    for line in text.splitlines():
        mark, name = line[2:9].strip(), line[9:21].strip()
        if mark in {"ok", "note", "LACKS"}:
            topic = name
            found[topic] = f"{mark} {line[21:]}"
        elif topic and line.startswith(" " * 21):
            found[topic] += f" {line.strip()}"
    return found


def files_below(folder: Path) -> list[tuple[str, int]]:
    """Every file and folder below, with the time of its last change."""
    return sorted((str(path), path.lstat().st_mtime_ns) for path in folder.rglob("*"))


def test_a_machine_that_has_everything_lacks_nothing_and_nothing_is_changed(
    machine: Machine,
) -> None:
    before = files_below(machine.checkout), files_below(Path(machine.variables["HOME"]))

    done = machine.doctor()

    assert done.stderr == ""
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1] == "Nothing is lacking. Type next: make"
    assert (files_below(machine.checkout), files_below(Path(machine.variables["HOME"]))) == before
    short = done.stdout.replace(str(machine.checkout.parent), "/x")  # a path is never broken
    assert max(map(len, short.splitlines())) <= 100
    assert len(done.stdout.splitlines()) <= 60
    assert {"python", "git", "openssh", "make", "sandbox", "user", "locale", "checkout", "home"} < (
        set(rows(done.stdout))
    )
    assert {"temporary", "disk", "cores", "memory", "packages", "set up"} < set(rows(done.stdout))


def test_three_broken_things_are_named_with_what_they_break_and_what_to_type(
    machine: Machine,
) -> None:
    machine.replace("git", OLD_GIT % Path(str(shutil.which("git"))).resolve())
    machine.replace("bwrap")
    machine.replace("setpriv")
    machine.replace("ssh-keygen")

    done = machine.doctor()

    found = rows(done.stdout)
    assert done.returncode == 1
    assert found["git"].startswith("LACKS needs git 2.38 or newer, this is 2.34.1")
    assert "does not work: make demo, make box" in found["git"]
    assert found["openssh"].startswith("LACKS ssh-keygen is not on PATH does not work: make setup")
    assert found["sandbox"].startswith("LACKS no wall: bubblewrap: bwrap is not on PATH")
    assert "deploying production from here" in found["sandbox"]
    for topic in ("git", "openssh", "sandbox"):
        assert " do: " in found[topic], topic
    last = "3 lacking: git, openssh, sandbox. All else works."
    assert done.stdout.splitlines()[-1] == last


@pytest.mark.parametrize(
    ("program", "text", "topic", "words"),
    [
        ("git", "", "git", "LACKS not there does not work: everything"),
        ("make", "", "make", "LACKS make is not on PATH"),
        ("make", "#!/bin/sh\necho usage: make; exit 2\n", "make", "LACKS another make than GNU's"),
        ("make", "#!/bin/sh\necho GNU Make 3.80\n", "make", "LACKS needs GNU make 3.81 or newer"),
        ("git", "#!/bin/sh\necho git version 2.51.0.rc1\n", "git", "ok 2.51.0"),
        ("git", "#!/bin/sh\necho oh; exit 1\n", "git", "LACKS oh"),
        ("bwrap", "#!/bin/sh\nexec '/bin/true'\n", "sandbox", "user, tried"),
        (
            *("ssh-keygen", "#!/bin/sh\necho No user exists for uid 7; exit 255\n", "openssh"),
            "LACKS ssh-keygen can't sign: No user exists for uid 7",
        ),
    ],
)
def test_a_program_that_is_missing_old_or_another_is_found(
    program: str, text: str, topic: str, words: str, machine: Machine
) -> None:
    if words.startswith("user") and not IS_ROOT:
        words = "LACKS no wall"
    machine.replace(program, text)

    assert words in rows(machine.doctor().stdout)[topic]


def test_a_python_that_is_too_old_gives_one_line(machine: Machine) -> None:
    machine.replace("python3", "#!/bin/sh\n[ $1 = --version ] && echo Python 3.9.1 && exit; exit 1")

    done = machine.doctor()

    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "needs Python 3.11 or newer as python3; Python 3.9.1 is what is there" in line
    assert "apt-get install python3.11" in line


def test_no_python_gives_one_line(machine: Machine) -> None:
    machine.replace("python3")

    done = machine.doctor()

    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "no Python is what is there, so no command works" in line


def test_a_plain_locale_and_no_home_are_told_of_and_stop_nothing(machine: Machine) -> None:
    done = machine.doctor(LANG="C", HOME="")

    found = rows(done.stdout)
    assert found["locale"].startswith("ok LANG=C")
    assert found["home"].startswith("note HOME is not set")
    assert done.returncode == 0, done.stdout


def test_a_locale_that_is_not_installed_is_a_note(machine: Machine) -> None:
    found = rows(machine.doctor(LC_ALL="xx_XX.UTF-8").stdout)

    assert "this system has no such locale" in found["locale"]
    assert "do: export LC_ALL=C.UTF-8" in found["locale"]


def test_a_temporary_folder_that_is_missing_is_named(machine: Machine, tmp_path: Path) -> None:
    found = rows(machine.doctor(TMPDIR=f"{tmp_path}/gone").stdout)

    assert f"mkdir -p '{tmp_path}/gone', or unset TMPDIR" in found["TMPDIR"]


def test_no_secret_of_an_index_or_a_proxy_is_printed(machine: Machine, tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nindex-url = https://me:hunter2@index.example:8443/simple?t=hunter2\n"
    )

    done = machine.doctor(
        PIP_CONFIG_FILE=str(config),
        https_proxy="http://user:hunter2@proxy.example:3128",
        UV_DEFAULT_INDEX="",
    )

    found = rows(done.stdout)
    assert "hunter2" not in done.stdout + done.stderr
    assert "https://index.example:8443/simple" in found["packages"]
    assert "https by http://proxy.example:3128" in found["proxy"]


def test_an_index_that_is_switched_off_breaks_the_setup(machine: Machine) -> None:
    found = rows(machine.doctor(PIP_NO_INDEX="1").stdout)

    assert "does not work: make setup" in found["packages"]


def test_a_state_folder_that_is_no_path_is_refused_as_commands_refuse_it(machine: Machine) -> None:
    done = machine.doctor(PLINTH_STATE="state")

    assert "must be an absolute path" in rows(done.stdout)["state"]
    assert done.returncode == 1


def test_a_checkout_that_is_no_clone_is_told_of(machine: Machine) -> None:
    shutil.rmtree(machine.checkout / ".git")

    assert "is no clone" in rows(machine.doctor().stdout)["clone"]


@pytest.mark.skipif(not IS_ROOT, reason="not root here")
def test_another_user_is_told_what_it_cannot_write_and_that_it_has_no_name(
    machine: Machine,
) -> None:
    (machine.tools / "python3").unlink()
    (machine.tools / "python3").symlink_to("/usr/bin/python3")  # the tests' own may lie in a home
    other = [str(SETPRIV), "--reuid", "60123", "--regid", "60123", "--clear-groups"]

    done = machine.doctor(*other)

    found = rows(done.stdout)
    assert done.returncode == 1, done.stderr
    assert found["user"].startswith("LACKS number 60123, which has no name here")
    assert "belongs to another user" in found["clone"]
    assert "can't be written (owned by" in found["checkout"]
    assert "can't be written" in found["state"]
    assert "does not work: make setup" in found["state"]
    assert "No user exists for uid 60123" in found["openssh"]


def test_what_can_not_be_looked_at_hides_nothing_else(
    machine: Machine,
) -> None:
    script = machine.checkout / "bin/doctor_programs.py"
    broken = script.read_text().replace(
        'code, text = ran("git", "version")', "raise OSError('odd')"
    )
    script.write_text(broken)

    found = rows(machine.doctor().stdout)

    assert "could not be looked at: OSError: odd" in found["git"]
    assert "signs and verifies" in found["openssh"]


@pytest.mark.parametrize(("version", "told"), [("2.34.1", True), ("2.38.0", False), ("3.0", False)])
def test_the_setup_says_once_that_a_git_is_too_old(
    version: str, told: bool, machine: Machine
) -> None:
    machine.replace("git", f"#!/bin/sh\necho git version {version}\n")
    words = (
        "import build_environment as b; b._warn_of_an_old_git('dev'); b._warn_of_an_old_git('host')"
    )
    done = subprocess.run(
        [sys.executable, "-c", words],
        cwd=machine.checkout / "bin",
        env=machine.variables,
        capture_output=True,
        text=True,
        check=True,
    )

    assert (f"needs git 2.38 or newer, this is {version}" in done.stderr) == told
    assert len(done.stderr.splitlines()) == 2 * told


@pytest.mark.skipif(not IS_ROOT, reason="only root mounts without a namespace of users")
def test_little_shared_memory_and_a_folder_that_runs_nothing_are_seen(
    machine: Machine, tmp_path: Path
) -> None:
    """Mounted for this one command; the machine's own stay as they are."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    mount = f"{shutil.which('mount')} -t tmpfs none -o"
    mounts = f'{mount} size=4k /dev/shm; {mount} noexec "$TMPDIR"; exec "$@"'
    start = ("unshare", "--mount", "sh", "-ec", mounts, "mounted")

    found = rows(machine.doctor(*start, TMPDIR=str(folder)).stdout)

    assert "noexec" in found["temporary"]
    assert "PLINTH_JOBS=1" in found["shared"]
