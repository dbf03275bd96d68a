"""Keys and log behind the socket of another user: real users, real keys, a real kill -9."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator

import pytest
from support.checkout_settings import SETTINGS
from support.gate_checkout import Checkout
from support.keeper_world import JUDGE, KEEPER, STRANGER, KeeperWorld, give, keeper_world
from support.lent_python import CAN_LEND

from artifacts.records.gate import GateReport
from artifacts.ssh_keygen import SshVerifier
from artifacts.statements import read_signed
from delivery.trail.audit_log import LOG, FileAuditLog

pytestmark = pytest.mark.skipif(
    not CAN_LEND, reason="only root, with setpriv and unshare, can start a command as another user"
)
APPEND = """
import sys
import artifacts.keeper
from artifacts.records.audit import AuditEvent
from delivery.trail.wiring import make_audit_log
from delivery.settings import read_settings
artifacts.keeper.CONNECT_SECONDS = 0.1  # the keeper answers, or nobody starts it again
log = make_audit_log(read_settings())
event = AuditEvent(event="judgement", outcome="allowed", actor="a test", reason="x" * 4000)
for number in range(int(sys.argv[1])):
    print(log.append(event).sequence, flush=True)
"""
SIGN = """
import sys
from delivery.signing import make_signer
from delivery.settings import read_settings
with open(sys.argv[3], "rb") as file:
    data = file.read()
sys.stdout.buffer.write(make_signer(read_settings(), sys.argv[1], sys.argv[2]).sign(data))
"""


@pytest.fixture
def world() -> Iterator[KeeperWorld]:
    with keeper_world() as made:
        yield made


def log_of(world: KeeperWorld) -> FileAuditLog:
    """The keeper's log, read by whoever can: nothing is added by it."""
    verifier = SshVerifier(world.public / "delivery.signers", "delivery", "plinth-audit")
    folders = (world.kept / "audit", world.kept / "audit-head")
    return FileAuditLog(*folders, None, verifier, lambda: None)  # type: ignore[arg-type, return-value]


def append(world: KeeperWorld, count: int, user: int = JUDGE) -> subprocess.CompletedProcess[str]:
    """Add entries as a user who asks the keeper."""
    return world.run(user, "-c", APPEND, str(count))


def sign(
    world: KeeperWorld, key: str, namespace: str, user: int = JUDGE
) -> subprocess.CompletedProcess[str]:
    """Have a file signed as a user who asks the keeper."""
    return world.run(user, "-c", SIGN, key, namespace, str(world.public / "gate.signers"))


def test_the_judge_signs_and_adds_through_the_socket_and_everything_verifies(
    world: KeeperWorld,
) -> None:
    with world.running():
        signed = sign(world, "gate", "plinth-gate-report")
        added = append(world, 3)
        audited = world.run(JUDGE, "-m", "delivery", "audit", "--full")

    assert signed.returncode == 0, signed.stderr
    data = (world.public / "gate.signers").read_bytes()
    verifier = SshVerifier(world.public / "gate.signers", "gate", "plinth-gate-report")
    verifier.verify(data, signed.stdout.encode())
    assert (added.returncode, added.stdout.split()) == (0, ["1", "2", "3"]), added.stderr
    assert audited.returncode == 0, audited.stderr
    assert audited.stdout.endswith("3 entries, intact\n")
    assert len(log_of(world).entries(full=True)) == 3
    assert (world.kept / "audit" / LOG).stat().st_uid == KEEPER


def test_a_candidate_is_measured_judged_and_its_report_signed_with_the_keeper(
    world: KeeperWorld,
) -> None:
    checkout = Checkout(world.folder / "judge/checkout")
    (checkout.root / "keys/gate").unlink()  # there is no key on the judge's side
    give(JUDGE, checkout.root)
    out = checkout.root / "report.json"
    paths = {name: str(checkout.root / place) for name, place in SETTINGS.items()}
    settings = {f"PLINTH_{name}": path for name, path in paths.items() if name != "JOBS"}
    settings["PLINTH_GATE_SIGNERS"] = str(world.public / "gate.signers")
    words = ("judge", str(checkout.candidate), "--dataset", str(checkout.data), "--out", str(out))
    with world.running():
        done = world.run(JUDGE, "-m", "gate", *words, variables=world.of_judge | settings)

    assert done.returncode == 0, done.stdout + done.stderr
    verifier = SshVerifier(world.public / "gate.signers", "gate", "plinth-gate-report")
    assert read_signed(GateReport, out, verifier).decision == "allowed"
    kept = list((checkout.root / "evidence").glob("*.json"))
    assert kept, "evidence is kept where its signature was made"
    assert all(path.with_name(f"{path.name}.sig").is_file() for path in kept)


def test_without_the_keeper_the_log_is_still_read_and_nothing_is_added(world: KeeperWorld) -> None:
    with world.running():
        assert append(world, 1).returncode == 0

    audited, added = world.run(JUDGE, "-m", "delivery", "audit", "--full"), append(world, 1)

    assert audited.stdout.endswith("1 entries, intact\n"), audited.stdout
    assert added.returncode != 0
    assert "Fix: start the keeper" in added.stderr
    assert len(log_of(world).entries(full=True)) == 1


ASK_EVERYTHING = """
import json
from typing import get_args
from artifacts.errors import SigningFailed
from artifacts.records.keeper import KeyName
from artifacts.ssh_signatures import Namespace
from delivery.signing import make_signer
from delivery.settings import read_settings
signed = []
for key in get_args(KeyName):
    for namespace in get_args(Namespace):
        try:
            make_signer(read_settings(), key, namespace).sign(b"x")
            signed.append([key, namespace])
        except SigningFailed as exc:
            assert f"the key {key} signs" in str(exc) and f"and never {namespace}" in str(exc)
print(json.dumps(signed))
"""


def test_the_judge_can_not_sign_in_a_foreign_namespace(world: KeeperWorld) -> None:
    with world.running():
        done = world.run(JUDGE, "-c", ASK_EVERYTHING)

    assert json.loads(done.stdout or "0") == [
        ["gate", "plinth-gate-report"],
        ["gate", "plinth-evidence"],
        ["delivery", "plinth-image"],
        ["delivery", "git"],
        ["reproduction", "plinth-reproduction"],
    ], done.stderr


THEFTS = (
    "cat {keys}/gate",
    "ls {keys}",
    "cp {keys}/delivery /tmp/stolen-by-the-test",
    "ssh-keygen -Y sign -q -n plinth-gate-report -f {keys}/gate < {log}",
    ": > {log}",
    "truncate --size 10 {log}",
    "echo '{{}}' >> {log}",
    "rm {log}",
    "mv {log} {log}.old",
    "mv {kept}/audit {kept}/other",
    "cp {log} {log}.new",
    "rm {head}",
    "echo '{{}}' > {head}",
    "touch {keys}/mine",
    "rm {socket}",
    "mv {socket} {socket}.old",
    "chmod 0777 {kept}/audit",
)


def test_no_theft_of_the_judges_user_succeeds(world: KeeperWorld) -> None:
    with world.running():
        assert append(world, 2).returncode == 0
        places = {
            "kept": world.kept,
            "keys": world.kept / "keys",
            "log": world.kept / "audit/log.jsonl",
            "head": world.kept / "audit-head/head.json",
            "socket": world.socket,
        }
        before = places["log"].read_bytes()
        done = {theft: world.shell(JUDGE, theft.format(**places)) for theft in THEFTS}
        assert [theft for theft, ended in done.items() if ended.returncode == 0] == []
        assert places["log"].read_bytes() == before
        assert append(world, 1).stdout.split() == ["3"]


def test_as_files_of_the_judges_user_every_one_of_these_thefts_succeeded(
    world: KeeperWorld,
) -> None:
    """What was before there was a keeper: each of the first lines works for the files' owner."""
    with world.running():
        assert append(world, 1).returncode == 0
    give(JUDGE, world.kept)
    places = {"keys": world.kept / "keys", "log": world.kept / "audit/log.jsonl"}
    for theft in (THEFTS[0], THEFTS[3], THEFTS[4]):
        assert world.shell(JUDGE, theft.format(**places)).returncode == 0, theft


def test_a_user_who_is_not_allowed_is_refused(world: KeeperWorld) -> None:
    with world.running():
        assert append(world, 1).returncode == 0
        signed = sign(world, "gate", "plinth-gate-report", user=STRANGER)
        added = append(world, 1, user=STRANGER)
        as_root = append(world, 1, user=0)

    for done in (signed, added, as_root):
        assert (done.returncode, done.stdout) == (1, ""), done.stderr
        assert re.search(r"user \d+ is not allowed", done.stderr)
    assert len(log_of(world).entries(full=True)) == 1


def test_a_keeper_that_is_killed_while_it_adds_leaves_a_log_that_goes_on(
    world: KeeperWorld,
) -> None:
    known = 0
    for _ in range(4):
        keeper = world.start()
        adding = subprocess.Popen(
            world.python.command(JUDGE, ("-c", APPEND, "1000"), world.of_judge),
            cwd=world.folder,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert adding.stdout is not None
        told = [adding.stdout.readline() for _ in range(3)]
        keeper.send_signal(signal.SIGKILL)
        rest, failed = adding.communicate()
        keeper.communicate()
        told += rest.split()
        assert adding.returncode != 0
        assert "AuditUnavailable" in failed
        entries = log_of(world).entries(full=True)
        # What was told is there; the one under way may be there too, whole.
        assert len(entries) in {int(told[-1]), int(told[-1]) + 1}
        assert len(entries) >= known + 3
        known = len(entries)
    with world.running():
        assert append(world, 1).stdout.split() == [str(known + 1)]
    assert len(log_of(world).entries(full=True)) == known + 1


def test_many_processes_add_at_once_and_the_chain_holds(world: KeeperWorld) -> None:
    with world.running():
        adding = [
            subprocess.Popen(
                world.python.command(JUDGE, ("-c", APPEND, "5"), world.of_judge),
                cwd=world.folder,
                env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(3)
        ]
        told = [int(word) for one in adding for word in one.communicate()[0].split()]

    assert sorted(told) == list(range(1, 16))
    assert len(log_of(world).entries(full=True)) == 15


def test_the_keeper_does_not_start_over_a_log_that_was_changed(world: KeeperWorld) -> None:
    with world.running():
        assert append(world, 3).returncode == 0
    log = world.kept / "audit" / LOG
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:2]))

    with pytest.raises(AssertionError, match=r"refused: the audit log .* lines are missing"):
        world.start()


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("chmod 0644 {kept}/keys/gate", "gate is open to others. Fix: chmod 0600"),
        ("chown bin {kept}/keys/gate", "gate belongs to user 2"),
        ("chown bin {kept}", "the folder .*/keeper belongs to user 2"),
        ("chmod 0777 {kept}/audit", "audit can be written by others. Fix: chmod go-w"),
        ("chmod 0777 {run}", "run can be written by others. Fix: chmod go-w"),
        ("rm {kept}/keys/delivery", "there is no key at .*delivery, which signs the log"),
    ],
)
def test_the_keeper_does_not_start_where_others_could_take_what_it_keeps(
    world: KeeperWorld, command: str, reason: str
) -> None:
    places = {"kept": world.kept, "run": world.folder / "run"}
    subprocess.run(["/bin/sh", "-c", command.format(**places)], check=True)

    with pytest.raises(AssertionError, match=f"refused: the keeper doesn't start: .*{reason}"):
        world.start()


def test_the_keeper_does_not_start_for_its_own_user(world: KeeperWorld) -> None:
    with pytest.raises(AssertionError, match="user 1 is the keeper's own"):
        world.start(JUDGE, KEEPER)


def test_the_keeper_loads_no_code_of_the_candidates_side(world: KeeperWorld) -> None:
    heavy = ("numpy", "onnxruntime", "onnx", "sklearn", "PIL", "features", "scoring", "joblib")
    source = (
        "import delivery.trail.commands, delivery.trail.keeper_server, sys, json\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )

    loaded = json.loads(world.run(KEEPER, "-c", source).stdout)

    assert {"delivery", "artifacts"} <= set(loaded)
    assert set(loaded) & {*heavy, "training", "inference", "host", "cloud", "box", "walls"} == set()


def test_the_walls_command_tries_the_keeper_from_the_judges_user(world: KeeperWorld) -> None:
    with world.running():
        assert append(world, 1).returncode == 0
        stands = tried(world)
        own = world.folder / "judge/keys/gate"
        own.write_bytes((world.kept / "keys/gate").read_bytes())
        give(JUDGE, own)
        copied = tried(world)
        own.unlink()
        (world.kept / "audit").chmod(0o777)
        opened = tried(world)

    assert stands["breaches"] == []
    assert stands["attempts"] > 15
    assert copied["breaches"] == [f"read: {own}"]
    assert opened["breaches"] == [f"written: {world.kept / 'audit'}"]


def test_the_walls_command_says_when_the_keeper_is_no_wall(world: KeeperWorld) -> None:
    with world.running(0):
        as_root = tried(world, user=0)
    gone = tried(world)

    assert f"read: {world.kept / 'keys/gate'}" in as_root["breaches"]
    assert "Fix: start the keeper" in gone["failure"]


def tried(world: KeeperWorld, user: int = JUDGE) -> dict[str, object]:
    """What trying the keeper from a user shows."""
    source = (
        "import json\nfrom dataclasses import asdict\n"
        "from delivery.deploy.try_walls import try_own_keeper\n"
        "from delivery.settings import read_settings\n"
        "print(json.dumps(asdict(try_own_keeper(read_settings()))))"
    )
    done = world.run(user, "-c", source)
    found: dict[str, object] = json.loads(done.stdout or f'"{done.stderr}"')
    return found
