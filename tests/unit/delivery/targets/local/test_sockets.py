import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.targets.local import holder as holder_program
from delivery.targets.local import listeners as listeners_module
from delivery.targets.local.holder import socket_name
from delivery.targets.local.listeners import (
    ADDRESS,
    SocketListeners,
    TcpListener,
    run_folder,
    short_path,
)
from delivery.targets.local.local_errors import PathTooLong, PortTaken
from delivery.targets.local.processes import HostProcess


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[TcpListener]:
    found = SocketListeners(tmp_path).bind(0)
    yield found
    found.close()


@pytest.fixture
def holder(tmp_path: Path, listener: TcpListener) -> Iterator[HostProcess]:
    folder = run_folder(tmp_path, "staging")
    command = [sys.executable, "-I", "-S", holder_program.__file__, str(folder)]
    with subprocess.Popen(command, stdin=listener.fileno()) as process:
        deadline = time.monotonic() + 20
        while not (folder / socket_name(process.pid)).exists():
            assert time.monotonic() < deadline, "the holder doesn't start"
            time.sleep(0.01)
        yield HostProcess(process.pid, "holder", "staging", listener.port, "m", "v")
        process.kill()


def answers(port: int) -> bool:
    try:
        socket.create_connection((ADDRESS, port), timeout=2).close()
    except OSError:
        return False
    return True


def test_a_holder_gives_the_listening_socket_to_whoever_asks_and_keeps_it(
    tmp_path: Path, listener: TcpListener, holder: HostProcess
) -> None:
    listener.close()
    for _ in range(2):
        found = SocketListeners(tmp_path).from_holder(holder)
        assert found is not None
        assert found.port == holder.port
        found.close()

    assert answers(holder.port)


def test_a_holder_of_another_port_is_not_believed(tmp_path: Path, holder: HostProcess) -> None:
    other = HostProcess(holder.pid, "holder", "staging", holder.port + 1, "m", "v")

    assert SocketListeners(tmp_path).from_holder(other) is None


def test_a_dead_holder_gives_nothing(tmp_path: Path) -> None:
    dead = HostProcess(2**22 - 1, "holder", "staging", 1, "m", "v")

    assert SocketListeners(tmp_path).from_holder(dead) is None
    assert SocketListeners(tmp_path).from_process(dead) is None


def test_a_descriptor_is_taken_from_a_process_only_if_it_is_that_listening_socket(
    tmp_path: Path, listener: TcpListener, holder: HostProcess
) -> None:
    found = SocketListeners(tmp_path).from_process(holder)
    other = HostProcess(holder.pid, "holder", "staging", listener.port + 1, "m", "v")

    # Whether it can be taken at all is the system's to say: never is another one.
    assert found is None or found.port == listener.port
    assert SocketListeners(tmp_path).from_process(other) is None
    if found:
        found.close()


def test_a_taken_port_is_an_error_that_says_so(tmp_path: Path, listener: TcpListener) -> None:
    with pytest.raises(PortTaken, match=f"port {listener.port}.*choose another port"):
        SocketListeners(tmp_path).bind(listener.port)


def test_a_short_folder_is_its_own_short_path() -> None:
    folder = Path("/srv/host/staging/run")

    assert short_path(folder) == folder


@pytest.fixture
def private_temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="p", dir="/tmp"))
    monkeypatch.setattr(listeners_module.tempfile, "gettempdir", lambda: str(folder))
    yield folder
    shutil.rmtree(folder)


def test_a_long_folder_gets_a_link_that_only_its_user_can_change(
    tmp_path: Path, private_temporary: Path
) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()

    link = short_path(folder)

    assert link.readlink() == folder
    assert link.parent.stat().st_mode & 0o777 == 0o700
    assert link.is_relative_to(private_temporary)
    assert short_path(folder) == link


def test_a_link_that_leads_elsewhere_is_put_right(tmp_path: Path, private_temporary: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    link = short_path(folder)
    link.unlink()
    link.symlink_to(private_temporary)

    assert short_path(folder).readlink() == folder


def test_a_folder_of_links_that_others_can_write_to_is_refused(
    tmp_path: Path, private_temporary: Path
) -> None:
    (private_temporary / f"plinth-{os.getuid()}").mkdir()
    (private_temporary / f"plinth-{os.getuid()}").chmod(0o777)

    with pytest.raises(PathTooLong, match="only you can write to"):
        short_path(tmp_path / ("long" * 30))


def test_a_temporary_folder_that_is_too_long_itself_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    long = "/tmp/" + "long" * 30  # noqa: S108 - only its length counts
    monkeypatch.setattr(listeners_module.tempfile, "gettempdir", lambda: long)

    with pytest.raises(PathTooLong, match="PLINTH_HOST"):
        short_path(Path("/srv" + "long" * 30))
