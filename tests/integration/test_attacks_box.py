"""Branches that bring workflows of their own: none reaches what lies beside the runner.

Each attack is a pushed branch, as anybody can push one; it knows every path, as a colleague would.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.box_rehearsal import JUDGE, Checkout, rehearsal, workflow

from artifacts.ssh_keygen import create_key

pytestmark = pytest.mark.machine

ANY = "  push:\n    branches-ignore: [main]\n"
MAIN = "  push:\n    branches: [main]\n"
PULL = "  pull_request:\n"
DISPATCH = "  workflow_dispatch:\n"
SIGNED = "-----BEGIN SSH SIGNATURE-----"


@dataclass(frozen=True)
class Site:
    """A box whose runner has a gate key, an audit log and a model store beside it."""

    box: Checkout
    folder: Path

    @property
    def origin(self) -> Path:
        """The bare repository."""
        return self.box.box_folder / "origin.git"

    @property
    def key(self) -> Path:
        """The gate's key."""
        return self.folder / "keys/gate"

    def steal(self, branch: str, *commands: str, on: str = ANY) -> str:
        """Push a branch with a workflow of its own, and return what its pusher reads."""
        self.box.sync()
        self.box.branch(branch)
        self.box.put(".github/workflows/steal.yml", workflow("steal", on, *commands))
        self.box.commit(branch)
        return self.box.push(branch)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The box, with a workflow of main's own that signs as the gate."""
    folder = tmp_path_factory.mktemp("site")
    for name in ("keys", "audit", "models", "shared", "people"):
        (folder / name).mkdir()
    for key in ("keys/gate", "people/ada"):
        create_key(folder / key, key)
    (folder / "audit/log.jsonl").write_text("first\n")
    (folder / "models/head.onnx").write_text("sound\n")
    (folder / "shared/tool").write_text("#!/bin/sh\necho a shared tool\n")
    (folder / "shared/tool").chmod(0o755)
    given = folder / "environment"
    given.write_text(
        f"PLINTH_GATE_KEY={folder}/keys/gate\nPLINTH_AUDIT={folder}/audit\n"
        f"PLINTH_MODEL_STORE={folder}/models\nPLINTH_ENVIRONMENTS={folder}/shared\n"
    )
    sign = 'echo x > x; ssh-keygen -Y sign -n plinth-gate -f "$PLINTH_GATE_KEY" x; cat x.sig'
    flows = {
        "gate.yml": workflow("gate", MAIN + DISPATCH, sign),
        "judge.yml": workflow(
            "judge", JUDGE + "    branches: [main]\n    types: [opened, edited]\n", sign
        ),
    }
    options = ("--environment", str(given), "--share", "PLINTH_ENVIRONMENTS")
    with rehearsal(folder / "box", flows, *options) as box:
        yield Site(box, folder)


def test_a_branchs_workflow_cannot_read_the_gates_key(site: Site) -> None:
    said = site.steal(
        "steal-key",
        f"cp '{site.key}' stolen || cp \"$PLINTH_GATE_KEY\" stolen; chmod 600 stolen; echo x > x\n"
        "ssh-keygen -Y sign -n plinth-gate -f stolen x; cat x.sig",
    )

    assert "steal, push" in said
    assert SIGNED not in said


@pytest.mark.parametrize("event", [ANY, PULL], ids=["push", "pull_request"])
def test_a_branchs_workflow_sees_no_variable_key_log_or_store_of_the_runner(
    site: Site, event: str
) -> None:
    branch = f"look-{len(event)}"
    said = site.steal(
        branch,
        "env | sort\n"
        f"for path in '{site.folder}/keys' '{site.folder}/audit' '{site.folder}/models' "
        f"'{site.folder}/people' '{site.box.box_folder}/pulls' "
        f"'{site.box.box_folder}/environment' "
        f"'{site.box.box_folder}/box.yaml' '{site.origin}/refs' '{site.origin}/config'; do\n"
        '  if [ -e "$path" ]; then echo "REACHED $path"; fi\ndone\n'
        "for n in /proc/[0-9]*; do tr '\\0' '\\n' < $n/environ; done 2>/dev/null"
        " | grep -a PLINTH_\ntrue",
        on=event,
    )
    if event == PULL:
        said = site.box.box("pull-request", "open", branch, "--wait", check=False).stdout

    assert "steal" in said
    assert "REACHED" not in said
    seen = {line.rpartition("| ")[2].partition("=")[0] for line in said.splitlines()}
    mine = {"PLINTH_RUN", "PLINTH_ACTOR", "PLINTH_ENVIRONMENTS"}
    assert {name for name in seen if name.startswith("PLINTH_")} <= mine


def test_a_branchs_workflow_cannot_move_main_or_write_a_status_or_a_pull_request(
    site: Site,
) -> None:
    main = site.box.sync()
    site.box.branch("victim")
    site.box.put("victim.txt", "x")
    head = site.box.commit()
    site.box.push("victim")
    site.box.box("pull-request", "open", "victim", "--as", "ada", "--wait", check=False)
    pulls = {path: path.read_bytes() for path in (site.box.box_folder / "pulls").iterdir()}
    before = site.box.json("status", head)
    site.steal(
        "steal-main",
        f"git --git-dir='{site.origin}' update-ref refs/heads/main $(git rev-parse HEAD)\n"
        f"git --git-dir='{site.origin}' notes --ref=plinth-status add -f -m '{{}}' {head}\n"
        f"echo $(git rev-parse HEAD) > '{site.origin}/refs/heads/main'\n"
        f"for p in '{site.box.box_folder}'/pulls/*.json; do echo x > \"$p\"; done\n"
        f"echo evil >> '{site.folder}/audit/log.jsonl'\n"
        f"echo evil > '{site.folder}/models/head.onnx'\n"
        f"echo evil > '{site.folder}/shared/tool'; rm -rf '{site.origin}/objects'; true",
    )

    assert site.box.sync() == main
    assert site.box.json("status", head) == before
    assert {path: path.read_bytes() for path in pulls} == pulls
    assert (site.folder / "audit/log.jsonl").read_text() == "first\n"
    assert (site.folder / "models/head.onnx").read_text() == "sound\n"
    assert "a shared tool" in (site.folder / "shared/tool").read_text()


def test_a_branchs_workflow_leaves_no_process_behind(site: Site) -> None:
    mark = f"plinth-left-behind-{os.getpid()}"
    site.steal(
        "steal-time",
        f"cp /bin/sleep /tmp/{mark}; cd /\n"
        f"(setsid /tmp/{mark} 60 </dev/null >/dev/null 2>&1 &)\nsleep 0.2",
    )
    time.sleep(0.5)
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if mark in _read(path)]

    assert left == []


def test_a_branchs_workflow_reads_shared_tools_and_every_commit_and_git_works(site: Site) -> None:
    said = site.steal(
        "work",
        '"$PLINTH_ENVIRONMENTS/tool"; git log -1 --format=%s; git show origin/main:a.txt\n'
        "echo y > b.txt; git add b.txt\n"
        "git -c user.name=A -c user.email=a@b.invalid commit -qm inside; git log -1 --format=%s\n"
        'echo new > "$PLINTH_ENVIRONMENTS/mine"; cat "$PLINTH_ENVIRONMENTS/mine"',
    )

    lines = [line.rpartition("| ")[2].strip() for line in said.splitlines()]
    assert {"a shared tool", "work", "first", "inside", "new"} <= set(lines)
    assert "green: steal success" in said
    assert not (site.folder / "shared/mine").exists()


def test_a_workflow_of_main_that_a_branch_changes_is_the_branchs(site: Site) -> None:
    """A dispatch on a branch runs that branch's file, whatever it is called."""
    site.box.sync()
    site.box.branch("other-gate")
    theft = f"cat '{site.key}' || true; echo [$PLINTH_GATE_KEY]"
    site.box.put(".github/workflows/gate.yml", workflow("gate", DISPATCH, theft))
    site.box.commit()
    site.box.push("other-gate")
    said = site.box.box("dispatch", "gate", "--ref", "other-gate", "--wait", check=False).stdout

    assert "OPENSSH PRIVATE KEY" not in said
    assert "[]" in said


def test_mains_own_workflows_have_the_state_and_sign(site: Site) -> None:
    said = site.box.box("dispatch", "gate", "--wait").stdout
    site.box.sync()
    site.box.branch("asked")
    site.box.put("asked.txt", "x")
    site.box.commit()
    site.box.push("asked", "--push-option=no-wait")
    judged = site.box.box("pull-request", "open", "asked", "--as", "ada", "--wait").stdout

    assert SIGNED in said
    assert SIGNED in judged


def test_a_branchs_workflow_cannot_use_the_network_of_the_runner(site: Site) -> None:
    import http.server  # noqa: PLC0415 - of this test alone
    import threading  # noqa: PLC0415

    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    said = site.steal(
        "steal-port",
        f"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{server.server_port}' && echo CONNECTED || true",
    )
    server.shutdown()
    server.server_close()

    assert "CONNECTED" not in said


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
