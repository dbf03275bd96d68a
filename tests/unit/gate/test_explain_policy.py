from pathlib import Path

import pytest

from artifacts.errors import UnreadableRecord
from gate.explain_policy import policy_explained, write_policy_pages

ROOT = Path(__file__).parents[3]


def test_a_policy_is_explained_as_the_page_that_docs_hold(tmp_path):
    (page,) = write_policy_pages(ROOT / "policies", tmp_path)
    assert page.name == "architecture.md"
    assert page.read_text(encoding="utf-8") == (ROOT / "docs/policies/architecture.md").read_text()


def test_a_model_without_a_policy_has_none_to_explain():
    with pytest.raises(UnreadableRecord, match="fraud"):
        policy_explained(ROOT / "policies", "fraud")
