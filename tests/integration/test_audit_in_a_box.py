"""Heads of the audit log, published by a real deploy from within a run of a box."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.box_rehearsal import Checkout, workflow
from support.checkout import commit_all, git
from support.deploy_loop import DeployLoop, make_deploy_loop

from artifacts.records.audit import AuditHead
from artifacts.ssh_keygen import SshSigner
from delivery.trail.audit_chain import SignedHead, head_bytes, read_chain
from delivery.trail.audit_heads import BRANCH

pytestmark = [
    pytest.mark.machine,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]
DEPLOY = """\
export PLINTH_ROOT="$PWD" PLINTH_POLICIES="$PWD/policies" PLINTH_RELEASES="$PWD/releases"
bin/plinth delivery deploy staging --commit "$(git rev-parse HEAD)"
"""
OF_A_CHECKOUT = ("PLINTH_ROOT", "PLINTH_POLICIES", "PLINTH_RELEASES")


@dataclass(frozen=True)
class Site:
    """A box that has deployed once, and somebody's clone of it."""

    loop: DeployLoop
    box: Checkout
    clone: Path
    said: str
    """What the deploy said."""

    def audit(self) -> subprocess.CompletedProcess[str]:
        """Hold the log to what the clone knows."""
        git(self.clone, "fetch", "--quiet", "origin")
        places = {"ROOT": self.clone, "POLICIES": self.clone / "policies"}
        places |= {"RELEASES": self.clone / "releases"}
        return self.loop.delivery("audit", **{f"PLINTH_{k}": str(v) for k, v in places.items()})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The box: its main releases a model to staging, and its deploy is asked for."""
    folder = tmp_path_factory.mktemp("site")
    loop = make_deploy_loop(folder / "loop")
    loop.write(
        {".github/workflows/deploy.yml": workflow("deploy", "  workflow_dispatch:\n", DEPLOY)}
    )
    commit_all(loop.repository, "A workflow that deploys")
    loop.release(0)
    kept = ("PLINTH_", "PIP_", "SSL_")
    given = {
        name: value
        for name, value in loop.environment().items()
        if name.startswith(kept) and name not in OF_A_CHECKOUT
    }
    inherited = os.environ  # noqa: TID251 - packages of the service come from this user's cache
    given["UV_CACHE_DIR"] = inherited.get("UV_CACHE_DIR") or str(Path.home() / ".cache/uv")
    environment = folder / "environment"
    environment.write_text("".join(f"{name}={value}\n" for name, value in given.items()))
    box = Checkout(loop.repository, folder / "box")
    try:
        box.box("create", "--from", ".", "--environment", str(environment))
        origin = box.box_folder / "origin.git"
        box.git("remote", "add", "box", str(origin))
        done = box.box("dispatch", "deploy", "--wait", check=False)
        clone = folder / "clone"
        git(folder, "clone", "--quiet", str(origin), str(clone))
        yield Site(loop, box, clone, done.stdout + done.stderr)
    finally:
        loop.host.stop()
        box.box("destroy", check=False)


def test_a_deploy_of_a_run_publishes_the_logs_head(site: Site) -> None:
    assert "green: deploy" in site.said, site.said
    assert f"of {BRANCH}" in site.said
    assert "NOT PUBLISHED" not in site.said
    assert git(site.clone, "ls-tree", "--name-only", f"origin/{BRANCH}").split() == ["head.json"]


def test_by_hand_nobody_pushes_a_head(site: Site) -> None:
    """A later commit, one that says it is a run, one by force, a deletion."""
    published = git(site.clone, "rev-parse", f"origin/{BRANCH}").strip()
    tree = git(site.clone, "rev-parse", f"{published}^{{tree}}").strip()
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@people.invalid")
    later = git(site.clone, *who, "commit-tree", tree, "-p", published, "-m", "mine").strip()
    attempts = [
        ("--push-option=as=ada", "origin", f"{later}:refs/heads/{BRANCH}"),
        ("--push-option=as=runner", "origin", f"{later}:refs/heads/{BRANCH}"),
        ("--force", "origin", f"main:refs/heads/{BRANCH}"),
        ("origin", "--delete", BRANCH),
    ]
    said = [_push(site, *words) for words in attempts]

    assert "by runs of main's workflows alone" in said[0]
    assert "runner is who pushes from within a run" in said[1]
    assert all("only grows" in text for text in said[2:])
    assert git(site.clone, "ls-remote", "origin", f"refs/heads/{BRANCH}").split()[0] == published


def test_a_clone_holds_the_log_to_what_was_published(site: Site) -> None:
    """The log is cut and its head signed anew, with delivery's own key."""
    before = site.audit()
    log = site.loop.folder / "audit/log.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:-1]))
    _sign_head(site, read_chain(log.read_bytes(), "log").head)
    after = site.audit()

    assert before.returncode == 0, before.stderr
    assert "intact" in before.stdout
    assert after.returncode == 1
    assert f"names entry {len(lines)}" in after.stderr
    assert "the log was cut, replaced or rewritten" in after.stderr


def _sign_head(site: Site, head: AuditHead) -> None:
    signer = SshSigner(site.loop.folder / "keys/delivery", "plinth-audit")
    signed = SignedHead(head=head, signature=signer.sign(head_bytes(head)).decode())
    (site.loop.folder / "audit-head/head.json").write_text(signed.model_dump_json())


def _push(site: Site, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(site.clone), "push", *words],
        env=site.box.env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0, done.stderr
    return done.stderr
