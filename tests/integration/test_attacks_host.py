"""Service code that no approval covers: it reaches nothing but its own answers.

Staging's service is hostile; production's is the same code, so each tries the other's things too.
"""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.host_world import HostWorld, make_stub_world

from artifacts.digests import hex_part
from rehearsal.load import load_during

pytestmark = pytest.mark.machine

FRESH = {"Connection": "close"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HostWorld]:
    """A host beside a gate key, an audit log and a model store, whose payloads are hostile."""
    for name, text in {
        "keys/gate": "secret",
        "audit/log.jsonl": "",
        "models/head.onnx": "",
    }.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    world = make_stub_world(tmp_path, hostile=True)
    try:
        yield world
    finally:
        world.stop()
        assert world.processes() == world.processes("production") == ()


def said(world: HostWorld, number: int) -> list[str]:
    """What staging's service wrote while it started."""
    log = world.host / "staging/logs" / f"{hex_part(world.digest(number))}.log"
    return log.read_text().splitlines()


def sleepers() -> list[Path]:
    """Processes that a service left behind."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes() == b"/bin/sleep\x0031536000\x00":
                found.append(path)
        except OSError:
            continue
    return found


def test_a_hostile_service_reaches_nothing_of_others(world: HostWorld, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        (tmp_path / "port").write_text(str(server.getsockname()[1]))
        world.swap(1, "production")
        world.swap(0)
        lines = said(world, 0)

    assert [line for line in lines if line.startswith("BREACH")] == []
    assert len([line for line in lines if line.startswith("stopped")]) == 15
    assert (tmp_path / "audit/log.jsonl").read_text() == ""


def test_without_a_wall_the_host_says_so_of_every_service_and_everything_is_reached(
    world: HostWorld,
) -> None:
    """Shows that the attacks are attacks: this is what happened everywhere before."""
    world.swap(1, "production")
    world.swap(0, PATH="/nonexistent")
    observed = world.run("observe", "staging", PATH="/nonexistent").stdout
    breaches = [line for line in said(world, 0) if line.startswith("BREACH")]

    assert [process.wall for process in world.observe().processes] == ["none"]
    assert '"wall":"none"' in observed.replace(" ", "")
    assert "BREACH: read the gate's key" in breaches
    assert "BREACH: write the audit log" in breaches
    assert "BREACH: read the other environment's keys of callers" in breaches
    assert "BREACH: talk to a process manager" in breaches
    for path in sleepers():
        os.kill(int(path.parent.name), 9)


def test_what_a_hostile_service_starts_ends_with_it_and_is_taken_for_nobody_else(
    world: HostWorld,
) -> None:
    world.swap(0)
    lying = world.processes("production")
    world.swap(1)
    left = sleepers()
    world.stop()
    time.sleep(0.3)

    assert lying == ()
    assert len(left) == 1
    assert sleepers() == []


def test_a_service_in_a_room_is_swapped_under_load_without_a_lost_request(
    world: HostWorld,
) -> None:
    world.swap(0)
    with load_during(world.url("/v1/release"), FRESH, None, 50.0) as load:
        for number in (1, 0, 1):
            world.swap(number)

    assert load.report.failed == 0, str(load.report)
    assert load.report.sent > 50
    assert world.serves_soundly(1)
    assert world.observe().wall == "bubblewrap"
    assert [process.wall for process in world.observe().processes] == ["bubblewrap"]


def test_no_key_of_callers_stands_on_a_command_line_or_outside_of_its_room(
    world: HostWorld,
) -> None:
    world.swap(0)
    key = world.api_key().encode()
    (service,) = [process for process in world.processes() if process.role == "service"]

    assert key not in Path(f"/proc/{service.pid}/environ").read_bytes()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert key not in path.read_bytes()
        except OSError:
            continue
