"""Attacks that fill the judge's memory, or main's records, by those whom nobody knows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import change_world
from support.change_records import report, report_path
from support.change_world import World

from delivery.changes.findings import ChangeVerdict

READS = ()

MEBIBYTE = 1 << 20


def problems(verdict: ChangeVerdict) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in verdict.problems:
        found[one.rule] = found.get(one.rule, "") + one.reason + "\n"
    return found


def imported(world: World, stream: bytes) -> str:
    """Make commits from a stream of `git fast-import`, on the branch `filled`."""
    subprocess.run(
        ["git", "-C", str(world.root), "-c", "core.bigFileThreshold=1m", "fast-import", "--quiet"],
        input=stream,
        check=True,
        env={"PATH": os.defpath, "GIT_CONFIG_GLOBAL": os.devnull},
    )
    return world.git("rev-parse", "filled")


def commit_of(world: World, files: dict[str, bytes]) -> bytes:
    """Write a commit on main that adds files, as fast-import reads it."""
    head = world.git("rev-parse", "main")
    lines = [b"commit refs/heads/filled\ncommitter Eve <eve@x> 1795348800 +0000\ndata 2\nx\n"]
    lines.append(f"from {head}\n".encode())
    for path, data in files.items():
        lines.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    return b"".join(lines)


@pytest.mark.parametrize(
    "path",
    [
        "policies/approvals/x/y.json",
        "policies/approvals/notes.txt",
        "policies/approvals/0123456789abcdef/ada-approved-01234567.json",
        "policies/approvals/0123456789abcdef/ada-approved-01234567.json.sig",
        "releases/reports/x.json",
        f"releases/reports/{'0' * 64}.json",
        f"releases/reports/{'0' * 64}.json.sig",
    ],
)
def test_what_is_no_record_does_not_come_in_and_may_go_out(world: World, path: str) -> None:
    world.branch("rubbish")
    world.commit(None, {path: "{}\n"})
    assert path.removesuffix(".sig") in problems(world.judge())["records_genuine"]
    world.merge()
    world.branch("tidy")
    world.commit(None, {path: None})
    assert world.judge().problems == ()


def test_a_report_of_a_stranger_does_not_come_in(world: World) -> None:
    world.branch("rubbish")
    world.commit(None, world.reported("second", key="eve"))
    assert "not the gate's on main" in problems(world.judge())["records_genuine"]
    world.merge()
    world.branch("tidy")
    path = report_path(report("second"))
    world.commit(None, {path: None, f"{path}.sig": None})
    assert world.judge().problems == ()


def test_a_statement_of_somebody_who_left_is_still_a_record(world: World) -> None:
    world.promote()
    world.approve("ada", "bo")
    world.merge()
    world.commit(None, {"policies/approvers.yaml": "kind: approvers\npersons: {}\n"})
    world.branch("tidy")
    (path,) = (one for one in world.root.glob("policies/approvals/*/bo-*.json"))
    name = str(path.relative_to(world.root))
    world.commit(None, {name: None, f"{name}.sig": None})
    assert f"{name} was removed" in problems(world.judge())["records_kept"]


def test_more_records_than_people_write_are_refused_by_their_number(world: World) -> None:
    files = {f"policies/approvals/x/{i}.json": b"{}" for i in range(201)}
    verdict = world.judge("main", imported(world, commit_of(world, files)))
    assert "201 statements and reports, and 200 are the most" in problems(verdict)["bounded"]


def many(count: int) -> dict[str, bytes]:
    return {f"policies/approvals/x/{i}.json": b"{}" for i in range(count)}


LARGE = {
    "200 MiB of a statement": {"policies/approvals/x/y.json": bytes(200 * MEBIBYTE)},
    "200 MiB of a release": {"releases/production.yaml": bytes(200 * MEBIBYTE)},
    "400 MiB of anything": {"docs/large": bytes(400 * MEBIBYTE)},
    "20,000 small files": many(20_000),
    "20,000 folders": {f"docs/{i}/a": b"" for i in range(20_000)},
    "30,000 files": {f"docs/{i}": b"" for i in range(30_000)},
}
JUDGE = """
import resource, sys
from pathlib import Path
from datetime import timedelta
from support.change_world import World
world = World(Path(sys.argv[1]), Path(sys.argv[2]))
world.now += timedelta(days=1)
verdict = world.judge("main", "filled")
status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(verdict.decision, int(status.split()[0]) // 1024, children)
"""


@pytest.mark.parametrize("name", LARGE)
def test_the_judge_stays_under_300_mib_whatever_a_pull_request_has(world: World, name: str) -> None:
    imported(world, commit_of(world, LARGE[name]))
    done = subprocess.run(
        [sys.executable, "-c", JUDGE, str(world.folder), str(world.keys)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(change_world.__file__).parents[1])},  # noqa: TID251
    )
    assert done.returncode == 0, done.stderr
    decision, own, children = done.stdout.split()
    print(f"\n  {name}: {decision}, {own} MiB, git {children} MiB", end="")  # noqa: T201
    assert max(int(own), int(children)) < 300
    assert decision in {"refused", "undecided"} or "anything" in name or "folders" in name
