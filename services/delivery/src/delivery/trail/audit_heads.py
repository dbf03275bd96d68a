"""Heads of the audit log as commits of the branch plinth-audit: a place that is only added to.

Each commit is signed by delivery's key, has the one before as its parent, and one file: the head as
it lay beside the log. It is pushed as it is, never with force, so that a forge which protects the
branch keeps every head, and whoever has a clone can hold the log to all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from artifacts.digests import canonical_json
from artifacts.errors import SignatureRefused, UnreadableRecord
from artifacts.git_process import run_git
from artifacts.records.audit import AuditHead
from artifacts.records.record import parse_yaml
from artifacts.records.release import Release
from artifacts.statements import StatementVerifier
from delivery.errors import AuditBroken, RepositoryUnreadable
from delivery.trail.audit_chain import PublishedHead, SignedHead, head_bytes, read_head

BRANCH: Final = "plinth-audit"
FILE: Final = "head.json"
REFS: Final = (f"refs/remotes/origin/{BRANCH}", f"refs/heads/{BRANCH}")
MAINS: Final = ("refs/remotes/origin/main", "refs/heads/main", "HEAD")
_LARGEST: Final = 10_000
"""Bytes of a head's file: what is larger is none of delivery's."""


@dataclass(frozen=True)
class PublishedHeads:
    """The published heads that a clone has. `verifier` believes delivery's key alone."""

    folder: Path
    verifier: StatementVerifier

    def read(self, *, full: bool) -> Sequence[PublishedHead]:
        """Return heads, oldest first: all of them, or only the newest that delivery signed.

        One that isn't delivery's is returned with its problem where all are asked for, and left
        out otherwise: whoever may push to an unprotected branch must not stop a deploy.
        """
        newest = self._newest_first()
        if full:
            return tuple(reversed([self._checked(*one) for one in newest]))
        found = (self._checked(*one) for one in newest)
        return tuple(one for one in (next((h for h in found if not h.problem), None),) if one)

    def begun(self) -> str:
        """Say why a log must have begun: a head that was published, or a release on main."""
        if newest := self.read(full=False):
            one = newest[-1]
            return (
                f"commit {one.commit[:12]} of {BRANCH} published its head: entry "
                f"{one.head.sequence} at {one.at.isoformat()}"
            )
        for name in MAINS:
            commit = self._commit(name)
            if commit is not None:
                return self._released(commit)
        return ""

    def _released(self, commit: str) -> str:
        for environment in ("staging", "production"):
            path = f"releases/{environment}.yaml"
            done = run_git(self.folder, "cat-file", "blob", f"{commit}:{path}")
            if done.code:
                continue
            try:
                release = Release.parse(parse_yaml(done.out.decode(), path), path)
            except (UnreadableRecord, UnicodeDecodeError):
                return f"nobody can tell whether {path} of {commit[:12]} releases anything"
            if release.released:
                return f"main has a release in {environment}, which a log must know of"
        return ""

    def _newest_first(self) -> Iterator[tuple[str, datetime]]:
        """Yield the commits of both refs, the newest first, each once."""
        there = [name for name in REFS if self._commit(name)]
        if not there:
            return
        done = run_git(
            self.folder, "log", "--first-parent", "--topo-order", "--format=%H %ct", *there, "--"
        )
        if done.code:
            raise RepositoryUnreadable(str(self.folder), done.reason)
        for line in done.out.decode().splitlines():
            commit, at = line.split()
            yield commit, datetime.fromtimestamp(int(at), UTC)

    def _checked(self, commit: str, at: datetime) -> PublishedHead:
        nothing = AuditHead(sequence=0, entry=None)
        done = run_git(self.folder, "cat-file", "blob", f"{commit}:{FILE}")
        if done.code or len(done.out) > _LARGEST:
            return PublishedHead(commit, at, nothing, f"it has no {FILE}")
        try:
            found = read_head(done.out, f"{commit}:{FILE}")
            self.verifier.verify(head_bytes(found.head), found.signature.encode(), at)
        except AuditBroken as exc:
            return PublishedHead(commit, at, nothing, exc.reason)
        except SignatureRefused as exc:
            return PublishedHead(commit, at, found.head, exc.reason)
        return PublishedHead(commit, at, found.head)

    def _commit(self, name: str) -> str | None:
        done = run_git(
            self.folder,
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            f"{name}^{{commit}}",
        )
        return None if done.code else done.out.decode().strip()


def head_file(head: SignedHead) -> dict[str, bytes]:
    """Return the files of a commit that publishes a head."""
    return {FILE: canonical_json(head.model_dump(mode="json")) + b"\n"}


def publication(head: SignedHead) -> str:
    """Return the message of a commit that publishes a head."""
    return f"Audit log: entry {head.head.sequence}\n\n{head.head.entry}\n"
