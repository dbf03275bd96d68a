"""A tiny world in which changes are judged: a real repository, real keys, a real audit log.

Main has policies, people and code; staging runs the model `first`, verified twice over two hours.
Ada, Bo and Cleo approve (model owner, risk officer, security officer), Max makes changes, Eve is
nobody. Copies of it share their keys.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from support.change_records import (
    EVERYBODY,
    FIRST,
    HOLDOUT,
    NOON,
    PRODUCTION,
    STAGING,
    approvers,
    policy_text,
    production,
    public,
    report,
    report_path,
    staging,
    tiers_document,
    yaml_text,
)
from support.people import ROLES, WHY, email

from artifacts.code import INFERENCE_CODE, code_digest
from artifacts.digests import digest_json
from artifacts.policies.holdout_text import pin_text
from artifacts.records.approval import Approval, Word
from artifacts.records.audit import AuditEvent
from artifacts.records.release import Payload, ReleasedCode, ReleasedModel
from artifacts.refusal import Refusal
from artifacts.ssh_keygen import SshSigner, SshVerifier, create_key
from delivery.changes.findings import ChangeVerdict
from delivery.changes.gather_change import GatherChange
from delivery.changes.judge_change import JudgeChange, JudgeDeploy
from delivery.changes.rules.genuine import statement_path
from delivery.changes.sign_statement import Speak, Speaker
from delivery.git.repository import GitRepository
from delivery.trail.audit_log import FileAuditLog

PLAIN = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsync=none", "-c", "gc.auto=0")


@dataclass
class World:
    """The repository, the keys of everybody, and what time it is."""

    folder: Path
    keys: Path
    now: datetime = NOON
    said: list[str] = field(default_factory=list)
    pushed: list[str] = field(default_factory=list)
    """Earlier heads that the forge knows of the present branch."""

    @property
    def root(self) -> Path:
        return self.folder / "repository"

    @property
    def log(self) -> FileAuditLog:
        return FileAuditLog(
            self.folder / "audit",
            self.folder / "head",
            SshSigner(self.keys / "delivery", "plinth-audit"),
            SshVerifier(self.keys / "delivery.signers", "delivery", "plinth-audit"),
            lambda: self.now,
        )

    @property
    def gather(self) -> GatherChange:
        """What the judge reads through."""
        return GatherChange(GitRepository(self.root), self.log, lambda: self.now)

    def judge(
        self, base: str = "main", head: str = "HEAD", pusher: str = "", *, record: bool = False
    ) -> ChangeVerdict:
        """Judge a change, as pull request 1 of a forge that knows what was pushed."""
        judge = JudgeChange(self.gather, self.log, "a test", lambda _: tuple(self.pushed))
        return judge(base, head, pusher, number=1, record=record)

    def judge_deploy(self, environment: str = "production", commit: str = "main") -> ChangeVerdict:
        judge = JudgeDeploy(GitRepository(self.root), self.gather, self.log, lambda: self.now)
        return judge.judge_deploy(environment, commit)  # type: ignore[arg-type]

    def git(self, *words: str, **environment: str) -> str:
        given = {
            "GIT_AUTHOR_DATE": self.now.isoformat(),
            "GIT_COMMITTER_DATE": self.now.isoformat(),
        }
        found = subprocess.run(
            ["git", "-C", str(self.root), *PLAIN, *words],
            env={"PATH": os.defpath, **given, **environment, "GIT_CONFIG_GLOBAL": "/dev/null"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert found.returncode == 0, found.stderr
        return found.stdout.strip()

    def as_person(self, name: str | None) -> tuple[str, ...]:
        """Options with which git commits in a name, signed with that name's key."""
        who = ("-c", f"user.name={name or 'Eve'}", "-c", f"user.email={email(name or 'eve')}")
        if name is None:
            return (*who, "-c", "commit.gpgSign=false")
        key = self.keys / name
        return (*who, "-c", "gpg.format=ssh", "-c", f"user.signingKey={key}", "-c",
                "commit.gpgSign=true")  # fmt: skip

    def write(self, path: str, text: str | bytes | None) -> None:
        """Write a file, or remove it."""
        place = self.root / path
        if text is None:
            place.unlink()
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(self, name: str | None, files: Mapping[str, str | bytes | None] = {}) -> str:
        """Change files and commit all, as a person; None: unsigned, by Eve."""
        for path, text in files.items():
            self.write(path, text)
        self.git("add", "--all")
        self.git(*self.as_person(name), "commit", "--quiet", "--allow-empty", "-m", "a change")
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, at: str = "main") -> None:
        self.git("checkout", "--quiet", "-B", name, at)

    def merge(self, branch: str | None = None) -> str:
        """Merge a branch, or the present one, as the forge does, without a signature."""
        name = branch or self.git("rev-parse", "--abbrev-ref", "HEAD")
        self.git("checkout", "--quiet", "main")
        self.git(*self.as_person(None), "merge", "--quiet", "--no-ff", "--no-edit", name)
        return self.git("rev-parse", "HEAD")

    def revert(self, merge: str, name: str = "ada") -> None:
        self.branch(f"revert-{merge[:8]}")
        words = ("revert", "--no-edit", "-m", "1", merge)
        self.git(*self.as_person(name), *words)

    def code(self, commit: str = "main") -> ReleasedCode:
        repository = GitRepository(self.root)
        name = repository.commit(commit)
        digest = code_digest(repository.files(name, INFERENCE_CODE))
        return ReleasedCode(digest=digest, commit=name)

    def payload(self, title: str, **changes: Any) -> Payload:
        return Payload(code=self.code(), models={"architecture": (self.entry(title),)}, **changes)

    def entry(self, title: str, **changes: Any) -> ReleasedModel:
        made = report(title, **changes)
        return ReleasedModel(digest=digest_json(title), version=1, gate_report=made.digest)

    def promote(self, title: str = "first", name: str | None = "max") -> Payload:
        """Begin the branch that promotes a model, committed as a person."""
        payload = self.payload(title)
        self.branch(f"promote-{title}")
        self.commit(name, {PRODUCTION: production(payload), **self.reported(title)})
        return payload

    def reported(self, title: str, key: str = "gate", **changes: Any) -> dict[str, bytes]:
        """The files of a gate report, signed by a key."""
        made = report(title, **changes)
        return self.signed(report_path(made), made.to_json().encode(), key, "plinth-gate-report")

    def signed(self, path: str, data: bytes, key: str, namespace: Any) -> dict[str, bytes]:
        return {path: data, f"{path}.sig": SshSigner(self.keys / key, namespace).sign(data)}

    def speak(
        self,
        name: str,
        role: str = "",
        word: Word = "approved",
        *,
        key: str = "",
        hours: Any = None,
    ) -> tuple[Path, ...] | Refusal:
        """Say a word about the present branch, and commit the statement."""
        speaker = Speaker(name, role or ROLES[name][0], self.keys / (key or name), WHY)
        made = self._speaks().of_change("main", "HEAD", word, speaker, hours)
        return self._committed(made, name)

    def speak_of(
        self, name: str, word: Word, statement: str, role: str = ""
    ) -> tuple[Path, ...] | Refusal:
        """Say a word about a statement, and commit it."""
        speaker = Speaker(name, role or ROLES[name][0], self.keys / name, WHY)
        made = self._speaks().of_statement("main", "HEAD", word, statement, speaker)
        return self._committed(made, name)

    def state(
        self, name: str, *, key: str = "", space: Any = "plinth-approval", **changes: Any
    ) -> Approval:
        """Commit a statement about the present payload or change that no command would write."""
        subject = changes.pop("subject", None) or self.judge().subjects[0]
        document = {
            "subject": subject.model_dump(mode="json"),
            "word": "approved",
            "approver": name,
            "role": ROLES.get(name, ["model_owner"])[0],
            "reason": WHY,
            "at": self.now,
        }
        made = Approval.parse(document | changes, "a test")
        path = statement_path(made)
        self.commit(None, self.signed(path, made.to_json().encode(), key or name, space))
        return made

    def approve(self, *names: str) -> list[Path]:
        """Approve the present branch, each in their first role."""
        made = []
        for name in names:
            paths = self.speak(name)
            assert not isinstance(paths, Refusal), paths.reason
            made += paths
        return made

    def _speaks(self) -> Speak:
        return Speak(self.gather, self.root, self.said.append)

    def _committed(self, made: tuple[Path, ...] | Refusal, name: str) -> tuple[Path, ...] | Refusal:
        if not isinstance(made, Refusal):
            self.commit(name)
        return made

    def note(self, event: str, payload: str | None = None, **more: Any) -> None:
        """Append to the audit log that an environment did something with a payload."""
        fields = {"environment": "production", "outcome": "green", "actor": "a test"} | more
        self.log.append(AuditEvent(event=event, payload=payload, **fields))  # type: ignore[arg-type]

    def verified(self, payload: str, hours: float = 2, outcome: str = "green") -> None:
        """Let staging verify a payload twice, so many hours apart; time passes."""
        for _ in range(2):
            self.note("verification", payload, environment="staging", outcome=outcome)
            self.now += timedelta(hours=hours / 2)
        self.now += timedelta(minutes=1)

    def deployed(
        self, payload: str, commit: str = "main", event: str = "deploy", **more: Any
    ) -> None:
        """Let production have been made to run a payload."""
        self.note(event, payload, commit=self.git("rev-parse", commit), **more)
        self.now += timedelta(minutes=1)


def make_world(folder: Path) -> World:
    """Make the world once; `copy_of` makes more."""
    keys = folder / "keys"
    keys.mkdir(parents=True)
    for name in EVERYBODY:
        create_key(keys / name, name)
    signers = {"gate": "plinth-gate-report,plinth-evidence", "delivery": "plinth-audit,git"}
    for name, spaces in signers.items():
        line = f'{name} namespaces="{spaces}" {public(keys, name)}\n'
        (keys / f"{name}.signers").write_text(line)
    world = World(folder, keys)
    world.root.mkdir()
    world.git("init", "--quiet", "--initial-branch=main")
    world.commit(None, _beginning(keys))
    _staged(world)
    return world


def _beginning(keys: Path) -> dict[str, str | bytes | None]:
    code = {f"{path}/part.py" if path.endswith("src") else path: "1\n" for path in INFERENCE_CODE}
    return {
        "policies/risk_tiers.yaml": yaml_text(tiers_document()),
        "policies/models/architecture.yaml": policy_text(),
        "policies/holdouts/architecture.csv": pin_text(HOLDOUT),
        "policies/approvers.yaml": approvers(keys),
        "policies/keys/gate.signers": (keys / "gate.signers").read_text(),
        "policies/keys/delivery.signers": (keys / "delivery.signers").read_text(),
        PRODUCTION: production(None),
        STAGING: staging(FIRST),
        "Makefile": "all:\n",
        "services/delivery/src/judge.py": "STRICT = True\n",
        "README.md": "words\n",
        **code,
    }


def _staged(world: World) -> None:
    world.branch("proposal")
    files = {STAGING: staging(world.entry("first")), **world.reported("first")}
    world.commit("delivery", files)
    assert world.judge().allowed, world.judge().problems
    world.merge()
    world.verified(world.payload("first").digest)


def copy_of(template: World, folder: Path) -> World:
    """Return the same world in another folder, with the same keys."""
    for name in ("repository", "audit", "head"):
        shutil.copytree(template.folder / name, folder / name)
    return World(folder, template.keys, template.now)
