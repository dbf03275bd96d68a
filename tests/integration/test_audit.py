"""The audit log by its commands, with real keys, real crashes and OpenSSH's own word on it."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from support.audit import deploy
from typer.testing import CliRunner

from artifacts.records.audit import AuditEntry
from delivery.settings import read_settings
from delivery.trail.commands import app
from delivery.trail.wiring import make_audit_log

READS = ()

APPENDING = """
from support.audit import deploy
from delivery.trail.wiring import make_audit_log
from delivery.settings import read_settings
log = make_audit_log(read_settings())
print("appending", flush=True)
while True:
    log.append(deploy())
"""
KILLS = 4


@pytest.fixture
def variables(tmp_path, monkeypatch):
    """The settings of a folder that has nothing in it yet."""
    found = {
        "AUDIT": "audit",
        "AUDIT_HEAD": "audit-head",
        "DEPLOY_KEY": "keys/delivery",
        "DEPLOY_SIGNERS": "keys/delivery.signers",
        "ROOT": ".",
        "MODEL_STORE": "models",
        "PUBLIC_KEY": "keys/model.pub.pem",
        "GATE_KEY": "keys/gate",
        "GATE_SIGNERS": "keys/gate.signers",
        "REPRODUCTION_SIGNERS": "keys/reproduction.signers",
        "EVIDENCE": "evidence",
        "POLICIES": "policies",
        "RELEASES": "releases",
    }
    for name, path in found.items():
        monkeypatch.setenv(f"PLINTH_{name}", str(tmp_path / path))
    return tmp_path


@pytest.fixture
def log(variables):
    """A log of three entries, and its key."""
    assert run("create-deploy-key").exit_code == 0
    made = make_audit_log(read_settings())
    made.append(deploy())
    made.append(deploy(outcome="refused", reason="it \x1b[31mlies\n and", actor="alice"))
    made.append(deploy(event="rollback", environment="production"))
    assert variables.is_dir()
    return made


def run(*words):
    return CliRunner().invoke(app, words)


def test_the_key_of_deploys_signs_entries_and_commits_and_nothing_else(log, variables):
    signers = (variables / "keys/delivery.signers").read_text()
    assert signers.startswith('delivery namespaces="plinth-audit,plinth-image,git" ssh-ed25519 ')
    key = (variables / "keys/delivery").read_bytes()
    assert run("create-deploy-key").exit_code == 0
    assert (variables / "keys/delivery").read_bytes() == key
    assert len(log.entries(full=True)) == 3


def test_an_intact_log_is_a_table_and_json(log):
    done = run("audit", "--full")
    assert done.exit_code == 0
    headings, first, second, third, end = done.stdout.splitlines()
    assert headings.split() == [
        "time", "event", "environment", "outcome", "payload", "actor", "reason",
    ]  # fmt: skip
    payload = log.entries()[0].payload.removeprefix("sha256:")[:12]
    assert first.split()[2:6] == ["deploy", "staging", "green", payload]
    assert second.endswith("alice  it ?[31mlies and")
    assert third.split()[2:4] == ["rollback", "production"]
    assert end == "3 entries, intact"
    lines = run("audit", "--json").stdout.splitlines()
    assert tuple(AuditEntry.model_validate_json(line) for line in lines) == log.entries()


def test_a_log_that_never_was_is_empty_and_intact(variables):
    assert not (variables / "audit").exists()
    done = run("audit")
    assert (done.exit_code, done.stdout) == (
        0,
        "the audit log is empty: nothing was judged or deployed yet\n",
    )


def test_a_broken_log_ends_with_1_and_names_the_line(log, variables):
    file = variables / "audit/log.jsonl"
    assert len(log.entries()) == 3
    file.write_text(file.read_text().replace('"refused"', '"green"'))
    done = run("audit")
    assert done.exit_code == 1
    assert "log.jsonl, line 3 is not what was written" in done.stderr
    assert done.stdout == ""


def test_a_signature_that_was_replaced_is_found_by_the_full_check(log, variables):
    file = variables / "audit/log.jsonl"
    first, second, *rest = file.read_text().splitlines(keepends=True)
    other = json.loads(second)["signature"]
    swapped = first.replace(json.dumps(json.loads(first)["signature"]), json.dumps(other))
    file.write_text("".join([swapped, second, *rest]))
    assert len(log.entries()) == 3
    assert run("audit").exit_code == 0
    done = run("audit", "--full")
    assert done.exit_code == 1
    assert "line 1" in done.stderr


def test_a_log_whose_signers_are_gone_is_neither_intact_nor_broken(log, variables):
    assert len(log.entries()) == 3
    (variables / "keys/delivery.signers").unlink()
    done = run("audit")
    assert done.exit_code != 0
    assert "no such file of allowed signers" in str(done.exception)
    assert "broken" not in done.stderr


def test_openssh_verifies_a_line_by_hand(log, variables):
    line = json.loads((variables / "audit/log.jsonl").read_text().splitlines()[1])
    (variables / "sig").write_text(line["signature"])
    canonical = json.dumps(line["entry"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    signers = str(variables / "keys/delivery.signers")
    words = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "delivery", "-n", "plinth-audit"]
    command = [*words, "-s", str(variables / "sig")]
    done = subprocess.run(command, input=canonical.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(log.entries()) == 3


def test_whoever_is_killed_while_adding_leaves_a_log_that_goes_on(log, variables, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    known, grown = len(log.entries()), variables / "audit/log.jsonl"
    for _ in range(KILLS):
        child = subprocess.Popen([sys.executable, "-c", APPENDING], stdout=subprocess.PIPE)
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == b"appending\n"
            while grown.read_bytes().count(b"\n") <= known:
                time.sleep(0.005)
        finally:
            child.send_signal(signal.SIGKILL)
            child.communicate()
        there = len(log.entries(full=True))
        assert there > known
        log.append(deploy())
        known = there + 1
    assert len(log.entries(full=True)) == known
