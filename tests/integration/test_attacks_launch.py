"""Nobody gets code into the judge or beside it without the approvals of the strictest tier."""

import pytest
from support.change_world import World


@pytest.mark.parametrize(
    "path",
    [
        *("libs/features/src/sitecustomize.py", "libs/features/src/features/colour.py"),
        *("services/training/src/planted.pth", "services/inference/conftest.py"),
        *("services/training/pyproject.toml", "dvc.yaml", "data/photos.dvc", ".dvc/config"),
        *("docs/.gitattributes", "services/training/src/training/sitecustomize.py"),
    ],
)
def test_an_unsigned_change_by_nobody_of_what_runs_beside_keys_is_refused(
    path: str, world: World
) -> None:
    world.branch("planted")
    world.commit(None, {path: "planted: 1\n"})

    verdict = world.judge()

    assert (verdict.decision, verdict.kinds) == ("refused", ("judge",))
    reasons = {one.rule: one.reason for one in verdict.problems}
    assert "is not signed" in reasons["authors"]
    assert path in reasons["change_approved"]
