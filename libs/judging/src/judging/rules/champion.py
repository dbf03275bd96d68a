"""champion: the model that serves was read and scored, or it is stated that there is none yet."""

from typing import Final

from artifacts.records.gate import RuleResult
from artifacts.records.release import FirstRelease, Release, ReleasedModel
from judging.case import Absent, Case
from judging.rule import AlwaysOn, absent, result

RULE = "champion"
LIMIT = "known and scored, or none by statement"


def judge_champion(case: Case) -> RuleResult:
    """Pass a champion that was scored, or an explicit first release; nothing else. No value."""
    champion = case.champion
    if isinstance(champion, Absent):
        return absent(RULE, LIMIT, Absent(champion.reason))
    if isinstance(champion, FirstRelease):
        return result(RULE, "passed", LIMIT, f"first release, stated: {champion.reason}")
    return result(RULE, "passed", LIMIT, f"{champion.digest} scored over the same holdout")


def champion_of(release: Release, model: str) -> ReleasedModel | FirstRelease | Absent:
    """Find the champion of a model, or the statement that it has none yet.

    No entry is no statement. A release can't hold both: then it is unreadable.
    """
    return release.champion(model) or Absent(release.no_champion(model))


RULES: Final = (
    AlwaysOn(
        "champion",
        "The model that serves was read and scored over the same photos, or it is "
        "stated that there is none yet.",
        "Kohavi, Tang and Xu, Trustworthy online controlled experiments (2020).",
        order=70,
        judge=judge_champion,
    ),
)
