"""authors: whoever changes a release or what judges has signed it, and approves none of it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.policies.approvers import People
from artifacts.ssh_signatures import COMMIT, service_of
from delivery.changes.facts import ChangeFacts, Commit
from delivery.changes.findings import Finding, Rule, passed, refused, undecided
from delivery.changes.path_kinds import AUTHORED, PROTECTED, kind_of
from delivery.git.commits import RawCommit

RULE = "authors"
_TRAILER: Final = re.compile(
    r"^\s*(?P<key>[A-Za-z][A-Za-z0-9 _-]{0,39}?)\s*[:=]\s*(?P<value>\S.*)$"
)
_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
_ACCOUNT: Final = re.compile(r"(?:^|[\s(<,;])@([A-Za-z0-9][A-Za-z0-9_.\[\]-]{0,99})")
LOOKED: Final = frozenset(
    {"reviewed-by", "acked-by", "approved-by", "tested-by", "reported-by", "requested-by", "cc"}
)
"""Trailers that name somebody who looked at a change, or asked for it, and did not write it."""
OF_A_COMMIT = "commit "
"""How a reason begins that is about one commit."""


@dataclass(frozen=True)
class Signer:
    """Who signed a commit: a person or a service by name, or why nobody can say so."""

    person: str | None = None
    service: str | None = None
    problem: str = ""


def authors_of(facts: ChangeFacts) -> frozenset[str]:
    """Return every author: who signed, made, committed or is named in a commit, and the pusher."""
    people = facts.ground.people
    if isinstance(people, CantTell):
        return frozenset()
    pusher = people.of_account(facts.pusher) if _is_authored(facts) else None
    made = makers(people, (commit for commit in facts.commits if commit.authored))
    return made | ({pusher} if pusher else frozenset())


def makers(people: People, commits: Iterable[Commit]) -> frozenset[str]:
    """Return every person whom commits name, or whose key signed one, revoked or not."""
    found: set[str | None] = set()
    for commit in commits:
        found |= persons_named(people, commit)
        signature = commit.signature
        if not signature.problem and signature.namespace == COMMIT:
            found.add(people.owner(signature.key))
    return frozenset(name for name in found if name)


def made_before(facts: ChangeFacts, payload: str | None, change: str | None) -> frozenset[str]:
    """Return the authors that the log has of a payload for production, or of a change.

    It has them of every judgement, whatever branch that was of.
    """
    return frozenset(
        author
        for entry in facts.log
        if (payload and entry.payload == payload) or (change and entry.change == change)
        for author in entry.authors
    )


def persons_named(people: People, commit: Commit | RawCommit) -> frozenset[str]:
    """Return every person whom a commit's author, committer or message names as a maker.

    A trailer counts whatever it is called, unless it says that somebody only looked.
    """
    addresses = (commit.author, commit.committer)
    headers = (f"{name} <{at}>" for name, at in zip(commit.names, addresses, strict=True))
    trailers = filter(None, map(_TRAILER.match, commit.message.splitlines()))
    made = (
        found["value"]
        for found in trailers
        if found["key"].strip().replace(" ", "-").casefold() not in LOOKED
    )
    identities = (*headers, *made)
    return frozenset(person for one in identities for person in _persons(people, one))


def _persons(people: People, identity: str) -> Iterator[str]:
    """Give the persons of an identity's addresses and accounts, or else of its plain name.

    A name alone is weak, so it counts only where no address or account is anybody's.
    """
    known = [people.of_email(address) for address in _ADDRESS.findall(identity)]
    known += [people.of_account(account) for account in _ACCOUNT.findall(identity)]
    named = [one for one in known if one]
    yield from named or filter(None, [people.of_name(identity.partition("<")[0])])


def judge_authors(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse commits of a release or of what judges that nobody known signed, or in another's name.

    A merge that only joins its parents, and a commit that only adds approvals, need no signature.
    """
    authored = [commit for commit in facts.commits if commit.authored]
    if not _is_authored(facts):
        return ()
    people = facts.ground.people
    if isinstance(people, CantTell):
        return (undecided(RULE, f"nobody can say who is who: {people}"),)
    covered = {change.path for commit in authored for change in commit.changes}
    problems = [
        refused(RULE, f"no commit of it says who changed {change.path}")
        for change in facts.changes
        if kind_of(change.path) in AUTHORED and change.path not in covered
    ]
    problems += [
        refused(RULE, f"{OF_A_COMMIT}{commit.id[:12]}: {problem}")
        for commit in authored
        for problem in _problems(facts, people, commit)
    ]
    names = ", ".join(sorted(authors_of(facts))) or "a service"
    return tuple(problems) or (passed(RULE, f"made and signed by {names}"),)


def signer_of(facts: ChangeFacts, people: People, commit: Commit) -> Signer:
    """Say whose key signed a commit."""
    signature = commit.signature
    if signature.problem:
        return Signer(problem=signature.problem)
    if signature.namespace != COMMIT:
        return Signer(problem=f"is signed in the namespace {signature.namespace}, not {COMMIT}")
    if service := service_of(facts.ground.services, signature, facts.now):
        return Signer(service=service)
    name = people.owner(signature.key)
    if name is None:
        return Signer(
            problem="is signed with a key that policies/approvers.yaml on main does not list"
        )
    if objection := people.persons[name].objection(signature.key, facts.now):
        return Signer(problem=f"is signed by {name}, who {objection}")
    return Signer(person=name)


def _is_authored(facts: ChangeFacts) -> bool:
    from_paths = Commit("", "", "", facts.changes)
    return from_paths.authored


def _problems(facts: ChangeFacts, people: People, commit: Commit) -> Iterator[str]:
    signer = signer_of(facts, people, commit)
    if signer.problem:
        yield signer.problem
        return
    committer = people.of_email(commit.committer)
    if committer is not None and committer != signer.person:
        who = signer.person or f"the service {signer.service}"
        yield f"has a forged author: it says that {committer} committed it, and {who} signed it"
    guarded = [change.path for change in commit.changes if kind_of(change.path) in PROTECTED]
    if signer.service and guarded:
        yield (
            f"is signed by the service {signer.service}, which may propose releases; only a person "
            f"changes {guarded[0]}"
        )


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "authors",
        "Every commit that touches a release, the judge, a policy, a key or a holdout is signed by "
        "a person or service that main knows, and not in another person's name.",
        "SLSA 1.2, Source Track: identity management.",
        judge_authors,
    ),
)
