"""Each kind of key that people have signs, or the error says what is wrong and what to type."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from artifacts.errors import SigningFailed
from artifacts.ssh_keygen import check_signature, has_passphrase, key_fault, sign_as_person

DATA = b"an approval"
APPROVAL: Final = "plinth-approval"
ARMOUR = b"-----BEGIN SSH SIGNATURE-----"
KINDS = (
    ("ed25519", ()),
    ("rsa", ("-b", "2048")),
    ("rsa", ("-b", "2048", "-m", "PEM")),
    ("ecdsa", ()),
)


def make_key(folder: Path, name: str = "key", passphrase: str = "", kind: str = "ed25519",
             *more: str) -> Path:  # fmt: skip
    words = ("-q", "-t", kind, *more, "-N", passphrase, "-C", "ada", "-f", str(folder / name))
    subprocess.run(["ssh-keygen", *words], check=True)
    return folder / name


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return make_key(tmp_path)


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An ssh-agent of this test's own."""
    with TemporaryDirectory(prefix="plinth-") as name:
        socket = f"{name}/agent"
        started = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not Path(socket).exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        monkeypatch.setenv("SSH_AUTH_SOCK", socket)
        yield
        os.kill(started.pid, signal.SIGTERM)
        started.wait()


@pytest.fixture(autouse=True)
def no_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


def why(key: Path) -> str:
    with pytest.raises(SigningFailed) as caught:
        sign_as_person(key, APPROVAL, DATA)
    return caught.value.reason


@pytest.mark.parametrize(("kind", "more"), KINDS)
def test_a_private_key_signs_whatever_its_kind(
    tmp_path: Path, kind: str, more: tuple[str, ...]
) -> None:
    key = make_key(tmp_path, "key", "", kind, *more)

    signature = sign_as_person(key, APPROVAL, DATA)

    found = check_signature(DATA, signature)
    assert (found.problem, found.namespace) == ("", "plinth-approval")
    assert not has_passphrase(key)


def test_a_signature_that_held_is_asked_of_ssh_keygen_once_and_holds_for_no_other_bytes(
    key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (sign_as_person(key, APPROVAL, data) for data in (DATA, b"another approval"))
    assert check_signature(DATA, first).problem == ""
    assert "edited after" in check_signature(DATA + b"!", first).problem
    assert "edited after" in check_signature(DATA, second).problem

    monkeypatch.setenv("PATH", "/nonexistent")

    assert check_signature(DATA, first).problem == ""
    with pytest.raises(SigningFailed, match="missing"):
        check_signature(b"another approval", second)


@pytest.mark.usefixtures("agent")
def test_a_key_of_an_agent_signs_by_its_public_half(key: Path) -> None:
    subprocess.run(["ssh-add", "-q", str(key)], check=True)
    key.unlink()

    assert sign_as_person(key.with_suffix(".pub"), APPROVAL, DATA).startswith(ARMOUR)


@pytest.mark.usefixtures("agent")
def test_a_key_with_a_passphrase_signs_through_the_agent_that_holds_it(tmp_path: Path) -> None:
    """Its public half tells the agent which it is, as ssh-keygen leaves it beside the key."""
    key = make_key(tmp_path, "locked", "a passphrase")
    asked = tmp_path / "askpass"
    asked.write_text("#!/bin/sh\necho a passphrase\n")
    asked.chmod(0o755)
    subprocess.run(
        ["env", f"SSH_ASKPASS={asked}", "SSH_ASKPASS_REQUIRE=force", "ssh-add", "-q", str(key)],
        check=True,
    )

    assert sign_as_person(key, APPROVAL, DATA).startswith(ARMOUR)


@pytest.mark.usefixtures("agent")
def test_a_public_key_whose_private_half_nobody_holds_names_the_agent(key: Path) -> None:
    key.unlink()

    assert f"Type: ssh-add {key}" in why(key.with_suffix(".pub"))


@pytest.mark.parametrize("beside", [True, False])
def test_a_passphrase_is_not_waited_for_without_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: bool
) -> None:
    """A window that asks is no terminal either: it would wait where nobody looks."""
    key = make_key(tmp_path, "locked", "a passphrase")
    if not beside:
        key.with_suffix(".pub").unlink()
    trap = tmp_path / "askpass"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\nsleep 60\n")
    trap.chmod(0o755)
    monkeypatch.setenv("SSH_ASKPASS", str(trap))
    monkeypatch.setenv("DISPLAY", ":0")
    began = time.monotonic()

    reason = why(key)

    assert time.monotonic() - began < 30
    assert not (tmp_path / "asked").exists()
    assert "it has a passphrase, and there is no terminal to ask for it" in reason
    assert f"Type: ssh-add {key}" in reason


def test_an_old_key_with_a_passphrase_is_known_for_one(tmp_path: Path) -> None:
    assert has_passphrase(make_key(tmp_path, "old", "a passphrase", "rsa", "-m", "PEM"))


def test_a_key_that_others_may_read_says_its_mode_and_what_to_type(key: Path) -> None:
    key.chmod(0o644)

    assert why(key).startswith("its mode is 0644: others could read it")
    assert why(key).endswith(f"Type: chmod 600 {key}")


def test_a_key_with_the_line_ends_of_windows_says_so_and_what_is_typed_mends_it(key: Path) -> None:
    key.write_bytes(key.read_bytes().replace(b"\n", b"\r\n"))

    reason = why(key)

    assert "its lines end in CRLF" in reason
    command = reason.partition("Type: ")[2].partition(", and sign")[0]
    subprocess.run(["sh", "-c", command], check=True)
    assert sign_as_person(key.with_name("key.lf"), APPROVAL, DATA).startswith(ARMOUR)


def test_a_key_whose_last_line_has_no_end_says_so_and_what_is_typed_mends_it(key: Path) -> None:
    key.write_bytes(key.read_bytes().rstrip(b"\n"))

    reason = why(key)

    assert "its last line has no end" in reason
    subprocess.run(["sh", "-c", reason.partition("Type: ")[2]], check=True)
    assert sign_as_person(key, APPROVAL, DATA).startswith(ARMOUR)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("PuTTY-User-Key-File-3: ssh-ed25519\n", "puttygen KEY -O private-openssh"),
        ("hello\n", "it is no SSH key"),
        ("", "a folder, or empty"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
         "ssh-keygen can't use it"),
    ],
)  # fmt: skip
def test_what_is_no_key_of_openssh_says_what_it_is(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "key"
    file.touch(mode=0o600)
    file.write_text(text)

    assert said in why(file)


def test_a_folder_and_a_file_that_is_not_there_say_what_to_give(tmp_path: Path) -> None:
    assert key_fault(tmp_path).startswith("it is a folder")
    assert "`ssh-add -L` lists them" in key_fault(tmp_path / "none")


def test_a_tilde_is_ones_home(key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(key.parent))

    assert sign_as_person(Path("~/key"), APPROVAL, DATA).startswith(ARMOUR)


def test_without_ssh_keygen_the_error_says_what_to_install(
    key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shutil.which("ssh-keygen")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SigningFailed, match="install OpenSSH's client"):
        sign_as_person(key, APPROVAL, DATA)
