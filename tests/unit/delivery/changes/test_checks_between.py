from dataclasses import dataclass

from delivery.changes.checks import checks_between, checks_of, every_check
from delivery.errors import CommitUnknown
from delivery.git.commits import Change


@dataclass
class FakeRepository:
    fork_at: str | None = "fork"

    def commit(self, revision: str) -> str:
        if revision == "gone":
            raise CommitUnknown(revision)
        return revision

    def fork(self, base: str, head: str) -> str | None:
        assert (base, head) == ("base", "head")
        return self.fork_at

    def changes(self, before: str, after: str) -> tuple[Change, ...]:
        assert (before, after) == ("fork", "head")
        return (Change("docs/glossary.md", None, "blob"),)


def test_what_main_got_meanwhile_is_not_the_changes_own():
    nothing = checks_of((), whole=False)
    assert checks_between(FakeRepository(), "base", "head") == nothing


def test_without_a_base_everything_is_checked():
    for whole in (True, False):
        everything = every_check(whole=whole)
        assert checks_between(FakeRepository(), "gone", "head", whole=whole) == everything
        unrelated = FakeRepository(fork_at=None)
        assert checks_between(unrelated, "base", "head", whole=whole) == everything
