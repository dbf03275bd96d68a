"""Keys of gate and delivery are rotated as the runbook says, over records of a year ago.

The shell lines of docs/runbooks/people-keys-models.md are run as they stand there.
"""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support import change_world
from support.change_records import FIRST, PRODUCTION, production, report, report_path
from support.change_world import World

from artifacts.digests import digest_json, hex_part
from artifacts.errors import SignatureRefused
from artifacts.records.gate import GateReport
from artifacts.records.image import ImageRecord
from artifacts.records.release import FirstRelease, Payload, ReleasedCode, ReleasedModel
from artifacts.ssh_keygen import (
    SshSigner,
    SshVerifier,
    check_signature,
    create_key,
    create_statement_key,
)
from artifacts.ssh_signatures import read_signers, service_of
from artifacts.statements import read_signed, write_signed
from delivery.errors import AuditBroken, AuditUnavailable
from delivery.releases.read_wanted import ImageRecords
from delivery.trail.audit_log import FileAuditLog

READS = ("docs/runbooks/people-keys-models.md",)

RUNBOOK = Path(__file__).parents[2] / "docs/runbooks/people-keys-models.md"
ZONES = ("UTC", "America/Los_Angeles", "Pacific/Kiritimati")
YEAR = timedelta(days=365)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world in which production runs `first`, and a year has passed since; tests copy it."""
    world = change_world.make_world(tmp_path_factory.mktemp("year") / "world")
    payload = world.promote("first")
    world.approve("ada", "bo")
    world.merge()
    world.deployed(payload.digest)
    world.now += YEAR
    return world


@pytest.fixture
def world(year: World, tmp_path: Path) -> World:
    """A copy of it with keys of its own, for a test changes them."""
    copy = change_world.copy_of(year, tmp_path / "world")
    shutil.copytree(year.keys, copy.folder / "keys")
    return replace(copy, keys=copy.folder / "keys")


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run in a time zone, as the processes that are started do."""
    monkeypatch.setenv("TZ", request.param)
    return str(request.param)


def runbook(name: str) -> str:
    """Return a shell block of the runbook, by the name in its first line."""
    blocks = re.findall(r"```sh\n(.*?)```", RUNBOOK.read_text(encoding="utf-8"), re.DOTALL)
    (found,) = [block for block in blocks if block.startswith(f"# {name}\n")]
    return str(found)


def shell(script: str, folder: Path, variables: Mapping[str, str]) -> None:
    """Run lines of the runbook, and stop at the first that fails."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def rotate(world: World, service: str, until: datetime) -> Path:
    """Do what the runbook says: a pull request, its merge, the runner's key; return the old key."""
    old = world.keys / f"{service}-stolen"
    old.write_bytes((world.keys / service).read_bytes())
    old.chmod(0o600)
    world.branch("rotation")
    variables = {
        "SERVICE": service,
        "NEW": str(world.keys / f"{service}-new"),
        "UNTIL": until.strftime("%Y%m%d%H%M%SZ"),
        "KEY": str(world.keys / service),
        "SIGNERS": str(world.keys / f"{service}.signers"),
    }
    shell(runbook("rotate, in a pull request"), world.root, variables)
    world.commit("max")
    world.approve("ada", "bo", "cleo")
    verdict = world.judge()
    assert verdict.allowed, verdict.problems
    world.merge()
    shell(runbook("rotate, on the runner"), world.root, variables)
    return old


def test_a_log_of_a_year_ago_is_read_and_goes_on_after_its_key_was_rotated(world, zone):
    before = world.log.entries()
    rotate(world, "delivery", world.now + timedelta(days=1))
    assert world.log.entries(full=True) == before, zone
    world.now += timedelta(days=2)  # the old key counts no more
    assert world.log.entries(full=True) == before
    world.note("verification", environment="staging")
    assert len(world.log.entries(full=True)) == len(before) + 1


def test_a_gate_report_of_a_year_ago_is_not_fabricated_after_the_gates_key_was_rotated(world, zone):
    rotate(world, "gate", world.now + timedelta(days=1))
    world.now += timedelta(days=2)
    world.branch("again")
    world.verified(world.payload("first").digest)
    payload = world.payload("first")
    world.commit("max", {PRODUCTION: production(payload) + "# a word\n"})
    reasons = [one.reason for one in world.judge().problems]
    assert not [reason for reason in reasons if "fabricated" in reason], zone


def test_a_stolen_key_that_was_rotated_out_signs_no_report_of_the_past(world, zone):
    old = rotate(world, "gate", world.now + timedelta(days=1))
    world.now += timedelta(days=2)
    world.branch("forged")
    made = report("second", decided_at=world.now - YEAR)
    path = report_path(made)
    files = world.signed(path, made.to_json().encode(), old.name, "plinth-gate-report")
    entry = world.entry("second", decided_at=world.now - YEAR)
    payload = world.payload("first").model_copy(update={"models": {"architecture": (entry,)}})
    world.commit("max", {PRODUCTION: production(payload), **files})
    reasons = "; ".join(one.reason for one in world.judge().problems)
    assert "a key of the gate that counts only until" in reasons, zone


def test_a_stolen_key_that_was_rotated_out_adds_no_entry(world, zone):
    old = rotate(world, "delivery", world.now + timedelta(days=1))
    world.now += timedelta(days=2)
    world.note("verification", environment="staging")  # by the new key: the past is closed
    before = world.log.entries()
    moments = (world.now, world.now - timedelta(days=1, hours=12), world.now - YEAR)
    for moment in moments:
        stolen = FileAuditLog(
            world.folder / "audit",
            world.folder / "head",
            SshSigner(old, "plinth-audit"),
            SshVerifier(world.keys / "delivery.signers", "delivery", "plinth-audit"),
            lambda moment=moment: moment,
        )
        with pytest.raises((AuditUnavailable, AuditBroken)):
            stolen.append(before[-1])
    assert world.log.entries() == before, zone


def test_a_log_goes_on_only_with_a_clock_that_is_not_behind_it(world):
    world.now += timedelta(days=1)
    world.note("verification", environment="staging")
    last = world.log.entries()[-1]
    world.now -= timedelta(minutes=2)  # two machines, two clocks
    world.note("verification", environment="staging")
    assert world.log.entries()[-1].at == last.at
    world.now -= YEAR
    with pytest.raises(AuditUnavailable, match="clock"):
        world.note("verification", environment="staging")


def test_a_key_that_was_taken_off_the_file_makes_each_of_its_lines_broken(world):
    rotate(world, "delivery", world.now + timedelta(days=1))
    world.now += timedelta(days=2)
    world.note("verification", environment="staging")
    signers = world.keys / "delivery.signers"
    signers.write_text(signers.read_text().splitlines()[-1] + "\n")
    assert world.log.entries()  # head and chain hold all the same
    with pytest.raises(AuditBroken, match="line 1 "):
        world.log.entries(full=True)


@pytest.mark.usefixtures("zone")
def test_a_stolen_key_counts_until_the_last_moment_at_which_it_is_trusted(world):
    """The runbook's answer to a theft: `valid-before` in the past, and a full audit names lines."""
    world.note("verification", environment="staging")
    trusted = world.now
    world.now += timedelta(hours=1)
    world.note("verification", environment="staging")
    count = len(world.log.entries())
    world.now += timedelta(hours=1)
    rotate(world, "delivery", trusted)
    with pytest.raises(AuditBroken, match=f"line {count} .*valid-before"):
        world.log.entries(full=True)
    with pytest.raises(AuditBroken, match="head"):
        world.note("verification", environment="staging")


@pytest.mark.parametrize("text", ["20260401", "20260401Z", "202604010000", "20260401000000Z"])
def test_both_readers_of_a_signers_file_end_a_key_at_the_same_moment(tmp_path, zone, text):
    key = tmp_path / "key"
    public = create_key(key, "gate")
    signers = tmp_path / "signers"
    line = f'gate namespaces="plinth-evidence",valid-before="{text}" {public}\n'
    signers.write_text(line)
    data = b"a record"
    signature = SshSigner(key, "plinth-evidence").sign(data)
    verifier = SshVerifier(signers, "gate", "plinth-evidence")
    keys = read_signers(line)
    found = check_signature(data, signature)
    for seconds, counts in ((-1, True), (0, True), (1, False)):
        moment = datetime(2026, 4, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        assert (service_of(keys, found, moment) == "gate") is counts, (zone, moment)
        if counts:
            verifier.verify(data, signature, moment)
            continue
        with pytest.raises(SignatureRefused):
            verifier.verify(data, signature, moment)


def image_record(built_at: datetime | None) -> ImageRecord:
    return ImageRecord(
        service="inference",
        image=digest_json("image"),
        payload=digest_json("payload"),
        models=(digest_json("model"),),
        commit="a" * 40,
        code=digest_json("code"),
        base=digest_json("base"),
        sbom=digest_json("sbom"),
        size=1,
        built_with="tests",
        built_at=built_at,
    )


def image_after_a_rotation(folder: Path, built_at: datetime | None) -> str | None:
    """Sign the record of an image, let its key end in April, and ask now which image it is."""
    key, signers = folder / "key", folder / "signers"
    create_statement_key(key, signers, "delivery", ("plinth-image",))
    payload = Payload(
        code=ReleasedCode(digest=digest_json("code"), commit="a" * 40),
        models={
            "architecture": (
                ReleasedModel(
                    digest=digest_json("model"), version=1, gate_report=digest_json("gate")
                ),
            )
        },
    )
    record = image_record(built_at).model_copy(update={"payload": payload.contents})
    place = folder / "images" / hex_part(payload.contents)
    place.mkdir(parents=True)
    write_signed(record, place / "image.json", SshSigner(key, "plinth-image"))
    signers.write_text(signers.read_text().replace('" ssh', '",valid-before="20260401Z" ssh'))
    verifier = SshVerifier(signers, "delivery", "plinth-image")
    return ImageRecords(folder / "images", verifier).image_of(payload)


def test_an_image_that_was_built_before_its_key_was_rotated_out_stays_believed(tmp_path, zone):
    built = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)

    assert image_after_a_rotation(tmp_path, built) == digest_json("image"), zone


def test_an_image_that_says_it_was_built_after_its_key_was_rotated_out_is_refused(tmp_path):
    with pytest.raises(SignatureRefused):
        image_after_a_rotation(tmp_path, datetime(2026, 4, 2, tzinfo=UTC))


def test_an_image_without_a_time_of_its_own_is_judged_now(tmp_path):
    with pytest.raises(SignatureRefused):
        image_after_a_rotation(tmp_path, None)


def test_an_image_record_of_a_key_that_was_rotated_out_is_refused(tmp_path):
    """One from before they had a time: the image is built again, as the runbook says."""
    key, signers = tmp_path / "key", tmp_path / "signers"
    create_statement_key(key, signers, "delivery", ("plinth-image",))
    file = write_signed(FIRST, tmp_path / "image.json", SshSigner(key, "plinth-image"))
    verifier = SshVerifier(signers, "delivery", "plinth-image")
    assert read_signed(FirstRelease, file, verifier)
    signers.write_text(signers.read_text().replace('" ssh', '",valid-before="20200101Z" ssh'))
    with pytest.raises(SignatureRefused):
        read_signed(FirstRelease, file, verifier)


def test_what_was_just_made_must_be_signed_by_a_key_that_counts_now(tmp_path):
    key, signers = tmp_path / "key", tmp_path / "signers"
    create_statement_key(key, signers, "gate", ("plinth-gate-report",))
    signers.write_text(signers.read_text().replace('" ssh', '",valid-before="20260301Z" ssh'))
    made = report("first", decided_at=datetime(2026, 2, 1, tzinfo=UTC))
    file = write_signed(made, tmp_path / "report.json", SshSigner(key, "plinth-gate-report"))
    verifier = SshVerifier(signers, "gate", "plinth-gate-report")
    assert read_signed(GateReport, file, verifier) == made
    with pytest.raises(SignatureRefused, match="expired"):
        read_signed(GateReport, file, verifier, new_at=datetime(2026, 4, 1, tzinfo=UTC))


def test_a_line_with_options_that_nobody_reads_allows_nobody():
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    for options in (
        'cert-authority,namespaces="a"',
        'namespaces="a",valid-before="soon"',
        'namespaces="a",valid-before="20260231"',
        'namespaces="a",namespaces="b"',
        'valid-before="20260401"',
        "",
    ):
        keys = read_signers(f"gate {options} {key}\n")
        assert not [one for one in keys if "a" in one.namespaces or "b" in one.namespaces], options
