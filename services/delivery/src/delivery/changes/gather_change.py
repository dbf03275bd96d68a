"""Gather what the judge of changes must know: from commits and the log, never a working tree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.code import INFERENCE_CODE, code_digest
from artifacts.records.approval import Approval
from artifacts.records.gate import GateReport
from artifacts.records.release import Environment, Release
from artifacts.ssh_keygen import check_signature
from artifacts.ssh_signatures import Signature
from artifacts.statements import SUFFIX
from delivery.changes.committed_files import (
    CommittedFiles,
    Files,
    committed_release,
    document,
    limit_of,
    read_ground,
    read_release,
)
from delivery.changes.facts import (
    ChangeFacts,
    CommittedRecord,
    Past,
    PinnedCode,
    RecordChange,
    Report,
    Statement,
)
from delivery.changes.find_people import (
    OBJECTING,
    Objections,
    approvers_before,
    checked_commit,
    find_objections,
    makers_by_payload,
    makers_of_code,
)
from delivery.changes.path_kinds import (
    AUTHORED,
    KEYS,
    PEOPLE,
    STATEMENTS,
    Kind,
    classify,
    kind_of,
    release_path,
    report_path,
)
from delivery.changes.payload_history import course_of
from delivery.changes.statements import read_statements, speaks_of
from delivery.clock import Clock
from delivery.errors import CommitUnknown, NotOnMain, TooMuchToRead
from delivery.git.commits import Change, RawCommit
from delivery.git.plain_names import OddName
from delivery.git.repository import GitRepository
from delivery.trail.audit_chain import AuditLog

ENVIRONMENTS: tuple[Environment, ...] = ("staging", "production")
Said = tuple[str, bytes, bytes]
"""A statement's path, bytes and signature."""
READ = ("policies", "releases")
RECORDS: Final = frozenset({"approvals", "reports"})
"""Kinds of paths that hold statements of people and reports of the gate."""
MOST_RECORDS: Final = 200
"""How many statements and reports one change brings or takes away at most."""
SPOKEN_OF: Final = AUTHORED | {"approvals"}
"""Kinds of change of which people say something, and the log remembers it."""


@dataclass(frozen=True)
class Made:
    """What a change does: the files that differ, its commits, and names that are not plain."""

    changes: tuple[Change, ...] = ()
    commits: tuple[RawCommit, ...] = ()
    odd_names: tuple[OddName, ...] = ()
    excess: str = ""


@dataclass(frozen=True)
class GatherChange:
    """Gathering with all that it reads through."""

    repository: GitRepository
    audit: AuditLog
    clock: Clock

    def main(self, base: str = "", head: str = "") -> str:
        """Return main's tip, which judges; NotOnMain where a base was never main's tip.

        A commit that main has got already, given with its own first parent as the base, is judged
        by that parent: it got around the judge, and people approve it afterwards. Raises
        CommitUnknown, RepositoryUnreadable.
        """
        tip = self.repository.main()
        if not base:
            return tip
        line = self.repository.first_parents(tip)
        base = self.repository.commit(base)
        if base not in line:
            raise NotOnMain(base, tip)
        landed = (base, self.repository.commit(head)) if head else ("", "")
        return base if landed in pairwise(line) else tip

    def __call__(  # long: one line a fact
        self,
        base: str,
        head: str,
        pusher: str = "",
        later: str | None = None,
        objections: Objections | None = None,
    ) -> ChangeFacts:
        """Return the facts about a change from one commit to another.

        `later` is a commit of main after the change, whose statements count as well. `objections`
        are those of the branch's earlier heads too; without them, the head's. Raises CommitUnknown,
        RepositoryUnreadable, AuditBroken.
        """
        repository = self.repository
        base, head = repository.commit(base), repository.commit(head)
        result = repository.merged(base, head)
        after, made = self._made(base, head, result or base)
        before_files = CommittedFiles(repository, base, READ)
        files = before_files if after == base else CommittedFiles(repository, after, READ)
        kinds = classify(change.path for change in made.changes)
        clock, log = self.clock(), self.audit.entries() if kinds & SPOKEN_OF else ()
        releases = {name: read_release(files, name) for name in ENVIRONMENTS}
        line = repository.first_parents(base) if "production_release" in kinds else ()
        facts = ChangeFacts(
            base=base, head=head, pusher=pusher, clock=clock, log=log,
            now=max((clock, *(entry.at for entry in log))),
            lands=result is not None,
            changes=made.changes, odd_names=made.odd_names, excess=made.excess,
            commits=tuple(map(checked_commit, made.commits)),
            ground=(ground := read_ground(before_files)),
            after=ground if files.ground() == before_files.ground() else read_ground(files),
            releases_before={name: read_release(before_files, name) for name in ENVIRONMENTS},
            releases_after=releases,
            reports=dict(_reports(releases.values(), files, before_files)),
            code=self._code(base, releases["production"], kinds),
            production_history=self._history(base, "production", kinds),
            staging_history=self._history(base, "staging", kinds),
            line={commit: at for at, commit in enumerate(line)},
        )  # fmt: skip
        touched = {one.path.removesuffix(SUFFIX) for one in facts.changes if one.before is not None}
        gone = {one for one in _said(before_files) if one[0] in touched}
        said = tuple(self._statements(facts, files, gone, made.commits, later))
        if objections is None:
            objections = find_objections(repository, base, (head,))
        statements = _joined(said, objections.statements)
        facts = replace(facts, statements=statements, unread=objections.unread)
        words = {one.word for _, one in read_statements(facts)}
        strangers, writers = makers_of_code(repository, facts)
        records = tuple(_records(facts.changes, before_files, files))
        lost = any(one.before is not None for one in records)
        return replace(
            facts,
            formerly=approvers_before(repository, base) if "rejected" in words else (),
            code_authors=writers,
            code_strangers=strangers,
            brought_by=makers_by_payload(repository, facts) if "reviewed" in words else {},
            records=records,
            keys_ever=self._keys_ever(base) if lost else frozenset(),
        )

    def _made(self, base: str, head: str, after: str) -> tuple[str, Made]:
        """Return what main becomes and what a change does; over a bound nothing is read on."""
        try:
            changes = self.repository.changes(base, after)
            commits = self.repository.commits(base, head) if base != head else ()
            trees = dict.fromkeys((after, head, *(one.id for one in commits)))
            odd_names = self.repository.odd_names(base, tuple(trees))
        except TooMuchToRead as exc:
            return base, Made(excess=exc.reason)
        brought = {
            one.path.removesuffix(SUFFIX)
            for one in (*changes, *(one for it in commits for one in it.changes))
            if kind_of(one.path) in RECORDS
            and (one.after is not None or limit_of(one.path))  # rubbish that goes is none
        }
        if len(brought) > MOST_RECORDS:
            much = f"{len(brought):,} statements and reports, and {MOST_RECORDS} are the most"
            return base, Made(excess=f"it brings or takes away {much}: do it in several changes")
        return after, Made(changes, commits if changes else (), odd_names)

    def statements_of(self, facts: ChangeFacts) -> ChangeFacts:
        """Return facts with every statement that the change's head has, whatever it is about.

        And with the log, earlier approvers, and who made what any glass was broken for.
        """
        files = CommittedFiles(self.repository, facts.head, [STATEMENTS])
        known = {_key(one): one for one in facts.statements}
        for path, data, signature in sorted(_said(files)):
            checked = check_signature(data, signature)
            one = Statement(path, document(Approval, files, path), checked)
            known.setdefault(_key(one), one)
        whole = replace(facts, statements=tuple(known.values()), log=self.audit.entries())
        formerly = approvers_before(self.repository, facts.base)
        return replace(
            whole, formerly=formerly, brought_by=makers_by_payload(self.repository, whole)
        )

    def _keys_ever(self, base: str) -> frozenset[str]:
        """Return the keys of persons and of the gate that any commit of main listed."""
        found: set[str] = set()
        for path in (PEOPLE, f"{KEYS}gate.signers"):
            for commit, _ in self.repository.history(base, path):
                ground = read_ground(CommittedFiles(self.repository, commit, [path]))
                found |= {one.key for one in ground.gate}
                if not isinstance(ground.people, CantTell):
                    found |= ground.people.keys
        return frozenset(found)

    def _code(
        self, base: str, release: Release | CantTell, kinds: frozenset[Kind]
    ) -> PinnedCode | None:
        if "production_release" not in kinds or isinstance(release, CantTell):
            return None
        if release.code is None:
            return None
        try:
            commit = self.repository.commit(release.code.commit)
        except CommitUnknown:
            return PinnedCode(on_main=False, digest=None)
        files = self.repository.files(commit, INFERENCE_CODE)
        return PinnedCode(self.repository.is_ancestor(commit, base), code_digest(files))

    def _history(
        self, base: str, environment: Environment, kinds: frozenset[Kind]
    ) -> tuple[Past, ...]:
        if f"{environment}_release" not in kinds:
            return ()
        path = release_path(environment)
        return tuple(
            Past(commit, at, committed_release(self.repository, commit, environment))
            for commit, at in self.repository.history(base, path)
        )

    def _statements(  # long: what a statement is read from, and whether it is about this
        self,
        facts: ChangeFacts,
        files: Files,
        gone: set[Said],
        commits: tuple[RawCommit, ...],
        later: str | None,
    ) -> Iterator[Statement]:
        """Give what is said of this change, and what came with it, in every form that it had.

        One whose file or signature a later commit removed or replaced was made all the same.
        """
        if not facts.kinds & SPOKEN_OF:
            return
        added = {change.path for change in facts.changes}
        present = _said(files)
        if later:
            present |= _said(CommittedFiles(self.repository, later, [STATEMENTS]))
        found = present | gone
        for commit in commits:
            touched = {
                one.path for one in commit.changes if one.after and kind_of(one.path) == "approvals"
            }
            if touched:
                added |= touched
                stems = {path.removesuffix(SUFFIX) for path in touched}
                paths = sorted({*stems, *(stem + SUFFIX for stem in stems)})
                found |= _said(CommittedFiles(self.repository, commit.id, paths))
        read = [(p, d, s, document(Approval, {p: d}, p)) for p, d, s in sorted(found)]
        new = {path for path, *_ in read if {path, path + SUFFIX} & added}
        logged = {entry.statement for entry in facts.log}
        meant = [one.subject for p, _, _, one in read if p in new and isinstance(one, Approval)]
        course = course_of(facts.production_history)
        left_by = course.left_by(facts.new_payload) if facts.new_payload else ()
        for path, data, signature, one in read:
            about = isinstance(one, Approval) and (
                one.subject in meant
                or speaks_of(one.subject, facts)
                or (one.word in OBJECTING and one.digest not in logged)
            )
            if about or path in new:
                checked = check_signature(data, signature)
                here = (path, data, signature) in present
                there_at = frozenset(
                    left
                    for left in left_by
                    for one_of in (left, *self.repository.parents(left)[:1])
                    if self.repository.listed(one_of, [path])
                )
                yield Statement(path, one, checked, path in new, here, there_at)


def _records(changes: tuple[Change, ...], before: Files, after: Files) -> Iterator[RecordChange]:
    """Give the statements and reports that differ, as they were and as they become."""
    changed: dict[str, list[Change]] = {}
    for one in changes:
        if kind_of(one.path) in RECORDS:
            changed.setdefault(one.path.removesuffix(SUFFIX), []).append(one)
    for stem, mine in sorted(changed.items()):
        was = _record(stem, before) if any(one.before for one in mine) else None
        becomes = _record(stem, after) if any(one.after for one in mine) else None
        yield RecordChange(stem, was, becomes)


def _record(path: str, files: Files) -> CommittedRecord:
    if limit_of(path) is None or not path.endswith(".json"):
        return CommittedRecord(CantTell(path, "its name is that of no record"))
    content: Approval | GateReport | CantTell
    if path.startswith(STATEMENTS):
        content = document(Approval, files, path)
    else:
        content = document(GateReport, files, path)
    if isinstance(content, CantTell):
        return CommittedRecord(content)
    return CommittedRecord(content, check_signature(files[path], files.get(path + SUFFIX)))


def _reports(
    releases: Iterable[Release | CantTell], files: Files, before: Files
) -> Iterator[tuple[str, Report]]:
    for release in releases:
        released = {} if isinstance(release, CantTell) else release.released
        for entry in (entry for entries in released.values() for entry in entries):
            path = report_path(entry.gate_report)
            data, armoured = files.get(path, b""), files.get(path + SUFFIX)
            added = (before.get(path), before.get(path + SUFFIX)) != (data, armoured)
            report = document(GateReport, files, path)
            yield entry.gate_report, Report(report, check_signature(data, armoured), added=added)


def _joined(
    said: tuple[Statement, ...], objections: tuple[Statement, ...]
) -> tuple[Statement, ...]:
    """Return statements with what a branch tells of rejections, and those that it has lost."""
    known = {_key(one): one for one in said}
    for there in objections:
        one = known.get(_key(there), there)
        paths, authors = (
            tuple(dict.fromkeys((*mine, *theirs)))
            for mine, theirs in ((one.paths, there.paths), (one.authors, there.authors))
        )
        commit = one.commit or there.commit
        known[_key(there)] = replace(one, commit=commit, paths=paths, authors=authors)
    return tuple(known.values())


def _key(statement: Statement) -> tuple[str, str, Signature]:
    said = statement.approval
    digest = str(said) if isinstance(said, CantTell) else said.digest
    return statement.path, digest, statement.signature


def _said(files: Files) -> set[Said]:
    paths = [path for path in files if path.startswith(STATEMENTS) and path.endswith(".json")]
    return {
        (path, data, files.get(path + SUFFIX, b""))
        for path in paths
        if (data := files.get(path)) is not None
    }
