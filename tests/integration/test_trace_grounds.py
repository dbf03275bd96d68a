"""The hops of a trace that a model's release rests on: gate report, people, commit and photos."""

from datetime import timedelta

import pytest
from support.traced_world import AT, data_of
from support.tracing import edit, hops, pin, require_failed, traced

from artifacts.digests import digest_json
from artifacts.records.approval import Approval
from artifacts.records.manifest import Code
from artifacts.ssh_keygen import SshSigner
from artifacts.statements import write_signed
from delivery.changes.path_kinds import report_path
from delivery.trace.hops import trace_lines

UNKNOWN = "0123456789abcdef0123456789abcdef01234567"
OTHER = digest_json("another")


# --- gate report -----------------------------------------------------------------------------


def test_a_gate_report_that_is_not_committed_fails(build):
    def spoil(world):
        (world.checkout / report_path(world.report.digest)).unlink()

    world = build(spoil={"staging": spoil})
    require_failed(traced(world), "gate report", "there is no such file")


def test_an_edited_gate_report_fails(build):
    def spoil(world):
        edit(world.checkout / report_path(world.report.digest), "a reason", "another reason")

    world = build(spoil={"staging": spoil})
    require_failed(traced(world), "gate report", "was edited")


def test_an_unsigned_gate_report_fails(build):
    def spoil(world):
        (world.checkout / f"{report_path(world.report.digest)}.sig").unlink()

    world = build(spoil={"staging": spoil})
    require_failed(traced(world), "gate report", "it is not signed")


def test_a_gate_report_that_a_stranger_signed_fails(build):
    def spoil(world):
        signer = SshSigner(world.parts.key("stranger"), "plinth-gate-report")
        write_signed(world.report, world.checkout / report_path(world.report.digest), signer)

    world = build(spoil={"staging": spoil})
    require_failed(traced(world), "gate report", "not signed by the gate's key")


def test_a_gate_report_without_the_gate_s_key_on_main_fails(build):
    def spoil(world):
        (world.checkout / "policies/keys/gate.signers").unlink()

    world = build(spoil={"staging": spoil})
    require_failed(traced(world), "gate report", "policies/keys/gate.signers")


@pytest.mark.parametrize(
    "changes", [{"decision": "refused"}, {"candidate": OTHER}, {"model": "fraud"}]
)
def test_a_gate_report_that_does_not_allow_this_model_fails(build, changes):
    world = build(report=changes)
    require_failed(traced(world), "gate report", "doesn't allow")


# --- approvals -------------------------------------------------------------------------------


def statements(world, person=""):
    return sorted((world.checkout / "policies/approvals").rglob(f"{person}*.json"))


def forget(world, person):
    (file,) = statements(world, person)
    file.unlink()


def forget_and(person, **options):
    """Replace a person's approval by another statement."""

    def spoil(world):
        forget(world, person)
        world.approve(person, **options)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda world: forget(world, "bob"), "approvals by risk_officer are missing"),
        (forget_and("bob", key="stranger"), "a key that was not theirs on main"),
        (forget_and("bob", key="alice"), "a key that was not theirs on main"),
        (forget_and("bob", role="model_owner"), "they didn't hold the role model_owner"),
        (forget_and("bob", word="rejected"), "approvals by risk_officer are missing"),
    ],
    ids=["forgotten", "unknown key", "another's key", "another role", "a rejection"],
)
def test_approvals_that_are_too_few_fail(build, spoil, reason):
    world = build(spoil={"production": spoil})
    require_failed(traced(world, "production"), "approvals", reason)
    assert traced(world, "staging").outcome == "ok"


def test_an_approval_that_was_edited_fails(build):
    def spoil(world):
        (file,) = statements(world, "bob")
        edit(file, "what staging verified", "what staging has seen")

    world = build(spoil={"production": spoil})
    require_failed(traced(world, "production"), "approvals", "it was edited after it")


def test_an_approval_that_its_person_withdrew_fails(build):
    def spoil(world):
        (file,) = statements(world, "bob")
        digest = Approval.read(file).digest
        world.approve("bob", word="withdrawn", of=digest)

    world = build(spoil={"production": spoil})
    require_failed(traced(world, "production"), "approvals", "they withdrew it before")


@pytest.mark.parametrize("line", ["roles", "since", "people"])
def test_people_count_as_main_knew_them_before_the_promotion(build, line):
    def spoil_before(world):
        file = world.checkout / "policies/approvers.yaml"
        changes = {
            "roles": ("['risk_officer']", "['model_owner']"),
            "since": ("'2026-01-01'}}", "'2099-01-01'}}"),
            "people": (world.public("bob").split()[1], world.public("stranger").split()[1]),
        }
        edit(file, *changes[line])

    world = build(spoil={"staging": spoil_before})
    require_failed(
        traced(world, "production"), "approvals", "approvals by risk_officer are missing"
    )


def test_what_main_learns_of_people_later_changes_no_promotion(build):
    def spoil(world):
        edit(world.checkout / "policies/approvers.yaml", "['risk_officer']", "['model_owner']")

    world = build(spoil={"production": spoil})
    assert traced(world, "production").outcome == "ok"


def test_a_broken_glass_is_told_as_one(build):
    def spoil(world):
        for person in ("alice", "bob"):
            forget(world, person)
            world.approve(person, word="break_glass", expires_at=AT + timedelta(hours=2))

    world = build(spoil={"production": spoil})
    trace = traced(world, "production")
    assert trace.outcome == "ok"
    assert "let in by break-glass by alice" in hops(trace)["approvals"].what


def test_a_rollback_rests_on_the_promotion_before(build):
    world = build()
    before = (world.checkout / "releases/production.yaml").read_text()
    payload = world.payload().digest
    pin(world, world.commits["staging"])
    edit(world.checkout / "releases/production.yaml", "version: 3", "version: 4")
    other = world.commit("another promotion")
    world.deployed("production", other, payload=OTHER)
    world.write("releases/production.yaml", before)
    back = world.commit("a revert")
    world.deployed("production", back, event="rollback", left=OTHER, payload=payload)
    trace = traced(world, "production")
    assert trace.outcome == "ok", trace_lines(trace)
    assert "a rollback brought it back" in hops(trace)["approvals"].what


# --- commit and photo manifest ---------------------------------------------------------------


def test_a_model_of_a_commit_that_nobody_has_fails(build):
    world = build(model={"code": Code(commit=UNKNOWN, dirty=False)})
    require_failed(traced(world), "commit", f"there is no commit {UNKNOWN}")


def test_a_model_of_changed_files_fails(build, parts):
    world = build(model={"code": Code(commit=parts.trained, dirty=True)})
    require_failed(traced(world), "commit", "with files changed since")


def without_the_first(photos):
    return photos.model_copy(update={"rows": photos.rows[1:]})


def test_photos_that_git_never_had_fail(build, parts):
    world = build(model={"data": data_of(without_the_first(parts.photos))})
    require_failed(traced(world), "photo manifest", "is not found: data/manifest.csv of")


def test_photos_that_are_counted_otherwise_fail(build, parts):
    data = data_of(without_the_first(parts.photos))
    wrong = data.model_copy(update={"photo_manifest": parts.photos.digest})
    world = build(model={"data": wrong})
    require_failed(traced(world), "photo manifest", "is another than the model's")


def test_another_holdout_than_the_gate_s_fails(build):
    world = build(report={"holdout": OTHER})
    require_failed(traced(world), "photo manifest", f"the gate judged on the holdout {OTHER}")


def test_photos_that_came_with_the_release_are_found_there(build, parts):
    photos = without_the_first(parts.photos)

    def spoil(world):
        photos.write(world.checkout / "data/manifest.csv")

    world = build(
        spoil={"staging": spoil},
        model={"data": data_of(photos)},
        report={"holdout": photos.split_digest("holdout")},
    )
    trace = traced(world)
    assert trace.outcome == "ok", trace_lines(trace)
    assert world.commits["staging"][:12] in hops(trace)["photo manifest"].what
